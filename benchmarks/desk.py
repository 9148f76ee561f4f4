"""The review desk in a real browser: lasso to updated selection, and key to next row, at 100,000 and 1,000,000 rows."""

from __future__ import annotations

import os
import shutil
import socket
import statistics
import subprocess
import sys
import threading
import time
import urllib.request
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from benchmarks.measure import machine
from benchmarks.synthetic import save

ROOT = Path(__file__).resolve().parents[1]
RESULTS = ROOT / "benchmarks" / "results"
APP = ROOT / "curation_app" / "ui" / "app.py"
CHROMIUM = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
SIZES = (100_000, 1_000_000)
# Turns of the two sides, one after the other, so that a busy phase of the machine meets both.
ROUNDS = 3
DECISIONS = 21
# Corners of a lasso, as a hand draws it.
STEPS = 24
# What either page says about the selection.
COUNT = "() => document.querySelector('.selected-count')?.innerText ?? ''"
# Half axes of the lassos as shares of the data's extent. Both sides get the same outline in the data's own coordinates, whatever the size
# of their charts; each is wider than the last, as a mouse that goes down on the last one's outline edits it instead of drawing anew.
LASSOS = (0.10, 0.13, 0.16, 0.19, 0.22)
PATIENCE = 180_000


def main() -> None:
    """Print the tables of docs/benchmarks.md."""
    from playwright.sync_api import sync_playwright

    print(f"Machine: {machine()}\n")
    runs = [_scanned(rows) for rows in SIZES]
    rounds = []
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=shutil.which("chromium"), args=CHROMIUM)
        for _ in range(ROUNDS):
            rounds.append((_theirs(browser, runs[0] / "map.parquet"), *(_ours(browser, run) for run in runs)))
        browser.close()
    peer = _median(theirs for theirs, _, _ in rounds)
    small, large = (_median(ours[at][0] for ours in rounds) for at in (1, 2))
    print("| lasso: mouse up to updated selection, median | seconds |\n|---|---|")
    print(f"| plain scattergl, 100,000 points | {peer:.2f} |\n| ours, 100,000 | {small:.2f} |\n| ours, 1,000,000 | {large:.2f} |")
    print(f"| ratio, scattergl / ours at 100,000 | {peer / small:.1f} |")
    print(f"| ratio, ours 1,000,000 / 100,000 | {large / small:.1f} |\n")
    print("| key pressed to next row shown, median | milliseconds |\n|---|---|")
    for rows, at in zip(SIZES, (1, 2), strict=True):
        print(f"| {rows:,} rows | {1000 * _median(ours[at][1] for ours in rounds):.0f} |")


def _median(rounds: Iterable[list[float]]) -> float:
    return statistics.median(seconds for one in rounds for seconds in one)


def _scanned(rows: int) -> Path:
    """A run of that many rows; kept in ``benchmarks/results``, as a million rows take minutes to scan: delete it when the scan changed."""
    place = RESULTS / f"desk-{rows}"
    if not (place / "run" / "map.parquet").is_file():
        place.mkdir(parents=True, exist_ok=True)
        # A narrow set keeps the scan short: what is timed here is the page.
        save(place / "data.npz", rows, 8)
        command = [sys.executable, "-m", "curation_app", "scan", place / "data.npz", "--out", place / "run", "--recipe", "fast", "--no-map"]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        _store_plain_map(place / "run")
    (place / "run" / "curation.db").unlink(missing_ok=True)
    return place / "run"


def _ours(browser: Any, run: Path) -> tuple[list[float], list[float]]:
    """Seconds of each lasso and of each decision, but for the first of either: it warms the page up."""
    with _server(APP, {"CURATION_WORKSPACE": str(run), "CURATION_REVIEWER": "bench"}) as url:
        page = browser.new_page(viewport={"width": 1440, "height": 900})
        page.goto(f"{url}/review", timeout=PATIENCE)
        page.wait_for_selector("article.card", timeout=PATIENCE)
        _settle(page)
        lassos = _lassos(page, ".st-key-map-panel .js-plotly-plot", run / "map.parquet")
        decisions = [_decision(page) for _ in range(DECISIONS)]
        page.close()
    return lassos[1:], decisions[1:]


def _theirs(browser: Any, map_file: Path) -> list[float]:
    with _server(ROOT / "benchmarks" / "peer_scattergl.py", {"PEER_MAP": str(map_file)}) as url:
        page = browser.new_page(viewport={"width": 1440, "height": 900})
        page.goto(url, timeout=PATIENCE)
        page.wait_for_selector(".js-plotly-plot .gl-canvas, .js-plotly-plot canvas", timeout=PATIENCE)
        _settle(page)
        lassos = _lassos(page, ".js-plotly-plot", map_file)
        page.close()
    return lassos[1:]


def _store_plain_map(run: Path) -> None:
    """Both sides draw the same points: the first two principal axes, so that no layout has to be waited for."""
    from curation_app.workspace import Run

    view = Run(run).map()
    rows = np.arange(len(view.x), dtype=np.int64)
    pq.write_table(pa.table({"row": rows, "x": view.x.astype(np.float32), "y": view.y.astype(np.float32)}), run / "map.parquet")


# Where a point of the data lies on the page: plotly keeps each axis's range, length and offset in pixels.
ON_PAGE = """([chart, points]) => {
    const plot = document.querySelector(chart), box = plot.getBoundingClientRect(), {xaxis: across, yaxis: up} = plot._fullLayout;
    const share = (axis, value) => (value - axis.range[0]) / (axis.range[1] - axis.range[0]);
    return points.map(([x, y]) =>
        [box.left + across._offset + share(across, x) * across._length, box.top + up._offset + (1 - share(up, y)) * up._length]);
}"""


def _lassos(page: Any, chart: str, map_file: Path) -> list[float]:
    """Seconds of each lasso around the middle of the rows."""
    table = pq.read_table(map_file)
    points = np.column_stack([table["x"].to_numpy(), table["y"].to_numpy()]).astype(np.float64)
    middle, extent = np.median(points, axis=0), np.ptp(points, axis=0)
    turns = 2 * np.pi * np.arange(STEPS + 1) / STEPS
    circle = np.column_stack([np.cos(turns), np.sin(turns)])
    return [_lasso(page, page.evaluate(ON_PAGE, [chart, (middle + share * extent * circle).tolist()])) for share in LASSOS]


def _lasso(page: Any, outline: list[list[float]]) -> float:
    """Seconds from letting go of the mouse to another count of selected rows."""
    before = page.evaluate(COUNT)
    page.mouse.move(*outline[0])
    page.mouse.down()
    for corner in outline[1:]:
        page.mouse.move(*corner)
    began = time.perf_counter()
    page.mouse.up()
    page.wait_for_function(f"(before) => ({COUNT})() !== before", arg=before, timeout=PATIENCE, polling="raf")
    seconds = time.perf_counter() - began
    print(f"  {seconds:.2f} s, {page.evaluate(COUNT)}", file=sys.stderr)
    _settle(page)
    return seconds


def _decision(page: Any) -> float:
    """Seconds from a key to another row on the card."""
    before = page.locator("article.card").get_attribute("data-row")
    began = time.perf_counter()
    page.keyboard.press("k")
    page.wait_for_function(
        "(before) => document.querySelector('article.card')?.dataset.row !== before", arg=before, timeout=PATIENCE, polling="raf"
    )
    seconds = time.perf_counter() - began
    _settle(page)
    return seconds


def _settle(page: Any) -> None:
    page.wait_for_selector('[data-test-script-state="notRunning"]', timeout=PATIENCE, state="attached")
    page.wait_for_function("() => !document.querySelector('[data-testid=stSkeleton]')", timeout=PATIENCE)


@contextmanager
def _server(script: Path, environment: dict[str, str]) -> Iterator[str]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [sys.executable, "-m", "streamlit", "run", str(script), "--server.port", str(port), "--server.headless", "true"]
    process = subprocess.Popen(command, env=os.environ | environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        _until(lambda: _healthy(port))
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait()


def _healthy(port: int) -> bool:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/_stcore/health", timeout=1) as answer:
            return answer.status == 200
    except OSError:
        return False


def _until(true: Callable[[], bool]) -> None:
    pause, ends = threading.Event(), time.monotonic() + 60
    while not true():
        if time.monotonic() > ends:
            raise TimeoutError("the server did not start")
        pause.wait(0.2)


if __name__ == "__main__":
    main()
