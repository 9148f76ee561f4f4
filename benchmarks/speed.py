"""Features to a scored queue, cold process: ours beside cleanlab Datalab; and how ours grows."""

from __future__ import annotations

import statistics
import sys
import tempfile
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq

from benchmarks.measure import Cost, cold, machine
from benchmarks.synthetic import save

PEER = "cleanlab Datalab (5-fold logistic regression, all default checks)"
# How often each is run; ours is the median.
OURS, THEIRS = 3, 1


def main() -> None:
    """Print the tables of docs/benchmarks.md."""
    print(f"Machine: {machine()}\n")
    with tempfile.TemporaryDirectory() as folder:
        _against_datalab(Path(folder))
        _growth(Path(folder))


def _against_datalab(folder: Path) -> None:
    data = folder / "peer.npz"
    flipped = save(data, 10_000, 384)
    ours = _ours(data, folder, OURS)
    theirs = [cold([sys.executable, "-m", "benchmarks.peer_datalab", str(data), str(folder / "theirs.npy")]) for _ in range(THEIRS)]
    score = np.load(folder / "theirs.npy")
    suspicion = pq.read_table(folder / "run-0" / "suspicion.parquet", columns=["score_label_error"])["score_label_error"].to_numpy()
    mine, peer = _middle(ours), _middle(theirs)
    print("| 10,000 x 384, cold process to scored queue | seconds | peak MiB | label AP |\n|---|---|---|---|")
    print(f"| curation-app scan, all detectors | {mine[0]:.2f} | {mine[1]:.0f} | {average_precision(suspicion, flipped):.3f} |")
    print(f"| {PEER} | {peer[0]:.1f} | {peer[1]:.0f} | {average_precision(score, flipped):.3f} |")
    print(f"| ratio, theirs / ours | {peer[0] / mine[0]:.1f} | {peer[1] / mine[1]:.1f} | |\n")


def _growth(folder: Path) -> None:
    costs = {}
    for rows in (10_000, 100_000):
        data = folder / f"{rows}.npz"
        save(data, rows, 128)
        costs[rows] = _middle(_ours(data, folder / f"g{rows}", OURS if rows == 10_000 else 1))
    print("| rows x 128, cold process to scored queue | seconds | peak MiB |\n|---|---|---|")
    for rows, (seconds, peak) in costs.items():
        print(f"| {rows:,} | {seconds:.2f} | {peak:.0f} |")
    print(f"| ratio | {costs[100_000][0] / costs[10_000][0]:.1f} | {costs[100_000][1] / costs[10_000][1]:.1f} |\n")


def _ours(data: Path, folder: Path, times: int) -> list[Cost]:
    folder.mkdir(exist_ok=True)
    command = [sys.executable, "-m", "curation_app", "scan", str(data), "--no-map", "--out"]
    return [cold([*command, str(folder / f"run-{time}")]) for time in range(times)]


def _middle(costs: list[Cost]) -> tuple[float, float]:
    return statistics.median(cost.seconds for cost in costs), max(cost.peak_mb for cost in costs)


def average_precision(score: np.ndarray, truth: np.ndarray) -> float:
    """Area under precision and recall, ties in row order."""
    hits = truth[np.argsort(-np.nan_to_num(score, nan=-1.0), kind="stable")]
    return float((np.cumsum(hits) / np.arange(1, len(hits) + 1))[hits].mean())


if __name__ == "__main__":
    main()
