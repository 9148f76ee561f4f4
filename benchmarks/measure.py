"""Run a command as a fresh process and tell its seconds and peak memory."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import time
from dataclasses import dataclass
from importlib.metadata import version

import psutil

# Between two looks at the memory of a process and its children.
LOOK_EVERY = 0.05


@dataclass(frozen=True, slots=True, kw_only=True)
class Cost:
    """Seconds from start to end, and peak resident memory in MiB of the process with its children."""

    seconds: float
    peak_mb: float
    output: str


def cold(command: list[str]) -> Cost:
    """The cost of a whole process, imports included."""
    began = time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    peak = [0.0]
    watcher = threading.Thread(target=_watch, args=(process, peak), daemon=True)
    watcher.start()
    output, _ = process.communicate()
    seconds = time.perf_counter() - began
    watcher.join()
    if process.returncode:
        raise RuntimeError(f"{' '.join(command)} ended with {process.returncode}")
    return Cost(seconds=seconds, peak_mb=peak[0], output=output)


def _watch(process: subprocess.Popen[str], peak: list[float]) -> None:
    pause = threading.Event()
    while process.poll() is None:
        try:
            watched = psutil.Process(process.pid)
            resident = sum(part.memory_info().rss for part in (watched, *watched.children(recursive=True)))
        except psutil.NoSuchProcess:
            return
        peak[0] = max(peak[0], resident / 2**20)
        pause.wait(LOOK_EVERY)


def machine() -> str:
    """One line about where the numbers come from."""
    memory = psutil.virtual_memory().total / 2**30
    packages = ("numpy", "scikit-learn", "cleanlab", "faiss-cpu", "umap-learn", "streamlit", "plotly")
    named = ", ".join(f"{package} {version(package)}" for package in packages)
    return f"{os.cpu_count()} cores, {memory:.0f} GiB, Python {sys.version.split()[0]}, {named}"
