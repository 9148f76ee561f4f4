"""Reviewing in a real browser: keys, lasso, reload, two people, hostile text."""

from __future__ import annotations

import csv
import math
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from curation_app.workspace import Filter, Verdict, Workspace
from tests.e2e.conftest import Server, settle

HOSTILE = (
    "<script>window.pwned=1</script>",
    "<img src=x onerror='window.pwned=1'>",
    "**bold** ![x](http://127.0.0.1:9/pixel.png) :red[x] $\\frac{1}{2}$ [link](javascript:window.pwned=1)",
    "pay\u200bload \u202edesrever\u202c and \u2066isolated\u2069",
    "\"><svg onload=window.pwned=1> ' {{7*7}} ${7*7}",
)


def card_row(page: Any) -> int:
    return int(page.locator("article.card").get_attribute("data-row"))


def press(page: Any, key: str) -> None:
    """Press a key on the page and wait until another row, or none, is on the card."""
    before = page.locator("article.card").get_attribute("data-row")
    page.keyboard.press(key)
    page.wait_for_function("(before) => document.querySelector('article.card')?.dataset.row !== before", arg=before)
    settle(page)


def decided(server: Server) -> dict[int, tuple[str, str | None]]:
    """What the log says, read beside the server."""
    opened = Workspace(server.workspace).open_run(server.run)
    rows = opened.queue(Filter(flagged_only=False, verdicts=("accept", "relabel", "drop", "later")))
    return {line.row: (str(line.verdict), line.verdict_label) for line in opened.lines(rows)}


def lasso(page: Any, across: float, down: float, radius: float) -> None:
    """Draw a circle on the map; the centre is in shares of its width and height."""
    box = page.locator('.st-key-map-panel [data-testid="stPlotlyChart"]').bounding_box()
    x, y = box["x"] + across * box["width"], box["y"] + down * box["height"]
    page.mouse.move(x + radius, y)
    page.mouse.down()
    for step in range(1, 25):
        page.mouse.move(x + radius * math.cos(step / 4), y + radius * math.sin(step / 4))
    page.mouse.up()
    page.wait_for_selector(".selected-count")
    settle(page)


def test_each_key_writes_its_decision_and_shows_the_next_row(page: Any, server: Server) -> None:
    seen = []
    for key in ("k", "d", "s"):
        seen.append(card_row(page))
        press(page, key)
    suggestion = page.locator(".st-key-accept button").inner_text()
    seen.append(card_row(page))
    press(page, "a")
    told = decided(server)
    assert [told[row][0] for row in seen] == ["accept", "drop", "later", "relabel"]
    assert told[seen[3]][1] in suggestion


def test_number_keys_relabel_to_the_class_beside_the_number(page: Any, server: Server) -> None:
    row = card_row(page)
    first = page.locator(".chance").filter(has=page.locator("kbd", has_text="1")).locator(".name").inner_text()
    press(page, "1")
    assert decided(server)[row] == ("relabel", first)


def test_undo_survives_a_reload_and_says_what_it_undoes(page: Any, server: Server) -> None:
    row = card_row(page)
    name = page.locator(".card-head").inner_text().split("id ")[1].split()[0]
    press(page, "d")
    page.reload()
    settle(page)
    assert name in page.locator(".st-key-undo button").inner_text()
    assert card_row(page) != row
    press(page, "z")
    assert card_row(page) == row
    assert decided(server) == {}


def test_a_repeated_script_run_writes_nothing_twice(page: Any, server: Server) -> None:
    press(page, "k")
    press(page, "n")
    press(page, "p")
    assert Workspace(server.workspace).open_run(server.run).history_count() == 1


def test_lasso_then_bulk_drop_hits_exactly_the_rows_inside(page: Any, server: Server) -> None:
    lasso(page, 0.5, 0.5, 60)
    count = int("".join(filter(str.isdigit, page.locator(".selected-count").inner_text())))
    area = page.evaluate("() => document.querySelector('.js-plotly-plot').layout.selections.map((one) => one.path)")
    corners = [tuple(map(float, point.split(","))) for point in area[0].strip("MZ").split("L")]
    run = Workspace(server.workspace).open_run(server.run)
    inside = {int(row) for row in run.rows_in_polygon(corners)}
    assert len(inside) == count > 10
    page.click(".st-key-decide-selection button")
    page.wait_for_selector("[role=dialog] .preview")
    settle(page)
    page.click(".st-key-bulk-drop button")
    page.wait_for_selector("[role=dialog]", state="detached")
    settle(page)
    assert {row for row, (verdict, _) in decided(server).items() if verdict == "drop"} == inside
    press(page, "z")
    assert decided(server) == {}


def test_keys_are_asleep_while_a_preview_is_open(page: Any, server: Server) -> None:
    page.click(".st-key-decide-queue button")
    page.wait_for_selector("[role=dialog] .preview")
    settle(page)
    page.keyboard.press("d")
    page.keyboard.press("k")
    page.keyboard.press("Escape")
    page.wait_for_selector("[role=dialog]", state="detached")
    settle(page)
    assert decided(server) == {}


def test_the_address_opens_the_same_view_for_a_colleague(page: Any, open_page: Callable[..., Any]) -> None:
    page.locator(".st-key-kind button").first.click()
    page.wait_for_function("() => location.search.includes('kind=')")
    settle(page)
    colleague = open_page(page.url)
    assert colleague.locator(".queue-pager span").inner_text() == page.locator(".queue-pager span").inner_text()
    assert card_row(colleague) == card_row(page)


def test_two_people_on_one_row_the_second_sees_both_decisions(open_page: Callable[..., Any], server: Server) -> None:
    address = server.address("review")
    anna, bob = open_page(address), open_page(address)
    row = card_row(anna)
    assert card_row(bob) == row
    press(anna, "d")
    bob.keyboard.press("k")
    bob.wait_for_selector(".notice.warning")
    settle(bob)
    said = bob.locator(".notice.warning").inner_text()
    assert "Theirs: dropped" in said
    assert "not written: kept" in said
    assert decided(server)[row][0] == Verdict.DROP.value
    assert card_row(bob) == row
    press(bob, "k")
    assert decided(server)[row][0] == Verdict.ACCEPT.value


@pytest.fixture
def hostile(scanned: Callable[[Path], Path], start_server: Callable[..., Server], tmp_path_factory: pytest.TempPathFactory) -> Server:
    """A run whose texts, labels, ids and sources are all attacks."""
    folder = tmp_path_factory.mktemp("hostile")
    data = folder / "hostile.csv"
    with data.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(["id", "text", "label", "source"])
        for row in range(60):
            bad = HOSTILE[row % len(HOSTILE)]
            writer.writerow([f"{bad}{row}", f"{bad} number {row} {'abc' if row % 2 else 'xyz'}", HOSTILE[row % 2], HOSTILE[row % 3]])
    run = scanned(data)
    return replace(start_server(run.parent), run=run.name)


def test_hostile_strings_run_no_script_and_load_nothing(hostile: Server, open_page: Callable[..., Any]) -> None:
    asked: list[str] = []
    page = open_page(hostile.url, listen=asked.append)
    for name in ("overview", "history", "release", "review"):
        page.goto(hostile.address(name))
        settle(page)
        assert page.evaluate("() => window.pwned") is None, name
    # Each attack once, with its neighbours and copies; then as a label on a button, in a notice and in the list of look-alikes.
    for row in range(len(HOSTILE)):
        page.goto(hostile.address("review", f"row={row}"))
        settle(page)
        assert page.locator("article.card").count() == 1
    press(page, "1" if page.locator(".st-key-class-1 button").is_enabled() else "2")
    page.keyboard.press("f")
    page.wait_for_selector(".st-key-leave-scope")
    settle(page)
    assert page.evaluate("() => window.pwned") is None
    assert [url for url in asked if not url.startswith((hostile.url, "data:", "blob:"))] == []
