"""The documents are true: their commands exist and run, their links lead somewhere, and they name no machine."""

from __future__ import annotations

import csv
import io
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from curation_app.cli import main

ROOT = Path(__file__).resolve().parents[2]
DOCUMENTS = [ROOT / name for name in ("README.md", "CONTRIBUTING.md", "CHANGELOG.md")] + sorted((ROOT / "docs").rglob("*.md"))
DEMO = "demo_datasets/support_messages.csv"

# In two pieces each, so that this file does not find itself.
MACHINE_PATHS = re.compile("|".join(("/ho" + r"me/\w", "/Us" + r"ers/\w", "/wo" + r"rk/\w", "/ro" + r"ot/\w")))
REGISTRIES = re.compile(
    "|".join(("pyp" + r"i\.org", "pythonho" + "sted", "index-" + "url", "find-" + "links", "npm" + r"js\.org")), re.IGNORECASE
)


def tracked_text() -> dict[str, str]:
    """The text of every file under version control, by path; binary files are left out."""
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True).stdout.decode()
    files = [ROOT / name for name in listed.split("\0") if name]
    contents = {str(file.relative_to(ROOT)): file.read_bytes() for file in files if file.is_file()}
    return {name: content.decode() for name, content in contents.items() if b"\0" not in content}


def run_block(block: str, folder: Path) -> None:
    """Run a document's shell lines in ``folder``, with the installed command on the path."""
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    command = ["bash", "-euo", "pipefail", "-c", block]
    result = subprocess.run(command, cwd=folder, env=os.environ | {"PATH": path}, capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stdout + result.stderr


@pytest.mark.slow
def test_the_example_of_the_readme_runs_and_does_what_it_says(tmp_path: Path) -> None:
    (block,) = re.findall(r"```sh\n(.*?)```", (ROOT / "README.md").read_text(encoding="utf-8"), flags=re.DOTALL)
    shutil.copytree(ROOT / "demo_datasets", tmp_path / "demo_datasets", ignore=shutil.ignore_patterns("*.py", "__pycache__"))
    run_block(block, tmp_path)
    original = rows_by_id((tmp_path / DEMO).read_bytes())
    replayed = (tmp_path / "replayed.csv").read_bytes()
    released = rows_by_id(replayed)
    assert replayed in [file.read_bytes() for file in (tmp_path / "release").rglob("*.csv")]
    assert original.keys() - released.keys() == {"m-206672", "m-639386", "m-754607"}
    assert {id_ for id_ in released if released[id_] != original[id_]} == {"m-376045"}
    assert released["m-376045"]["label"] == "login"


def rows_by_id(content: bytes) -> dict[str, dict[str, str]]:
    return {row["id"]: row for row in csv.DictReader(io.StringIO(content.decode()))}


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_every_command_and_option_in_the_documents_exists(document: Path) -> None:
    for name, rest in re.findall(r"^\s*curation-app (\w+)(.*(?:\n {20,}.*)*)", document.read_text(encoding="utf-8"), flags=re.MULTILINE):
        assert name in main.commands, f"{document.name} names a command {name!r}"
        known = {option for parameter in main.commands[name].params for option in parameter.opts} | {"--help"}
        assert set(re.findall(r"(?<!\w)--[a-z][a-z-]+", rest)) <= known


def test_every_command_is_in_the_guide_and_has_help() -> None:
    guide = (ROOT / "docs" / "guide.md").read_text(encoding="utf-8")
    for name, command in main.commands.items():
        assert f"curation-app {name}" in guide
        assert command.help


@pytest.mark.parametrize(
    "document", [*DOCUMENTS, ROOT / "demo_datasets" / "README.md"], ids=lambda path: path.parent.name + "-" + path.name
)
def test_every_link_leads_somewhere(document: Path) -> None:
    for target in re.findall(r"\]\(([^)#\s]+)", document.read_text(encoding="utf-8")):
        if not target.startswith("http"):
            assert (document.parent / target).exists(), f"{document.name} links to {target}"


def test_no_file_names_a_machine_or_a_package_registry() -> None:
    for name, text in tracked_text().items():
        assert not MACHINE_PATHS.search(text), f"{name}: {MACHINE_PATHS.search(text)}"
        assert not REGISTRIES.search(text), f"{name}: {REGISTRIES.search(text)}"


def test_the_constraints_name_versions_only() -> None:
    lines = (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines()
    assert all(re.fullmatch(r"#.*|[A-Za-z0-9._-]+==[A-Za-z0-9.!+]+", line) for line in lines)
