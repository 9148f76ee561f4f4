"""What changed between two versions of a file: labels under one content, content under one id, rows added and gone."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from enum import IntEnum
from typing import ClassVar

import numpy as np

from curation_app.detect.base import Detector
from curation_app.detect.content import content_columns, contents
from curation_app.detect.wording import clipped, things
from curation_app.domain.dataset import Dataset
from curation_app.domain.finding import Finding, Group, Kind, Outcome
from curation_app.domain.recipe import Recipe
from curation_app.domain.representation import Representation

# A version of a file keeps most of its rows; where less than half of either side is in the other, it is another file.
VERSION_KEEPS = 0.5
# Changes listed in one row's sentence.
MOST_CELLS = 3
# One row is no group.
FEWEST = 2


class Change(IntEnum):
    """What happened to a row since the baseline."""

    NONE = 0
    ADDED = 1
    REWRITTEN = 2
    RELABELLED = 3


# A change is a fact, not proof. The rarer it is in this file the more it surprises, between these bounds: new rows are what a new version
# is for and never make a case alone; nobody relabels a row by accident, so that even many such rows are worth a look.
BOUNDS = {Change.ADDED: (0.0, 1.0), Change.REWRITTEN: (1.0, 2.0), Change.RELABELLED: (2.0, 4.0)}


@dataclass(frozen=True, slots=True)
class Changes:
    """(n,) change of each row and the trusted row that it was before (-1: none); how many trusted rows are gone; the share that stayed."""

    kind: np.ndarray
    before: np.ndarray
    gone: int
    kept: float


class Ledger(Detector):
    """The difference from an earlier version."""

    code: ClassVar[str] = "ledger"
    title: ClassVar[str] = "Changed since the baseline"
    question: ClassVar[str] = "Was this row added, rewritten or relabelled since the trusted version?"
    kind: ClassVar[Kind] = Kind.DRIFT
    family: ClassVar[str] = "ledger"
    needs: ClassVar[tuple[str, ...]] = ("baseline",)
    source: ClassVar[str] = "Carlini et al. (2023), Poisoning web-scale training datasets is practical: integrity checks by content hash"

    def detect(self, dataset: Dataset, representation: Representation, recipe: Recipe, *, seed: int) -> Finding:
        trusted = representation.baseline.dataset  # type: ignore[union-attr]
        changes = compare(dataset, trusted)
        if changes.kept < VERSION_KEEPS:
            reason = f"{changes.kept:.0%} of the rows are in both: this is other data than the baseline, not a version of it."
            return self.silent(len(dataset), Outcome.NOT_APPLICABLE, reason)
        surprise = change_surprise(changes.kind)
        worth = np.flatnonzero(surprise >= 1.0).tolist()
        loud = bool(np.any(changes.kind >= Change.REWRITTEN))
        return self.finding(
            surprise,
            outcome=Outcome.ISSUE if loud else Outcome.PASSED,
            reason=_summary(changes),
            reasons={row: _sentence(dataset, trusted, changes, row) for row in worth},
            suggested=_earlier_labels(dataset, trusted, representation, changes),
            groups=_groups(dataset, trusted, changes, surprise),
            rule=(
                "Rows are matched by id, where both files have one, and by content, label and origin set aside. "
                "Surprise is -log10 of the share of rows changed in the same way, "
                + ", ".join(f"{low:g} to {high:g} for {change.name.lower()} rows" for change, (low, high) in BOUNDS.items())
                + "."
            ),
        )


def compare(dataset: Dataset, trusted: Dataset) -> Changes:
    """Match every row with the baseline, by its id first and by its content else."""
    mine, theirs = contents(dataset), contents(trusted)
    by_content: dict[bytes, list[int]] = defaultdict(list)
    for row, content in enumerate(theirs):
        by_content[content].append(row)
    by_id = {str(name): row for row, name in enumerate(trusted.ids)} if dataset.roles.id and trusted.roles.id else {}
    labelled = any(label is not None for label in trusted.labels) and any(label is not None for label in dataset.labels)
    kind, before = np.zeros(len(dataset), dtype=np.int8), np.full(len(dataset), -1, dtype=np.int64)
    for row, content in enumerate(mine):
        twin = by_id.get(dataset.ids[row], -1)
        if twin >= 0 and theirs[twin] == content:
            rows = [twin]
        else:
            # Ids that were dealt out anew are no change of content.
            rows = by_content.get(content, [])
        if rows:
            before[row] = rows[0]
            if labelled and all(trusted.labels[other] != dataset.labels[row] for other in rows):
                kind[row] = Change.RELABELLED
        else:
            kind[row], before[row] = (Change.REWRITTEN, twin) if twin >= 0 else (Change.ADDED, -1)
    here, names = set(mine), set(dataset.ids) if by_id else set()
    left = [content in here for content in theirs]
    gone = sum(not stays and trusted.ids[row] not in names for row, stays in enumerate(left))
    known = float(np.mean([content in by_content for content in mine])) if mine else 0.0
    return Changes(kind, before, gone, max(known, float(np.mean(left)) if left else 0.0))


def change_surprise(kind: np.ndarray) -> np.ndarray:
    """(n,) float64 of (n,) changes: -log10 of the share of rows changed in this way, within the bounds of the change."""
    surprise = np.zeros(len(kind))
    for change, (low, high) in BOUNDS.items():
        changed = kind == change
        if changed.any():
            surprise[changed] = np.clip(-np.log10(changed.mean()), low, high)
    return surprise


def _summary(changes: Changes) -> str:
    counts = {change: int(np.sum(changes.kind == change)) for change in Change}
    told = (
        (counts[Change.RELABELLED], "relabelled"),
        (counts[Change.REWRITTEN], "rewritten under their id"),
        (counts[Change.ADDED], "added"),
        (changes.gone, "gone"),
    )
    said = ", ".join(f"{count:,} {word}" for count, word in told if count)
    return f"Since the baseline: {said}." if said else "Every row is as it was in the baseline."


def _sentence(dataset: Dataset, trusted: Dataset, changes: Changes, row: int) -> str:
    thing, earlier = things(dataset).removesuffix("s"), int(changes.before[row])
    if changes.kind[row] == Change.RELABELLED:
        now, then = _label(dataset.labels[row]), _label(trusted.labels[earlier])
        return f"{now[0].upper()}{now[1:]}; in the baseline this same {thing} was {then}."
    if changes.kind[row] == Change.REWRITTEN:
        cells = _changed_cells(dataset, trusted, row, earlier)
        return f"The baseline has another {thing} under the same id{cells}."
    return "It is not in the baseline."


def _label(label: str | None) -> str:
    return "without a label" if label is None else f"labelled {clipped(label)}"


def _changed_cells(dataset: Dataset, trusted: Dataset, row: int, earlier: int) -> str:
    """What the cells were: ": age was 31, city was Rome"."""
    text = dataset.roles.text
    names = [text] if dataset.column("text") is not None else content_columns(dataset)
    told = []
    for name in names:
        if name in trusted.frame and str(trusted.frame[name].iat[earlier]) != str(dataset.frame[name].iat[row]):
            told.append(f"{clipped(name)} was {clipped(trusted.frame[name].iat[earlier])}")
    more = f" and {len(told) - MOST_CELLS} more" if len(told) > MOST_CELLS else ""
    return f": {', '.join(told[:MOST_CELLS])}{more}" if told else ""


def _earlier_labels(dataset: Dataset, trusted: Dataset, representation: Representation, changes: Changes) -> np.ndarray:
    """(n,) int32 code of the label that the baseline has, for relabelled rows."""
    codes = {label: code for code, label in enumerate(representation.classes)}
    suggested = np.full(len(dataset), -1, dtype=np.int32)
    for row in np.flatnonzero(changes.kind == Change.RELABELLED).tolist():
        suggested[row] = codes.get(trusted.labels[changes.before[row]], -1)
    return suggested


def _groups(dataset: Dataset, trusted: Dataset, changes: Changes, surprise: np.ndarray) -> tuple[Group, ...]:
    """One group for each way of relabelling, one for rewritten rows, one for new rows of each source."""
    sources = dataset.column("source")
    members: dict[tuple[int, str, str], list[int]] = defaultdict(list)
    for row in np.flatnonzero(changes.kind).tolist():
        change = int(changes.kind[row])
        if change == Change.RELABELLED:
            key = (change, _label(trusted.labels[changes.before[row]]), _label(dataset.labels[row]))
        else:
            key = (change, "" if sources is None or change == Change.REWRITTEN else str(sources[row]), "")
        members[key].append(row)
    chosen = [(key, rows) for key, rows in sorted(members.items()) if len(rows) >= FEWEST]
    return tuple(
        Group(
            rows=tuple(rows),
            title=_title(key, len(rows)),
            surprise=float(surprise[rows[0]]),
            evidence=_evidence(dataset, sources, key, rows),
        )
        for key, rows in chosen
    )


def _title(key: tuple[int, str, str], count: int) -> str:
    change, one, two = key
    if change == Change.RELABELLED:
        return f"{count:,} rows {one} in the baseline are now {two}, with the same content."
    if change == Change.REWRITTEN:
        return f"{count:,} rows have another content than the baseline has under the same id."
    return f"{count:,} rows{f' from {clipped(one)}' if one else ''} are not in the baseline."


def _evidence(dataset: Dataset, sources: np.ndarray | None, key: tuple[int, str, str], rows: list[int]) -> dict[str, object]:
    labels, counts = np.unique([str(dataset.labels[row]) for row in rows], return_counts=True)
    evidence: dict[str, object] = {"labels": {str(label): int(count) for label, count in zip(labels, counts, strict=True)}}
    if key[0] == Change.RELABELLED and dataset.labels[rows[0]] is not None:
        evidence["label"] = str(dataset.labels[rows[0]])
    if sources is not None:
        evidence["source"] = sorted({str(sources[row]) for row in rows if sources[row] is not None})
    return evidence
