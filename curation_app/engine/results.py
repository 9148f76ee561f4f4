"""Scan -> the files of the run folder, written beside and moved into place whole."""

from __future__ import annotations

import hashlib
import json
import os
import platform
import shutil
import tempfile
from collections.abc import Mapping
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from curation_app.detect.registry import installed_detectors
from curation_app.domain.finding import SPEAKS_AT, Finding, Kind
from curation_app.domain.queue import Queue
from curation_app.engine.folder import FORMAT, RunFolder
from curation_app.engine.job import Job
from curation_app.engine.trusted import baseline_json

if TYPE_CHECKING:
    from curation_app.domain.dataset import Dataset
    from curation_app.pipeline import Scan, Stage

# Rows that one read of a single card decodes.
ROW_GROUP = 4_096
VERSIONED = ("curation-app", "numpy", "pandas", "pyarrow", "scikit-learn", "umap-learn", "faiss-cpu", "cleanlab", "skrub")


def content_key(dataset: Dataset, scan_recipe_digest: str, seed: int, baseline: Dataset | None = None) -> str:
    """Name of everything computed from this content, these roles, this recipe, seed and baseline."""
    roles = {role: value for role, value in dataset.roles.as_json().items() if role != "reasons"}
    compared = [] if baseline is None else [baseline.fingerprint, baseline.roles.as_json() | {"reasons": {}}, dict(baseline.options)]
    read = (dataset.fingerprint, roles, dict(dataset.options), dataset.label_kind)
    named = json.dumps(
        [versions()["curation-app"], *read, scan_recipe_digest, seed, *compared],
        sort_keys=True,
        default=str,
    )
    return hashlib.sha256(named.encode()).hexdigest()[:16]


def write_scan(folder: RunFolder, scan: Scan, job: Job) -> str:
    """Write every file of the contracts but the map, and the artifacts. Returns the content key."""
    trusted = scan.representation.baseline
    key = content_key(scan.dataset, scan.recipe.digest(), scan.seed, None if trusted is None else trusted.dataset)
    folder.path.mkdir(parents=True, exist_ok=True)
    beside = Path(tempfile.mkdtemp(prefix=".scan-", dir=folder.path))
    try:
        _write_artifacts(beside, key, scan)
        pq.write_table(suspicion_table(scan), beside / folder.suspicion.name)
        _write_json(beside / folder.campaigns.name, campaigns_json(scan))
        _write_json(beside / folder.info.name, info_json(scan, job, key, scan.stages))
        _move_into_place(beside, folder)
    finally:
        shutil.rmtree(beside, ignore_errors=True)
    return key


def write_map(folder: RunFolder, xy: np.ndarray, stages: tuple[Stage, ...]) -> None:
    """Write the layout, then the facts again, now with the time that it took."""
    table = pa.table({"row": np.arange(len(xy), dtype=np.int64), "x": xy[:, 0].astype(np.float32), "y": xy[:, 1].astype(np.float32)})
    beside = folder.path / f".map-{os.getpid()}.parquet"
    pq.write_table(table, beside)
    beside.replace(folder.map)
    info = folder.read_info() | {"stages": _stages_json(stages)}
    beside = folder.path / f".run-{os.getpid()}.json"
    _write_json(beside, info)
    beside.replace(folder.info)


def suspicion_table(scan: Scan) -> pa.Table:
    """``suspicion.parquet`` of the contracts: one row per input row, in input order."""
    queue, dataset, representation = scan.queue, scan.dataset, scan.representation
    n = len(dataset)
    classes = np.array([*representation.classes, None], dtype=object)
    columns: dict[str, Any] = {
        "row": pa.array(np.arange(n, dtype=np.int64)),
        "id": pa.array(dataset.ids, type=pa.string()),
        "suspicion": pa.array(queue.suspicion.astype(np.float64)),
        "rank": pa.array(queue.rank.astype(np.int64)),
        "flagged": pa.array(queue.flagged.astype(bool)),
        "kind": pa.array([str(kind) for kind in queue.kind], type=pa.string()),
    }
    for kind in (Kind.MISLABEL, Kind.INJECTION, Kind.BACKDOOR, Kind.DUPLICATE, Kind.DRIFT):
        columns[kind.value] = pa.array(queue.by_kind.get(kind, np.full(n, np.nan)).astype(np.float64), from_pandas=False)
    columns["campaign"] = pa.array(queue.campaign, type=pa.string())
    columns["given_label"] = pa.array(dataset.labels, type=pa.string())
    columns["suggested_label"] = pa.array(classes[queue.suggested], type=pa.string())
    columns["reason"] = pa.array(queue.reason, type=pa.string())
    for finding in scan.findings:
        columns[score_column(finding.code)] = pa.array(finding.scores.astype(np.float64), from_pandas=False)
    return pa.table(columns)


def score_column(code: str) -> str:
    """Name of a detector's column."""
    return "score_" + code.replace("-", "_")


def campaigns_json(scan: Scan) -> list[dict[str, Any]]:
    """``campaigns.json`` of the contracts."""
    return [
        {
            "id": campaign.id,
            "kind": campaign.kind.value,
            "title": campaign.title,
            "score": float(campaign.score),
            "evidence": dict(campaign.evidence),
            "rows": [int(row) for row in campaign.rows],
            "strength": [round(float(value), 4) for value in campaign.strength],
            "core": [int(row) for row in campaign.core()],
            "edge": [int(row) for row in campaign.edge()],
        }
        for campaign in scan.queue.campaigns
    ]


def info_json(scan: Scan, job: Job, key: str, stages: tuple[Stage, ...]) -> dict[str, Any]:
    """``run.json`` of the contracts."""
    dataset, representation, queue = scan.dataset, scan.representation, scan.queue
    questions = {detector.code: detector.question for detector in installed_detectors()}
    kinds = {kind.value: int(np.sum(queue.flagged & (queue.kind == kind.value))) for kind in Kind if kind is not Kind.NONE}
    return {
        "format": FORMAT,
        "key": key,
        "dataset": {
            "name": dataset.name,
            "path": str(job.data.resolve()),
            "format": dataset.format,
            "modality": dataset.modality,
            "rows": len(dataset),
            "label_kind": dataset.label_kind,
            "fingerprint": dataset.fingerprint,
            "options": dict(dataset.options),
            "remarks": [remark.sentence() for remark in dataset.remarks],
        },
        "roles": dataset.roles.as_json(),
        "classes": list(representation.classes),
        "recipe": {"name": scan.recipe.name, "digest": scan.recipe.digest()},
        "seed": scan.seed,
        "job": job.as_json(),
        "versions": versions(),
        "features": {
            "descriptor": representation.descriptor,
            "width": int(representation.features.shape[1]),
            "neighbours": representation.neighbours.k,
            "graph_recall": float(representation.neighbours.recall),
            "why_no_probabilities": representation.why_no_probabilities,
        },
        "detectors": [_finding_json(finding, queue, questions) for finding in scan.findings],
        "counts": {"flagged": int(queue.flagged.sum())} | kinds,
        "estimate": {
            name: {"count": e.count, "low": e.low, "high": e.high, "level": e.level, "method": e.method}
            for name, e in queue.estimates.items()
        },
        # What a re-ranking after verdicts starts from: rank.hear, rank.rerank.
        "calibration": scan.calibration.as_json(),
        "stages": _stages_json(stages),
        "baseline": baseline_json(scan.representation.baseline, job),
    }


def versions() -> dict[str, str]:
    """Versions of what decides the numbers."""
    found = {"python": platform.python_version()}
    for package in VERSIONED:
        try:
            found[package] = version(package)
        except PackageNotFoundError:
            continue
    return found


def _finding_json(finding: Finding, queue: Queue, questions: Mapping[str, str]) -> dict[str, Any]:
    scores = finding.scores[~np.isnan(finding.scores)]
    speaks = np.nan_to_num(finding.surprise) >= SPEAKS_AT
    speaks[list(finding.reasons)] = True
    flagged = finding.scores[queue.flagged & speaks & (queue.kind == finding.kind.value)]
    return {
        "code": finding.code,
        "title": finding.title,
        "question": questions.get(finding.code, ""),
        "kind": finding.kind.value,
        "family": finding.family,
        "outcome": finding.outcome.value,
        "reason": finding.reason,
        "rule": finding.rule,
        "flagged": len(flagged),
        "threshold": float(flagged.min()) if len(flagged) else None,
        "histogram": np.histogram(scores, bins=20, range=(0.0, 1.0))[0].tolist(),
    }


def _write_artifacts(beside: Path, key: str, scan: Scan) -> None:
    place = beside / "artifacts"
    place.mkdir()
    representation = scan.representation
    tables = {
        "rows": _rows_table(scan.dataset),
        "facts": _facts_table(scan.dataset),
        "features": pa.table({"features": matrix_column(representation.features)}),
        "neighbours": pa.table(
            {"rows": matrix_column(representation.neighbours.rows), "distances": matrix_column(representation.neighbours.distances)}
        ),
        "findings": _findings_table(scan),
    }
    if representation.probabilities is not None:
        tables["probabilities"] = pa.table({"probabilities": matrix_column(representation.probabilities)})
    if scan.dataset.vectors is not None and scan.dataset.modality == "table":
        tables["vectors"] = pa.table({"vectors": matrix_column(scan.dataset.vectors)})
    if scan.dataset.images is not None:
        tables["images"] = _images_table(scan.dataset.images)
    for name, table in tables.items():
        pq.write_table(table, place / f"{key}-{name}.parquet", row_group_size=ROW_GROUP)


def matrix_column(matrix: np.ndarray) -> pa.Array:
    """An (n, m) array as a column of fixed-size lists."""
    n, m = matrix.shape
    if m == 0:
        return pa.array([[]] * n, type=pa.list_(pa.from_numpy_dtype(matrix.dtype)))
    return pa.FixedSizeListArray.from_arrays(pa.array(np.ascontiguousarray(matrix).reshape(-1)), m)


def _rows_table(dataset: Dataset) -> pa.Table:
    """The rows as people see them."""
    values = {str(column): dataset.frame[column].to_numpy(dtype=object) for column in dataset.frame}
    return pa.table({column: pa.array([_cell(value) for value in cells], type=pa.string()) for column, cells in values.items()})


def _facts_table(dataset: Dataset) -> pa.Table:
    """What the log and the card need to know of each row, apart from the user's columns, which may have any name."""
    hidden = dataset.hidden_characters if dataset.hidden_characters is not None else np.zeros(len(dataset), np.int32)
    # NumPy's byte strings lose the zeros at their end.
    prints = [bytes(fingerprint).ljust(32, b"\0").hex() for fingerprint in dataset.row_fingerprints]
    return pa.table({"fingerprint": pa.array(prints, type=pa.string()), "hidden": pa.array(hidden)})


def _cell(value: object) -> str | None:
    """A value as text, None where it is missing."""
    if value is None or value != value:
        return None
    return value if isinstance(value, str) else str(value)


def _findings_table(scan: Scan) -> pa.Table:
    n = len(scan.dataset)
    columns: dict[str, Any] = {"copies": pa.array(scan.representation.copies)}
    for finding in scan.findings:
        name = finding.code.replace("-", "_")
        columns[f"surprise_{name}"] = pa.array(finding.surprise.astype(np.float32))
        reasons: list[str | None] = [None] * n
        for row, reason in finding.reasons.items():
            reasons[row] = reason
        columns[f"reason_{name}"] = pa.array(reasons, type=pa.string())
        for evidence, values in finding.evidence.items():
            column = np.asarray(values)
            columns[f"evidence_{name}_{evidence}"] = matrix_column(column) if column.ndim == 2 else pa.array(column)
    return pa.table(columns)


def _images_table(images: np.ndarray) -> pa.Table:
    size = int(np.prod(images.shape[1:]))
    flat = pa.FixedSizeBinaryArray.from_buffers(pa.binary(size), len(images), [None, pa.py_buffer(np.ascontiguousarray(images).tobytes())])
    shape = ",".join(str(side) for side in images.shape[1:])
    return pa.table({"image": flat}).replace_schema_metadata({"shape": shape})


def _stages_json(stages: tuple[Stage, ...]) -> list[dict[str, Any]]:
    return [{"name": s.name, "seconds": round(s.seconds, 3), "peak_mb": round(s.peak_mb, 1)} for s in stages]


def _write_json(path: Path, data: object) -> None:
    path.write_text(json.dumps(data, indent=1, ensure_ascii=False, default=_plain), encoding="utf-8")


def _plain(value: object) -> object:
    """NumPy values as JSON has them."""
    if isinstance(value, np.generic):
        return value.item()
    if isinstance(value, np.ndarray):
        return value.tolist()
    return str(value)


def _move_into_place(beside: Path, folder: RunFolder) -> None:
    """Artifacts first, ``run.json`` last: whoever sees it may read all the rest."""
    folder.artifacts.mkdir(exist_ok=True)
    folder.info.unlink(missing_ok=True)
    for artifact in (beside / "artifacts").iterdir():
        artifact.replace(folder.artifacts / artifact.name)
    folder.map.unlink(missing_ok=True)
    for path in (folder.suspicion, folder.campaigns, folder.info):
        (beside / path.name).replace(path)
