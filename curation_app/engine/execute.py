"""One scan from file to run folder, in this process."""

from __future__ import annotations

import json
import tempfile
from dataclasses import replace
from pathlib import Path

from curation_app.domain.dataset import Dataset
from curation_app.domain.progress import Progress, silent
from curation_app.domain.recipe import recipe_named
from curation_app.engine.folder import RunFolder
from curation_app.engine.job import Job
from curation_app.engine.trusted import read_baseline
from curation_app.errors import InputError, UsageError

# Records that --skip-bad-rows left out, byte for byte.
REJECTS = "rejects.txt"


def execute(job: Job, *, progress: Progress = silent, draw: bool = True) -> RunFolder:
    """Read, scan, write the results, then draw the map. Results appear all at once or not at all.

    Raises
    ------
    InputError
        The data or the baseline cannot be read. Nothing is written.
    UsageError
        The folder holds a scan of other data, or the baseline does not fit.
    ScanCancelled
        The listener had enough. Nothing is written (after the results: the map is left out).
    """
    from curation_app.engine.results import content_key, write_map, write_scan
    from curation_app.pipeline import StageClock, draw_map, scan

    folder = RunFolder(job.out)
    recipe = replace(recipe_named(job.recipe), text_model="" if job.text_model is None else str(job.text_model))
    _refuse_foreign_folder(folder)
    clock = StageClock(progress)
    with clock.stage("Reading", 0.0), tempfile.TemporaryDirectory(prefix="curation-") as aside:
        rejects = Path(aside) / REJECTS
        dataset = job.dataset(rejects=rejects if job.skip_bad_rows else None)
        rejected = rejects.read_bytes() if rejects.is_file() else b""
    _refuse_other_data(folder, dataset)
    with clock.stage("Reading the baseline", 0.05):
        baseline = read_baseline(job, dataset)
    key = content_key(dataset, recipe.digest(), job.seed, baseline)
    if folder.has_result() and folder.read_info()["key"] == key and (folder.map.is_file() or not draw):
        progress("Done", 1.0, "reused the finished scan of the same data, recipe, seed and baseline")
        return folder
    result = scan(dataset, recipe, seed=job.seed, baseline=baseline, clock=clock)
    with clock.stage("Writing", 0.85):
        write_scan(folder, result, job)
        if rejected:
            (job.out / REJECTS).write_bytes(rejected)
        # How an earlier scan of this folder ended is history; a watched scan writes its own word again.
        folder.status.unlink(missing_ok=True)
    progress("Queue ready", 0.9)
    if draw:
        with clock.stage("Drawing the map", 0.9):
            xy = draw_map(result.representation, recipe, seed=job.seed)
        write_map(folder, xy, tuple(clock.done))
    progress("Done", 1.0)
    return folder


def _refuse_foreign_folder(folder: RunFolder) -> None:
    """A folder that exists and is not a run might hold somebody's files."""
    path = folder.path
    ours = (folder.info, folder.job, folder.status)
    if path.is_file() or (path.is_dir() and any(path.iterdir()) and not any(known.exists() for known in ours)):
        raise UsageError(f"{path} exists and is not a run folder.", hint="Name a new or empty folder with --out.")


def _refuse_other_data(folder: RunFolder, dataset: Dataset) -> None:
    """A run is about one file; once somebody decided, it also keeps the columns that the decisions are about."""
    if not folder.has_result():
        return
    info = folder.read_info()
    there = info["dataset"]
    if there["fingerprint"] != dataset.fingerprint:
        raise InputError(
            f"{folder.path} holds the review of other data: expected fingerprint {there['fingerprint'][:12]} ({there['name']}), "
            f"found {dataset.fingerprint[:12]}.",
            hint="Scan into another folder with --out.",
        )
    before = (info["roles"]["label"], info["roles"]["id"], there["options"])
    now = (dataset.roles.label, dataset.roles.id, json.loads(json.dumps(dict(dataset.options), default=str)))
    if before != now and _has_decisions(folder, there["rows"]):
        raise UsageError(
            f"{folder.path} holds decisions made with label {before[0]!r} and id {before[1]!r}; found label {now[0]!r} and id {now[1]!r}, "
            "or the file read otherwise.",
            hint="Scan into another folder with --out: a decision about one label must not change another.",
        )


def _has_decisions(folder: RunFolder, rows: int) -> bool:
    from curation_app.review import DecisionLog

    return folder.database.is_file() and DecisionLog(folder.database_url).state(rows).events > 0
