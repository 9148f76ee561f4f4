"""Figures of the quality benchmark: what is measured of one trial, and the tables with paired intervals that trials make."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

RESULTS = Path(__file__).resolve().parent / "results"
OURS = "ours"
# Resamples of the paired bootstrap, and its level.
RESAMPLES, LEVEL = 2_000, 0.95

Record = dict[str, Any]


def average_precision(bad: np.ndarray, score: np.ndarray) -> float:
    """Average precision with ties taken together, as scikit-learn does; NaN where nothing is bad."""
    from sklearn.metrics import average_precision_score

    return float(average_precision_score(bad, score)) if bad.any() else float("nan")


def precision_at(bad: np.ndarray, score: np.ndarray, first: int) -> float:
    """Share of bad rows among the first; ties by row number."""
    order = np.argsort(-score, kind="stable")[: max(first, 1)]
    return float(bad[order].mean())


def measured(bad: np.ndarray, score: np.ndarray) -> Record:
    """AP, P@50, P@n of one score."""
    return {
        "ap": average_precision(bad, score),
        "p50": precision_at(bad, score, 50),
        "pn": precision_at(bad, score, int(bad.sum())),
    }


def paired_interval(ours: np.ndarray, theirs: np.ndarray, seed: int = 0) -> tuple[float, float, float]:
    """(mean difference, low, high) over pairs, by bootstrap of the pairs."""
    gap = ours - theirs
    drawn = np.random.default_rng(seed).integers(0, len(gap), (RESAMPLES, len(gap)))
    low, high = np.quantile(gap[drawn].mean(axis=1), [(1 - LEVEL) / 2, (1 + LEVEL) / 2])
    return float(gap.mean()), float(low), float(high)


def keep(part: str, records: Sequence[Record], facts: Record) -> Path:
    """Write what a part measured, so that parts can run on different days."""
    RESULTS.mkdir(exist_ok=True)
    path = RESULTS / f"quality-{part}.json"
    path.write_text(json.dumps({"part": part, "facts": facts, "records": list(records)}, indent=1), encoding="utf-8")
    return path


def method_table(records: Sequence[Record], figure: str = "ap", rows: Sequence[str] = ("attack", "size")) -> str:
    """Markdown: one line for each case, one column for each method; means over data and seeds, tuned and held-out data apart."""
    methods = list(dict.fromkeys(record["method"] for record in records))
    cells: defaultdict[tuple[Any, ...], defaultdict[str, list[float]]] = defaultdict(lambda: defaultdict(list))
    for record in records:
        cells[(record["tuned"], *(record.get(name, "") for name in rows))][record["method"]].append(record[figure])
    lines = [f"| data | {' | '.join(rows)} | {' | '.join(methods)} |", "|" + "---|" * (1 + len(rows) + len(methods))]
    for key in sorted(cells, key=lambda key: (not key[0], *map(str, key[1:]))):
        shown = " | ".join(_mean(cells[key][method]) for method in methods)
        lines.append(f"| {'tuned' if key[0] else 'held out'} | {' | '.join(map(str, key[1:]))} | {shown} |")
    return "\n".join(lines)


def difference_table(records: Sequence[Record], figure: str = "ap") -> str:
    """Markdown: ours less each other method over the same trials, with the interval of a paired bootstrap."""
    paired: defaultdict[str, dict[tuple[Any, ...], float]] = defaultdict(dict)
    for record in records:
        paired[record["method"]][(record["tuned"], record["data"], record.get("attack"), record.get("size"), record["seed"])] = record[
            figure
        ]
    lines = ["| data | ours less | mean | 95 % | trials |", "|---|---|---|---|---|"]
    for tuned in (True, False):
        mine = {key: value for key, value in paired[OURS].items() if key[0] is tuned and np.isfinite(value)}
        for method, values in paired.items():
            both = [key for key in mine if key in values and np.isfinite(values[key])]
            if method == OURS or not both:
                continue
            gap, low, high = paired_interval(np.array([mine[key] for key in both]), np.array([values[key] for key in both]))
            lines.append(f"| {'tuned' if tuned else 'held out'} | {method} | {gap:+.3f} | {low:+.3f} to {high:+.3f} | {len(both)} |")
    return "\n".join(lines)


def _mean(values: Sequence[float]) -> str:
    finite = [value for value in values if np.isfinite(value)]
    return f"{np.mean(finite):.3f}" if finite else "-"
