"""The package's own names: all of them resolve, and asking for the package alone loads nothing."""

from __future__ import annotations

import subprocess
import sys

import curation_app


def test_every_public_name_resolves() -> None:
    assert len(curation_app.__all__) == 10
    for name in curation_app.__all__:
        assert getattr(curation_app, name) is not None


def test_importing_the_package_loads_no_library() -> None:
    heavy = "{'numpy', 'pandas', 'sklearn', 'streamlit', 'sqlalchemy', 'pyarrow'}"
    code = f"import curation_app, sys; print(sorted({heavy} & set(sys.modules)))"
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert found.stdout.strip() == "[]"
