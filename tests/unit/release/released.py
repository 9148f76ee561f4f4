"""A small reviewed dataset and its release."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
from PIL import Image

from curation_app.domain.dataset import Dataset
from curation_app.domain.decision import Event, Verdict
from curation_app.domain.recipe import recipe_named
from curation_app.load import read_dataset
from curation_app.release import Manifest, write_release
from curation_app.review import DecisionLog, RowFacts

ROWS = 12
CREATED = "2026-01-02T03:04:05.678Z"
LABELS = ["ham", "spam", "ham"] * (ROWS // 3)


def write_csv(folder: Path) -> Path:
    path = folder / "in.csv"
    lines = [f'{row},"text, {row} ""quoted""",{label},s{row % 2}\r\n' for row, label in enumerate(LABELS)]
    path.write_bytes(b"id,text,label,source\r\n" + "".join(lines).encode())
    return path


def write_tsv(folder: Path) -> Path:
    path = folder / "in.tsv"
    path.write_text("id\ttext\tlabel\tsource\n" + "".join(f"{row}\ttext {row}\t{label}\ts\n" for row, label in enumerate(LABELS)))
    return path


def write_jsonl(folder: Path) -> Path:
    path = folder / "in.jsonl"
    path.write_text("".join(json.dumps({"id": row, "text": f"t {row}", "label": label}) + "\n" for row, label in enumerate(LABELS)))
    return path


def write_parquet(folder: Path) -> Path:
    pd.DataFrame({"id": range(ROWS), "x": np.linspace(0, 1, ROWS), "label": LABELS}).to_parquet(folder / "in.parquet")
    return folder / "in.parquet"


def write_arrow(folder: Path) -> Path:
    pd.DataFrame({"id": range(ROWS), "x": np.linspace(0, 1, ROWS), "label": LABELS}).to_feather(folder / "in.arrow")
    return folder / "in.arrow"


def write_npz(folder: Path) -> Path:
    np.savez(folder / "in.npz", X=np.arange(ROWS * 3, dtype=np.float32).reshape(ROWS, 3), y=np.array(LABELS))
    return folder / "in.npz"


def write_folder(folder: Path) -> Path:
    root = folder / "images"
    for row, label in enumerate(LABELS):
        (root / label).mkdir(parents=True, exist_ok=True)
        Image.new("RGB", (4, 4), (row * 20, 0, 0)).save(root / label / f"{row:02}.png")
    return root


WRITERS: dict[str, Callable[[Path], Path]] = {
    "csv": write_csv,
    "tsv": write_tsv,
    "jsonl": write_jsonl,
    "parquet": write_parquet,
    "arrow": write_arrow,
    "npz": write_npz,
    "folder": write_folder,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Released:
    original: Path
    folder: Path
    dataset: Dataset
    events: list[Event]
    manifest: Manifest


def facts(dataset: Dataset, row: int, version: int = 0) -> RowFacts:
    fingerprint = bytes(dataset.row_fingerprints[row]).hex()
    return RowFacts(row=row, id=dataset.ids[row], fingerprint=fingerprint, given=dataset.labels[row], evidence="=odd", version=version)


def review(dataset: Dataset, database: Path) -> list[Event]:
    """A short review: relabel, bulk drop, keep, second look, and a drop that is taken back."""
    log = DecisionLog(database)
    other = "spam" if dataset.labels[0] == "ham" else "ham"
    log.decide([facts(dataset, 0)], Verdict.RELABEL, label=other, by="ann", reason="wrong", action="a")
    log.decide([facts(dataset, row) for row in (2, 3, 4)], Verdict.DROP, by="bob", reason="flood", action="b")
    log.decide([facts(dataset, 5)], Verdict.ACCEPT, by="ann", action="c")
    log.decide([facts(dataset, 6)], Verdict.LATER, by="ann", action="d")
    log.decide([facts(dataset, 7)], Verdict.DROP, by="ann", action="e")
    log.undo(by="ann")
    events = list(log.events())
    log.close()
    return events


def release(folder: Path, kind: str = "csv") -> Released:
    original = WRITERS[kind](folder)
    dataset = read_dataset(original)
    events = review(dataset, folder / "curation.db")
    out = folder / "release"
    manifest = write_release(
        original,
        out,
        dataset=dataset,
        events=events,
        recipe=recipe_named("fast"),
        seed=7,
        created=CREATED,
        versions={"numpy": np.__version__},
    )
    return Released(original=original, folder=out, dataset=dataset, events=events, manifest=manifest)
