"""With CI=true nothing is skipped in silence."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]

SKIPS_A_TEST = "import pytest\ndef test_a():\n    pytest.skip('no browser')\n"
SKIPS_A_MODULE = "import pytest\npytest.skip('no browser', allow_module_level=True)\n"
NEEDS_SHARED = "def test_a(shared):\n    assert shared.is_dir()\n"


def run_suite(folder: Path, test: str, ci: str) -> subprocess.CompletedProcess[str]:
    (folder / "tests").mkdir()
    shutil.copy(ROOT / "tests" / "conftest.py", folder / "tests")
    (folder / "tests" / "test_it.py").write_text(test)
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "tests"]
    return subprocess.run(command, cwd=folder, env=os.environ | {"CI": ci}, capture_output=True, text=True, check=False)


@pytest.mark.parametrize("test", [SKIPS_A_TEST, SKIPS_A_MODULE, NEEDS_SHARED])
def test_a_skip_fails_the_run_in_continuous_integration(tmp_path: Path, test: str) -> None:
    result = run_suite(tmp_path, test, ci="true")
    assert result.returncode in (1, 2), result.stdout
    assert "nothing may be skipped" in result.stdout


def test_a_skip_says_why_elsewhere(tmp_path: Path) -> None:
    result = run_suite(tmp_path, SKIPS_A_TEST, ci="")
    assert result.returncode == 0, result.stdout
    assert "1 skipped" in result.stdout
