"""The import rule of the design: layers point one way, each heavy library has one home."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ("curation_app", "demo_datasets")


def run_import_linter(folder: Path) -> subprocess.CompletedProcess[str]:
    """The contracts of the ``pyproject.toml`` in ``folder``, on the packages beside it."""
    lint = "import sys; sys.path.insert(0, ''); from importlinter.cli import lint_imports_command; lint_imports_command()"
    return subprocess.run([sys.executable, "-c", lint, "--no-cache"], cwd=folder, capture_output=True, text=True, check=False)


def test_every_contract_of_the_import_rule_is_kept() -> None:
    result = run_import_linter(ROOT)
    assert result.returncode == 0, result.stdout + result.stderr


@pytest.mark.parametrize(
    ("module", "line", "contract"),
    [
        ("domain/wrong.py", "from curation_app import load", "Layers point one way"),
        ("load/wrong.py", "from curation_app import detect", "Layers point one way"),
        ("detect/wrong.py", "import streamlit", "streamlit only in ui"),
        ("load/wrong.py", "def later():\n    import sqlalchemy", "sqlalchemy and alembic only in review"),
    ],
)
def test_a_module_that_breaks_the_rule_is_named(tmp_path: Path, module: str, line: str, contract: str) -> None:
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    for package in PACKAGES:
        shutil.copytree(ROOT / package, tmp_path / package, ignore=shutil.ignore_patterns("__pycache__", "*.csv", "*.npz", ".streamlit"))
    (tmp_path / "curation_app" / module).write_text(f'"""A module that does what it may not."""\n\n{line}\n')
    result = run_import_linter(tmp_path)
    assert result.returncode == 1, result.stdout + result.stderr
    assert f"{contract} BROKEN" in result.stdout
