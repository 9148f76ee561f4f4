"""How bad is it: everything the Overview page shows."""

from __future__ import annotations

from collections import Counter

import numpy as np

from curation_app.domain.finding import Kind
from curation_app.workspace.data import RunData
from curation_app.workspace.rates import rates
from curation_app.workspace.values import DetectorBoardLine, Overview

# Largest groups that the first screen lists.
CAMPAIGNS = 12


def overview(data: RunData, decided: np.ndarray) -> Overview:
    """The overview under the current decisions; ``decided`` is (n,) bool."""
    info = data.info
    estimates = info["estimate"]
    kinds = {}
    for name in ("all", *(kind.value for kind in Kind if kind is not Kind.NONE)):
        estimate = estimates.get(name)
        if estimate is None:
            continue
        flagged = info["counts"]["flagged" if name == "all" else name]
        kinds[name] = (int(flagged), float(estimate["count"]), float(estimate["low"]), float(estimate["high"]))
    features = info["features"]
    return Overview(
        dataset=info["dataset"]["name"],
        fingerprint=info["dataset"]["fingerprint"],
        rows=data.n,
        classes=len(data.classes),
        modality=data.modality,
        features=f"{features['descriptor']} ({features['width']} numbers a row)",
        kinds=kinds,
        estimate_method=estimates.get("all", {}).get("method", ""),
        decided=int(decided.sum()),
        left=left(data, decided),
        campaigns=data.campaigns[:CAMPAIGNS],
        campaign_counts=Counter(str(campaign["kind"]) for campaign in data.campaigns),
        detectors=tuple(_board_line(facts) for facts in info["detectors"]),
        per_class=rates(*data.coded("given_label"), data.flagged),
        per_source=rates(*source, data.flagged) if (source := data.coded_role("source")) else (),
        stages=tuple((stage["name"], stage["seconds"]) for stage in info["stages"]),
        peak_mb=max((stage["peak_mb"] for stage in info["stages"]), default=0.0),
        graph_recall=features["graph_recall"],
        remarks=tuple(info["dataset"]["remarks"]),
    )


def left(data: RunData, decided: np.ndarray) -> tuple[float, float, float]:
    """(count, low, high) of bad rows that nobody has decided on.

    The estimate of the whole, times the share of all suspicion that lies on undecided rows.
    """
    estimate = data.info["estimate"].get("all")
    total = float(data.suspicion.sum())
    if estimate is None or total == 0.0:
        return 0.0, 0.0, 0.0
    share = float(data.suspicion[~decided].sum()) / total
    return estimate["count"] * share, estimate["low"] * share, estimate["high"] * share


def _board_line(facts: dict[str, object]) -> DetectorBoardLine:
    return DetectorBoardLine(
        code=str(facts["code"]),
        title=str(facts["title"]),
        question=str(facts.get("question", "")),
        kind=Kind(str(facts["kind"])),
        outcome=str(facts["outcome"]),
        reason=str(facts["reason"]),
        rule=str(facts["rule"]),
        flagged=int(facts["flagged"]),  # type: ignore[call-overload]
        histogram=tuple(facts["histogram"]),  # type: ignore[arg-type]
        threshold=float("nan") if facts["threshold"] is None else float(facts["threshold"]),  # type: ignore[arg-type]
    )
