"""Trusted rows to compare with: an earlier run as its decisions left it, or a data file."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from curation_app.domain.dataset import Dataset
from curation_app.domain.decision import Verdict
from curation_app.domain.representation import Baseline
from curation_app.engine.folder import RunFolder
from curation_app.engine.job import Job
from curation_app.errors import InputError, NotFoundError, UsageError

if TYPE_CHECKING:
    import pandas as pd

# Roles whose columns tell about a row's origin, not about what it is: a baseline may have others.
BESIDE = ("label", "id", "source", "annotator", "time", "split", "group")


def read_baseline(job: Job, dataset: Dataset) -> Dataset | None:
    """The rows that ``job`` names as trusted, or None when it names none.

    Rows that were dropped in the baseline's run are out, relabelled ones carry the new label, and the fingerprint tells them apart.

    Raises
    ------
    NotFoundError
        The baseline, or the data file of its run, is not there.
    InputError
        The data file of the baseline's run has changed, or cannot be read.
    UsageError
        It does not fit the rows under review: another modality, other columns, vectors or pictures of another size.
    """
    if job.baseline is None:
        return None
    expect_baseline(job)
    folder = RunFolder(job.baseline)
    is_run = folder.path.is_dir() and any(path.is_file() for path in (folder.info, folder.job, folder.status))
    trusted = _of_run(folder) if is_run else _of_file(job)
    _expect_fit(dataset, trusted)
    if not len(trusted):
        raise InputError(f"The baseline {trusted.name} has no rows left after its decisions.", hint="Name another baseline.")
    return trusted


def expect_baseline(job: Job) -> None:
    """Raise NotFoundError where the baseline is missing, UsageError where it is the run that the scan writes."""
    if job.baseline is None:
        return
    if not job.baseline.exists():
        raise NotFoundError(f"There is no baseline {job.baseline}.", hint="Name the folder of an earlier run, or a data file.")
    if job.baseline.resolve() == job.out.resolve():
        raise UsageError(f"{job.out} cannot be its own baseline.", hint="Scan into another folder with --out.")


def baseline_json(baseline: Baseline | None, job: Job) -> dict[str, Any] | None:
    """What the rows were compared with, for ``run.json``; ``decided`` counts what the baseline's own review took out or relabelled."""
    if baseline is None:
        return None
    trusted = baseline.dataset
    return {
        "name": trusted.name,
        "path": None if job.baseline is None else str(job.baseline.resolve()),
        "rows": len(trusted),
        "fingerprint": trusted.fingerprint,
        "decided": trusted.options.get("decided", {"dropped": 0, "relabelled": 0}),
    }


def _of_run(folder: RunFolder) -> Dataset:
    """The data of an earlier run, read again as it was read then, under the decisions of now."""
    info = folder.read_info()
    job = Job.from_json(info["job"])
    if not job.data.exists():
        raise NotFoundError(
            f"The data of the baseline {folder.path} is gone: expected {job.data}.",
            hint="Put it back where it was, or name the data file itself with --baseline.",
        )
    dataset = job.dataset()
    expected = info["dataset"]["fingerprint"]
    if dataset.fingerprint != expected:
        raise InputError(
            f"The data of the baseline {folder.path} has changed since its scan: expected fingerprint {expected[:12]}, "
            f"found {dataset.fingerprint[:12]} in {job.data}.",
            hint="Scan it again, or name the data file itself with --baseline.",
        )
    return _decided(dataset, folder)


def _of_file(job: Job) -> Dataset:
    """A plain data file, read with the same roles and options as the rows under review."""
    if isinstance(job.roles.get("embedding"), Path):
        raise UsageError(
            "The vectors of the data come from a file of their own, which says nothing about the baseline's rows.",
            hint="Scan the baseline with its own --embedding FILE first, and name that run.",
        )
    return replace(job, data=job.baseline, baseline=None).dataset()  # type: ignore[arg-type]


def _decided(dataset: Dataset, folder: RunFolder) -> Dataset:
    """The dataset as the run's decisions leave it."""
    if not folder.database.is_file():
        return dataset
    from curation_app.review import VERDICTS, DecisionLog

    log = DecisionLog(folder.database_url)
    state = log.state(len(dataset))
    log.close()
    relabelled = np.flatnonzero(state.verdicts == VERDICTS.index(Verdict.RELABEL))
    kept = np.flatnonzero(state.verdicts != VERDICTS.index(Verdict.DROP))
    if len(kept) == len(dataset) and not len(relabelled):
        return dataset
    labels, prints = dataset.labels.copy(), dataset.row_fingerprints.copy()
    for row in relabelled.tolist():
        labels[row] = state.labels[row]
        prints[row] = hashlib.sha256(bytes(prints[row]) + str(state.labels[row]).encode()).digest()
    changed = replace(dataset, frame=_with_labels(dataset, labels), labels=labels, row_fingerprints=prints)
    told = {"dropped": len(dataset) - len(kept), "relabelled": len(np.intersect1d(relabelled, kept))}
    named = json.dumps([dataset.fingerprint, kept.tolist(), [[int(row), str(labels[row])] for row in relabelled]])
    return replace(
        rows_of(changed, kept), fingerprint=hashlib.sha256(named.encode()).hexdigest(), options=dict(dataset.options) | {"decided": told}
    )


def _with_labels(dataset: Dataset, labels: np.ndarray) -> pd.DataFrame:
    name = dataset.roles.label
    if name is None or name not in dataset.frame:
        return dataset.frame
    return dataset.frame.assign(**{name: np.array(labels, dtype=object)})


def rows_of(dataset: Dataset, rows: np.ndarray) -> Dataset:
    """Some rows of a dataset, in the order given; the fingerprint stays the file's."""
    return replace(
        dataset,
        frame=dataset.frame.iloc[rows].reset_index(drop=True),
        ids=dataset.ids[rows],
        labels=dataset.labels[rows],
        row_fingerprints=dataset.row_fingerprints[rows],
        vectors=None if dataset.vectors is None else dataset.vectors[rows],
        images=None if dataset.images is None else dataset.images[rows],
        hidden_characters=None if dataset.hidden_characters is None else dataset.hidden_characters[rows],
    )


def _expect_fit(dataset: Dataset, trusted: Dataset) -> None:
    """Rows can be compared only when they are the same kind of thing, described by the same columns."""
    if trusted.modality != dataset.modality:
        raise _misfit(trusted, f"{dataset.modality} rows", f"{trusted.modality} rows", "Name the text, image or embedding column of both.")
    expected, found = _described_by(dataset), _described_by(trusted)
    if expected != found:
        lacking, more = sorted(expected - found), sorted(found - expected)
        said = "; ".join(part for part in (_listed("missing", lacking), _listed("not expected", more)) if part)
        raise _misfit(
            trusted, f"columns {_names(sorted(expected))}", f"{_names(sorted(found))} ({said})", "Name a baseline with the same columns."
        )
    for what, mine, theirs in (("vectors", dataset.vectors, trusted.vectors), ("pictures", dataset.images, trusted.images)):
        mine_is, theirs_is = (_size(array) for array in (mine, theirs))
        if mine_is != theirs_is:
            raise _misfit(trusted, f"{what} of size {mine_is}", theirs_is, f"Name a baseline whose {what} have the same size.")


def _described_by(dataset: Dataset) -> frozenset[str]:
    """Names of the columns that say what a row is."""
    roles = dataset.roles
    if dataset.modality == "text":
        return frozenset([str(roles.text)])
    if dataset.modality != "table" or dataset.vectors is not None:
        return frozenset()
    if roles.features:
        return frozenset(roles.features)
    return frozenset(str(name) for name in dataset.frame.columns) - {str(getattr(roles, role)) for role in BESIDE}


def _misfit(trusted: Dataset, expected: str, found: str, hint: str) -> UsageError:
    return UsageError(f"The baseline {trusted.name} does not fit the data: expected {expected}, found {found}.", hint=hint)


def _listed(word: str, names: Sequence[str]) -> str:
    return f"{word}: {_names(names)}" if names else ""


def _names(names: Sequence[str]) -> str:
    shown = ", ".join(repr(name) for name in names[:8])
    return (shown + (f" and {len(names) - 8} more" if len(names) > 8 else "")) or "none"


def _size(array: np.ndarray | None) -> str:
    return "none" if array is None else " x ".join(str(side) for side in array.shape[1:])
