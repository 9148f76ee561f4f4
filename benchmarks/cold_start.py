"""``curation-app demo``, installed, to a queue on the screen: a cold process and an empty folder."""

from __future__ import annotations

import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from benchmarks.desk import CHROMIUM, PATIENCE
from benchmarks.measure import machine

TIMES = 3


def main() -> None:
    """Print the table of docs/benchmarks.md."""
    print(f"Machine: {machine()}\n")
    seconds = [_once(8600 + turn) for turn in range(TIMES)]
    print("| bundled demo, cold, to a queue on screen | seconds |\n|---|---|")
    print(f"| median of {TIMES} | {statistics.median(seconds):.1f} |\n")


def _once(port: int) -> float:
    """Seconds from starting the command to the first line of the queue; the browser is already open."""
    from playwright.sync_api import Error, sync_playwright

    with tempfile.TemporaryDirectory() as folder, sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=shutil.which("chromium"), args=CHROMIUM)
        page = browser.new_page(viewport={"width": 1440, "height": 900})
        began = time.perf_counter()
        command = [sys.executable, "-m", "curation_app", "demo", "--no-browser", "--port", str(port), "--workspace", folder]
        process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        assert process.stdout is not None
        address = next(word for word in process.stdout.readline().split() if word.startswith("http"))
        try:
            page.goto(address, timeout=PATIENCE)
            page.wait_for_selector("article.card", timeout=PATIENCE)
            seconds = time.perf_counter() - began
        except Error:
            page.screenshot(path=Path(tempfile.gettempdir()) / "cold_start.png")
            raise
        finally:
            process.send_signal(2)
            process.wait()
            browser.close()
    return seconds


if __name__ == "__main__":
    main()
