"""Write a release: cleaned data, change log, manifest, report and digests, all of it or nothing."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, replace
from pathlib import Path

from curation_app.domain.dataset import Dataset
from curation_app.domain.decision import Edit, Event
from curation_app.domain.fold import Fold, edits_of, expect_label_column, fold
from curation_app.domain.recipe import Recipe
from curation_app.errors import UsageError
from curation_app.release.fingerprint import files_below, fingerprint
from curation_app.release.log_files import EVENTS_FILE, TABLE_FILE, change_table, write_events
from curation_app.release.manifest import Manifest, Output, changes, count
from curation_app.release.replay import beside, expect_fingerprint, rebuild
from curation_app.release.report import render_report
from curation_app.release.sums import write_sums

REPORT_FILE = "report.html"
DATA_STEM = "cleaned"


def write_release(
    original: Path,
    out: Path,
    *,
    dataset: Dataset,
    events: Iterable[Event],
    recipe: Recipe,
    seed: int | None,
    created: str,
    versions: Mapping[str, str] | None = None,
    facts: Mapping[str, object] | None = None,
    kinds: Mapping[int, str] | None = None,
    plots: Mapping[str, str] | None = None,
) -> Manifest:
    """Write everything into the new folder ``out``.

    Parameters
    ----------
    original
        The file or folder that ``dataset`` was read from.
    events
        The whole log.
    created
        UTC, ISO 8601: the only stamp in it.
    versions
        Program versions, for the manifest.
    facts
        Further plain data for the manifest (estimates, say).
    kinds
        Row -> kind of suspicion, so that the report can count decisions by kind.
    plots
        Title -> HTML or SVG, shown in the report as it is: it must bring all it needs.

    Raises
    ------
    UsageError
        ``out`` is there and not empty, or lies inside the original folder; or rows were relabelled under another label column.
    InputError
        The original is not what it was when it was read; with both fingerprints.
    """
    _refuse_out(original, out)
    expect_fingerprint(original, dataset.fingerprint, dict(dataset.options))
    log = list(events)
    state = fold(log)
    expect_label_column(state, dataset.roles.label)
    edits = edits_of(state)
    draft = _facts(original, dataset, log, state, edits)
    draft = replace(draft, recipe=asdict(recipe), seed=seed, created=created, versions=dict(versions or {}), facts=dict(facts or {}))
    out.absolute().parent.mkdir(parents=True, exist_ok=True)
    with beside(out) as folder:
        folder.mkdir()
        manifest = _write_files(folder, original, draft, log, state, edits, kinds or {}, plots or {})
        # The original may have changed while it was copied.
        expect_fingerprint(original, dataset.fingerprint, dict(dataset.options))
        if out.is_dir():
            out.rmdir()
    return manifest


def data_name(original: Path) -> str:
    """``cleaned`` with the original's ending."""
    return DATA_STEM if original.is_dir() else DATA_STEM + original.suffix.lower()


def _refuse_out(original: Path, out: Path) -> None:
    if out.is_symlink() or (out.exists() and (not out.is_dir() or any(out.iterdir()))):
        raise UsageError(f"{out} exists and is not empty.", hint="Name a new folder: a release is never overwritten.")
    if original.is_dir() and out.resolve().is_relative_to(original.resolve()):
        raise UsageError(f"{out} lies inside the original folder.", hint="Name a folder elsewhere: the original stays as it is.")


def _facts(original: Path, dataset: Dataset, log: list[Event], state: Fold, edits: list[Edit]) -> Manifest:
    sources = dataset.column("source")
    last = max(state.decisions, default=-1)
    if last >= len(dataset):
        raise UsageError(
            f"The log decides about row {last}, the dataset has {len(dataset)} rows.", hint="Is this the log of another dataset?"
        )
    return Manifest(
        created="",
        name=dataset.name,
        original=str(original.resolve()),
        format=dataset.format,
        sha256=dataset.fingerprint,
        label_column=dataset.roles.label,
        roles=dataset.roles.as_json(),
        options=dict(dataset.options),
        recipe={},
        seed=None,
        versions={},
        counts=count(state.decisions, edits, len(dataset)),
        classes=() if dataset.roles.label is None else changes(dataset.labels, edits, relabel=True),
        sources=() if sources is None else changes(sources, edits, relabel=False),
        outputs=(),
        events=len(log),
        head=log[-1].leaf if log else "",
    )


def _write_files(
    folder: Path,
    original: Path,
    draft: Manifest,
    log: list[Event],
    state: Fold,
    edits: list[Edit],
    kinds: Mapping[int, str],
    plots: Mapping[str, str],
) -> Manifest:
    data = folder / data_name(original)
    rebuild(original, data, draft, edits)
    write_events(folder / EVENTS_FILE, log)
    (folder / TABLE_FILE).write_bytes(change_table(state))
    outputs = (_output(data, "data"), _output(folder / EVENTS_FILE, "events"), _output(folder / TABLE_FILE, "changes"))
    page = render_report(replace(draft, outputs=outputs), state, kinds=kinds, plots=plots)
    (folder / REPORT_FILE).write_text(page, encoding="utf-8", newline="\n")
    manifest = replace(draft, outputs=(*outputs, _output(folder / REPORT_FILE, "report")))
    manifest.write(folder)
    write_sums(folder)
    return manifest


def _output(path: Path, role: str) -> Output:
    files = [path / name for name in files_below(path)] if path.is_dir() else [path]
    return Output(path=path.name, role=role, sha256=fingerprint(path), bytes=sum(file.stat().st_size for file in files))
