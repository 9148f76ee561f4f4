from __future__ import annotations

import re
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import pytest

from curation_app.domain.fold import fold
from curation_app.release.manifest import Change
from curation_app.release.report import render_report
from tests.unit.release.released import Released, release

HOSTILE = "<script>alert(1)</script><img src=x onerror=alert(2)>\"'&\u202e"


class Tags(HTMLParser):
    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))


@pytest.fixture
def made(tmp_path: Path) -> Released:
    return release(tmp_path)


def hostile(made: Released, plots: dict[str, str] | None = None) -> str:
    events = [
        replace(event, by=HOSTILE, body=dict(event.body) | dict.fromkeys(("id", "given", "reason", "evidence"), HOSTILE))
        for event in made.events
    ]
    manifest = replace(
        made.manifest, name=HOSTILE, classes=(Change(name=HOSTILE, before=1, after=0),), versions={HOSTILE: HOSTILE}, facts={HOSTILE: 1}
    )
    return render_report(manifest, fold(events), kinds={0: HOSTILE}, plots=plots or {})


def test_no_text_becomes_markup(made: Released) -> None:
    page = hostile(made, {HOSTILE: "<svg></svg>"})
    tags = Tags(page).tags
    assert not [tag for tag, _ in tags if tag in ("script", "img", "iframe", "link")]
    assert not [name for _, attributes in tags for name in attributes if name.startswith("on")]
    assert "\u202e" not in page


def test_nothing_is_fetched_and_nothing_may_be(made: Released) -> None:
    page = (made.folder / "report.html").read_text()
    assert not [attributes for _, attributes in Tags(page).tags if attributes.keys() & {"src", "href", "srcset", "data"}]
    assert not re.search(r"url\(|@import|https?:", page)
    assert "default-src &#x27;none&#x27;" in page
    assert "script-src" not in page


def test_a_plot_is_shown_as_it_is_and_may_draw_itself(made: Released) -> None:
    plot = '<div id="p"></div><script>draw()</script>'
    page = hostile(made, {"Suspects": plot})
    assert plot in page
    assert "script-src" in page


def test_the_page_tells_what_left(made: Released) -> None:
    page = (made.folder / "report.html").read_text()
    assert "9 of 12 rows leave, 1 with a new label" in page
    assert all(output.sha256 in page for output in made.manifest.outputs if output.role != "report")
    assert "By source" in page


def test_a_review_without_decisions_says_so(made: Released) -> None:
    assert "Nobody has decided anything" in render_report(made.manifest, fold([]), kinds={}, plots={})
