"""Pages without a browser: open one on a run, and read what it says."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from streamlit.testing.v1 import AppTest

APP = Path(__file__).resolve().parents[2] / "curation_app" / "ui" / "app.py"
# A page is drawn in well under a second; the first one imports the libraries.
PATIENCE = 60


def visit(page_name: str, run: str | None = "messages", **address: str) -> AppTest:
    """A page, drawn once."""
    page = AppTest.from_file(str(APP), default_timeout=PATIENCE)
    if run is not None:
        page.query_params["run"] = run
    for name, value in address.items():
        page.query_params[name] = value
    page.switch_page(f"views/{page_name}.py").run()
    assert not page.exception
    return page


def words(page: AppTest) -> str:
    """All markup of a page."""
    return " ".join(str(element.proto.body) for element in page.get("html"))


def write_campaigns(run: Path, campaigns: Sequence[Mapping[str, Any]]) -> None:
    """Put campaigns by hand into a run that is not open yet."""
    (run / "campaigns.json").write_text(json.dumps(list(campaigns)), encoding="utf-8")
