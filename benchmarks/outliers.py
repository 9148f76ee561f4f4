"""Far points on labelled outlier tables: ours beside Isolation Forest, k-NN and LOF of scikit-learn, each with its defaults.

Run: ``python benchmarks/outliers.py ../shared/datasets/adbench_visible12``. Features are z-scored; answers are read only at the end.
"""

from __future__ import annotations

import sys
import warnings
from pathlib import Path

import numpy as np
from sklearn.ensemble import IsolationForest
from sklearn.metrics import average_precision_score, roc_auc_score
from sklearn.neighbors import LocalOutlierFactor, NearestNeighbors

from curation_app.detect.outlier import far_surprise, isolation

# Neighbours in the graph of a scan of up to 20,000 rows.
GRAPH = 100


def scores(features: np.ndarray) -> dict[str, np.ndarray]:
    search = NearestNeighbors(n_neighbors=min(GRAPH + 1, len(features))).fit(features)
    distances = search.kneighbors(features)[0][:, 1:].astype(np.float32)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)  # LOF says that copies confuse it, which is part of how users run it
        lof = -LocalOutlierFactor().fit(features).negative_outlier_factor_
    return {
        "ours": far_surprise(distances, cuts=isolation(features, 0)),
        "ours, no forest": far_surprise(distances),
        "IForest": -IsolationForest(random_state=0).fit(features).score_samples(features),
        "5-NN distance": distances[:, 4],
        "LOF": lof,
    }


# The reference data lies beside the checkout; it is never part of it.
ADBENCH = Path(__file__).resolve().parents[2] / "shared" / "datasets" / "adbench_visible12"


def main(folder: Path = ADBENCH) -> None:
    """Print one line a set, then the means. Says so where the reference data is absent."""
    if not folder.is_dir():
        print(f"skipped: there is no {folder}")
        return
    rows: dict[str, list[tuple[float, float]]] = {}
    for path in sorted(folder.glob("*.npz")):
        with np.load(path) as data:
            features, answers = data["X"].astype(np.float64), data["y"]
        features = features[:, features.std(axis=0) > 0]
        features = ((features - features.mean(axis=0)) / features.std(axis=0)).astype(np.float32)
        for name, score in scores(features).items():
            rows.setdefault(name, []).append((roc_auc_score(answers, score), average_precision_score(answers, score)))
        print(path.stem, *(f"{name} {values[-1][0]:.3f}" for name, values in rows.items()), sep=" | ")
    for name, values in rows.items():
        auroc, precision = np.mean(values, axis=0)
        print(f"{name:16s} AUROC {auroc:.3f}  AP {precision:.3f}  lowest AUROC {min(values)[0]:.3f}")


if __name__ == "__main__":
    main(*map(Path, sys.argv[1:2]))
