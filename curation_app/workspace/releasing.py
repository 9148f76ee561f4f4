"""Out of the review: what would leave, the release itself, and its checks."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from curation_app.domain.decision import Verdict
from curation_app.domain.recipe import recipe_named
from curation_app.engine.job import Job
from curation_app.errors import CurationError, InputError, NotFoundError
from curation_app.review import VERDICTS, State
from curation_app.workspace.data import RunData
from curation_app.workspace.values import CheckLine, MapView, ReleasePreview, ReleaseResult

if TYPE_CHECKING:
    from curation_app.release.manifest import Manifest
    from curation_app.review import DecisionLog

MANIFEST, SUMS = "manifest.json", "SHA256SUMS"


def preview(data: RunData, state: State) -> ReleasePreview:
    """What a release would change under the current decisions."""
    counts = state.counts()
    dropped = state.verdicts == VERDICTS.index(Verdict.DROP)
    undecided = np.isin(state.verdicts, [VERDICTS.index(Verdict.OPEN), VERDICTS.index(Verdict.LATER)])
    return ReleasePreview(
        rows_before=data.n,
        rows_after=data.n - counts[Verdict.DROP],
        dropped=counts[Verdict.DROP],
        relabelled=counts[Verdict.RELABEL],
        accepted=counts[Verdict.ACCEPT],
        later=counts[Verdict.LATER],
        open_flagged=int((data.flagged & undecided).sum()),
        per_class=_before_after(*with_new_labels(data, state), dropped),
        per_source=_before_after(*_twice(data), dropped),
    )


def release(data: RunData, log: DecisionLog, state: State, view: MapView, out: Path, *, by: str, added: Mapping[str, str]) -> ReleaseResult:
    """Write a release of the original file, read again: what changed since the scan is refused.

    ``added`` maps a title to HTML that stands in the report as it is.
    """
    from curation_app.release import write_release

    job = Job.from_json(data.info["job"])
    if not job.data.exists():
        raise NotFoundError(f"The original is gone: {job.data}.", hint="Put it back where it was, or scan it where it is now.")
    dataset = job.dataset()
    _expect_same(data, dataset.fingerprint)
    kinds = {row: data.at("kind", row) for row in state.decisions}
    manifest = write_release(
        job.data,
        out,
        dataset=dataset,
        events=log.events(),
        recipe=replace(recipe_named(data.info["recipe"]["name"]), text_model="" if job.text_model is None else str(job.text_model)),
        seed=data.info["seed"],
        created=datetime.now(UTC).isoformat(timespec="seconds"),
        versions=data.info["versions"],
        facts={"estimate": data.info["estimate"], "flagged": data.info["counts"]},
        kinds=kinds,
        plots={**_plots(data, view), **added},
    )
    log.record("release", {"out": str(out.resolve()), "manifest": _digest(out / MANIFEST)}, by=by)
    return _result(out, manifest)


def releases(data: RunData) -> tuple[ReleaseResult, ...]:
    """Releases in the run folder, newest first."""
    folder = data.folder.releases
    found = [path for path in folder.iterdir() if (path / MANIFEST).is_file()] if folder.is_dir() else []
    return tuple(_listed(path) for path in sorted(found, key=lambda path: (path / MANIFEST).stat().st_mtime, reverse=True))


def verify_release(folder: Path, *, original: Path | None = None) -> tuple[CheckLine, ...]:
    """Check a release offline and replay it onto the original."""
    from curation_app.release import verify

    return tuple(CheckLine(name=check.name, ok=check.ok, detail=check.detail) for check in verify(folder, original=original).checks)


def verify_events(log: DecisionLog) -> tuple[CheckLine, ...]:
    """Check every event of the log."""
    faults = log.verify()
    if faults:
        return tuple(CheckLine(name="log", ok=False, detail=fault) for fault in faults)
    count = sum(1 for _ in log.events())
    detail = f"{count:,} events: numbers without gaps, hashes and versions as expected" if count else "the log is empty"
    return (CheckLine(name="log", ok=True, detail=detail),)


def _expect_same(data: RunData, found: str) -> None:
    expected = data.info["dataset"]["fingerprint"]
    if found != expected:
        raise InputError(
            f"The original changed since the scan: expected fingerprint {expected[:16]}, found {found[:16]}.",
            hint="Put the file back as it was, or scan the new one into another run.",
        )


def _listed(path: Path) -> ReleaseResult:
    """A release by its manifest; one whose manifest was damaged is listed too, so that it can be verified."""
    from curation_app.release import read_manifest

    try:
        return _result(path, read_manifest(path))
    except CurationError as error:
        return ReleaseResult(path=path, files=(), rows=0, dropped=0, relabelled=0, damaged=error.message)


def _result(path: Path, manifest: Manifest) -> ReleaseResult:
    """The manifest's word on its outputs: what is true of the files is for ``verify`` to say."""
    small = [name for name in (MANIFEST, SUMS) if (path / name).is_file()]
    files = [(output.path, output.bytes, output.sha256) for output in manifest.outputs]
    files += [(name, (path / name).stat().st_size, _digest(path / name)) for name in small]
    files = sorted(files)
    counts = manifest.counts
    return ReleaseResult(path=path, files=tuple(files), rows=counts["kept"], dropped=counts["dropped"], relabelled=counts["relabelled"])


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def with_new_labels(data: RunData, state: State) -> tuple[np.ndarray, np.ndarray, tuple[str, ...]]:
    """(codes as given, codes after relabelling, names)."""
    codes, names = data.coded("given_label")
    place: Mapping[str, int] = {name: code for code, name in enumerate(names)}
    after = codes.copy()
    for row, decision in state.decisions.items():
        if decision.verdict is Verdict.RELABEL and decision.label is not None:
            after[row] = place.get(decision.label, -1)
    return codes, after, names


def _twice(data: RunData) -> tuple[np.ndarray, np.ndarray, tuple[str, ...]]:
    codes, names = data.coded_role("source") or (np.full(data.n, -1), ())
    return codes, codes, names


def _before_after(before: np.ndarray, after: np.ndarray, names: tuple[str, ...], dropped: np.ndarray) -> tuple[tuple[str, int, int], ...]:
    counts_before = np.bincount(before[before >= 0], minlength=len(names))
    counts_after = np.bincount(after[(after >= 0) & ~dropped], minlength=len(names))
    return tuple((name, int(was), int(now)) for name, was, now in zip(names, counts_before, counts_after, strict=True))


def _plots(data: RunData, view: MapView) -> Mapping[str, str]:
    from curation_app.figures.report_plots import report_plots

    kinds, names = data.coded("kind")
    return report_plots(
        x=view.x,
        y=view.y,
        kinds=kinds,
        kind_names=names,
        flagged=data.flagged,
        suspicion=data.suspicion,
        per_class=(),  # the report has its own table of them
    )
