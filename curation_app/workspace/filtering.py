"""Filter -> the rows that the queue shows, most suspicious first."""

from __future__ import annotations

import numpy as np

from curation_app.review import VERDICTS
from curation_app.workspace.data import RunData
from curation_app.workspace.reranking import Standing
from curation_app.workspace.values import Filter


def matching(data: RunData, verdicts: np.ndarray, filters: Filter, standing: Standing) -> np.ndarray:
    """Row numbers in the order of the standing: most suspicious first.

    ``verdicts`` are (n,) codes into ``VERDICTS``.
    """
    if filters.least is not None:
        keep = standing.suspicion >= filters.least
    else:
        keep = standing.flagged.copy() if filters.flagged_only else np.ones(data.n, dtype=bool)
    if filters.campaign:
        keep = _named(data, "campaign", (filters.campaign,))  # a campaign is shown whole
    if filters.rows is not None:
        chosen = np.zeros(data.n, dtype=bool)
        chosen[np.asarray(filters.rows, dtype=np.int64)] = True
        keep = chosen  # so is a selection
    if filters.kinds:
        keep &= _named(data, "kind", filters.kinds)
    if filters.labels:
        keep &= _named(data, "given_label", filters.labels)
    source = data.coded_role("source")
    if filters.sources and source is not None:
        keep &= _among(*source, filters.sources)
    if filters.verdicts:
        wanted = [code for code, verdict in enumerate(VERDICTS) if verdict.value in filters.verdicts]
        keep &= np.isin(verdicts, wanted)
    if filters.text:
        keep &= data.contains_text(filters.text)
    return standing.order[keep[standing.order]]


def _named(data: RunData, column: str, wanted: tuple[str, ...]) -> np.ndarray:
    return _among(*data.coded(column), wanted)


def _among(codes: np.ndarray, names: tuple[str, ...], wanted: tuple[str, ...]) -> np.ndarray:
    return np.isin(codes, [code for code, name in enumerate(names) if name in wanted])
