"""Planted label flips found: ours beside cleanlab's default route, the same rows and flips, in one run.

Run: ``python -m benchmarks.label_learners [--shared ../shared] [--rows 5000] [--seeds 1]``. cleanlab's route is its tutorials': features
of the kind they use, logistic regression cross-validated in five folds, ``find_label_issues``, rows ranked by ``get_label_quality_scores``.
"""

from __future__ import annotations

import argparse
import sys
import time
import warnings
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from cleanlab.filter import find_label_issues
from cleanlab.rank import get_label_quality_scores
from sklearn.compose import make_column_transformer
from sklearn.datasets import load_wine
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import average_precision_score
from sklearn.model_selection import cross_val_predict
from sklearn.preprocessing import OneHotEncoder, StandardScaler

from benchmarks.measure import machine
from curation_app.attack import plant_flips
from curation_app.detect.label_error import label_surprise
from curation_app.domain.dataset import Dataset
from curation_app.domain.recipe import recipe_named
from curation_app.domain.roles import Roles
from curation_app.load import read_dataset
from curation_app.represent import judge_for, represent

FLIPPED = 0.10
SHARED = Path(__file__).resolve().parents[2] / "shared"


def main(arguments: list[str] | None = None) -> None:
    """Print one line per dataset."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--shared", type=Path, default=SHARED, help="folder that holds datasets/")
    parser.add_argument("--rows", type=int, default=5_000, help="at most this many rows of each dataset")
    parser.add_argument("--seeds", type=int, default=1, help="independent plantings; the means are printed")
    chosen = parser.parse_args([] if arguments is None else arguments)
    print(f"Machine: {machine()}\n")
    print("| data, 10 % symmetric flips | rows | classes | ours AP | cleanlab AP | cleanlab flags P / R | ours s | cleanlab s |")
    print("|---|---|---|---|---|---|---|---|")
    for name, read, features in _sources(chosen.shared / "datasets"):
        try:
            dataset = _sampled(read(), chosen.rows)
        except FileNotFoundError as absent:
            print(f"| {name} | skipped: {absent.filename} is not there | | | | | | |")
            continue
        print(_line(name, dataset, features(dataset), chosen.seeds), flush=True)


def _sources(folder: Path) -> list[tuple[str, Callable[[], Dataset], Callable[[Dataset], Any]]]:
    """Name, how ours reads it, and the features that cleanlab's tutorials would give it."""
    return [
        ("adult", lambda: _read(folder / "tabular_adult/train.csv", label="income"), _columns),
        ("banking77", lambda: _read(folder / "text_banking77/train.csv", label="category", text="text"), _terms),
        ("wine", _wine, lambda dataset: StandardScaler().fit_transform(dataset.vectors)),
        (
            "mnist",
            lambda: _read(folder / "labelerr_mnist_t10k/images.npz"),
            lambda dataset: dataset.images.reshape(len(dataset), -1) / 255.0,
        ),
    ]


def _read(path: Path, **roles: str) -> Dataset:
    if not path.exists():
        raise FileNotFoundError(2, "no such file", str(path))
    return read_dataset(path, roles=roles or None)


def _wine() -> Dataset:
    data = load_wine()
    rows = len(data.target)
    return Dataset(
        name="wine",
        format="npz",
        modality="table",
        frame=pd.DataFrame(index=pd.RangeIndex(rows)),
        roles=Roles(),
        ids=np.arange(rows).astype(str).astype(object),
        labels=data.target.astype(str).astype(object),
        fingerprint="wine",
        row_fingerprints=np.zeros(rows, "S32"),
        vectors=data.data.astype(np.float32),
    )


def _sampled(dataset: Dataset, most: int) -> Dataset:
    if len(dataset) <= most:
        return dataset
    rows = np.sort(np.random.default_rng(0).choice(len(dataset), most, replace=False))
    parts = {name: getattr(dataset, name) for name in ("ids", "labels", "row_fingerprints", "vectors", "images", "hidden_characters")}
    taken = {name: None if part is None else part[rows] for name, part in parts.items()}
    return replace(dataset, frame=dataset.frame.iloc[rows].reset_index(drop=True), **taken)


def _line(name: str, dataset: Dataset, features: Any, seeds: int) -> str:
    classes, codes = np.unique(dataset.labels.astype(str), return_inverse=True)
    found = []
    for seed in range(seeds):
        flipped, mask = plant_flips(codes, len(classes), FLIPPED, np.random.default_rng(seed))
        ours, seconds = _ours(replace(dataset, labels=classes[flipped].astype(object)))
        quality, flags, peer_seconds = _cleanlab(features, flipped)
        precision, recall = mask[flags].mean() if flags.any() else 0.0, flags[mask].mean()
        found.append(
            (average_precision_score(mask, ours), average_precision_score(mask, -quality), precision, recall, seconds, peer_seconds)
        )
    mine, peer, precision, recall, seconds, peer_seconds = np.mean(found, axis=0)
    counts = f"{len(dataset):,} | {len(classes)}"
    return f"| {name} | {counts} | {mine:.3f} | {peer:.3f} | {precision:.2f} / {recall:.2f} | {seconds:.1f} | {peer_seconds:.1f} |"


def _ours(dataset: Dataset) -> tuple[np.ndarray, float]:
    """(n,) surprise of each label by the standard recipe, and the seconds it took."""
    began, recipe = time.perf_counter(), recipe_named("standard")
    representation = represent(dataset, recipe, seed=0)
    judge = judge_for(dataset, representation, recipe, seed=0)
    assert judge is not None
    surprise = label_surprise(judge(representation.codes), representation.codes)
    return surprise, time.perf_counter() - began


def _cleanlab(features: Any, codes: np.ndarray) -> tuple[np.ndarray, np.ndarray, float]:
    """(n,) label quality, low = bad, (n,) flags of the default filter, and the seconds it took."""
    began = time.perf_counter()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # some classes are smaller than the number of folds, or do not converge: as users see it
        chances = cross_val_predict(LogisticRegression(max_iter=1000), features, codes, cv=5, method="predict_proba")
    flags = find_label_issues(codes, chances, n_jobs=1)
    return get_label_quality_scores(codes, chances), flags, time.perf_counter() - began


def _columns(dataset: Dataset) -> Any:
    frame = dataset.frame.drop(columns=[dataset.roles.label])
    numeric = [name for name in frame if pd.to_numeric(frame[name], errors="coerce").notna().all()]
    levels = frame.columns.difference(numeric).to_list()
    frame = frame.astype(dict.fromkeys(numeric, float))
    return make_column_transformer((StandardScaler(), numeric), (OneHotEncoder(handle_unknown="ignore"), levels)).fit_transform(frame)


def _terms(dataset: Dataset) -> Any:
    return TfidfVectorizer().fit_transform(dataset.frame[dataset.roles.text])


if __name__ == "__main__":
    main(sys.argv[1:])
