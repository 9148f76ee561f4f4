"""The peers, each as its users run it: one score a row, high = suspicious."""

from __future__ import annotations

import contextlib
import io
import logging
import warnings
from collections.abc import Callable

import numpy as np

from curation_app.domain.dataset import Dataset
from curation_app.domain.recipe import recipe_named
from curation_app.domain.representation import Representation
from curation_app.represent import represent

Peer = Callable[[np.ndarray, np.ndarray], np.ndarray]

# Share of poison that spectral signatures and activation clustering are told to expect: their documentation's.
EXPECTED_POISON = 0.33


def numbers(dataset: Dataset) -> Representation:
    """Features, the same for every peer and for us."""
    return represent(dataset, recipe_named("standard"), seed=0)


def ask(peer: Peer, features: np.ndarray, codes: np.ndarray) -> np.ndarray | None:
    """The peer's scores, or None where it fails, which is said."""
    logging.getLogger("art").setLevel(logging.ERROR)
    try:
        with warnings.catch_warnings(), contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
            warnings.simplefilter("ignore")
            return np.nan_to_num(np.asarray(peer(features, codes), dtype=np.float64))
    except Exception as error:  # noqa: BLE001 - foreign code: a failure is a result
        print(f"    {peer.__name__} failed: {type(error).__name__}: {str(error)[:100]}")
        return None


def datalab(features: np.ndarray, codes: np.ndarray) -> np.ndarray:
    """Datalab given features alone."""
    from cleanlab import Datalab

    lab = Datalab(data={"label": codes}, label_name="label", verbosity=0)
    lab.find_issues(features=features, issue_types={"label": {}})
    return 1.0 - lab.get_issues("label")["label_score"].to_numpy()


def cleanlab_folds(features: np.ndarray, codes: np.ndarray) -> np.ndarray:
    """Cross-validated logistic regression, then cleanlab's label quality, as in its tutorials."""
    from cleanlab.rank import get_label_quality_scores
    from sklearn.linear_model import LogisticRegression
    from sklearn.model_selection import cross_val_predict
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    folds = int(min(5, np.bincount(codes)[np.bincount(codes) > 0].min()))
    model = make_pipeline(StandardScaler(), LogisticRegression(max_iter=400))
    chances = cross_val_predict(model, features, codes, cv=max(folds, 2), method="predict_proba")
    return 1.0 - get_label_quality_scores(codes, chances)


def datalab_outlier(features: np.ndarray, codes: np.ndarray) -> np.ndarray:
    """Datalab's outlier check, as it comes."""
    from cleanlab import Datalab

    lab = Datalab(data={"label": codes}, label_name="label", verbosity=0)
    lab.find_issues(features=features, issue_types={"outlier": {}})
    return 1.0 - lab.get_issues("outlier")["outlier_score"].to_numpy()


def datalab_copies(features: np.ndarray, codes: np.ndarray) -> np.ndarray:
    """Datalab's near-duplicate check, as it comes."""
    from cleanlab import Datalab

    lab = Datalab(data={"label": codes}, label_name="label", verbosity=0)
    lab.find_issues(features=features, issue_types={"near_duplicate": {}})
    return 1.0 - lab.get_issues("near_duplicate")["near_duplicate_score"].to_numpy()


def pyod_iforest(features: np.ndarray, codes: np.ndarray) -> np.ndarray:
    """PyOD's Isolation Forest."""
    from pyod.models.iforest import IForest

    return IForest(random_state=0).fit(features).decision_scores_


def pyod_ecod(features: np.ndarray, codes: np.ndarray) -> np.ndarray:
    """PyOD's ECOD."""
    from pyod.models.ecod import ECOD

    return ECOD().fit(features).decision_scores_


def pyod_knn(features: np.ndarray, codes: np.ndarray) -> np.ndarray:
    """PyOD's k-NN."""
    from pyod.models.knn import KNN

    return KNN().fit(features).decision_scores_


def sklearn_lof(features: np.ndarray, codes: np.ndarray) -> np.ndarray:
    """scikit-learn's local outlier factor."""
    from sklearn.neighbors import LocalOutlierFactor

    return -LocalOutlierFactor().fit(features).negative_outlier_factor_


class _Activations:
    """What ART's two filters ask of a classifier: the hidden layer of a small network trained on the suspect data."""

    layer_names = ("hidden",)

    def __init__(self, features: np.ndarray, codes: np.ndarray) -> None:
        from sklearn.neural_network import MLPClassifier

        self.nb_classes = int(codes.max()) + 1
        net = MLPClassifier((128, 64), max_iter=40, random_state=0).fit(features, codes)
        hidden = features
        for weights, bias in list(zip(net.coefs_, net.intercepts_, strict=True))[:-1]:
            hidden = np.maximum(hidden @ weights + bias, 0.0)
        self.hidden = hidden.astype(np.float32)

    def get_activations(self, x: np.ndarray, layer: object, batch_size: int, framework: bool = False) -> np.ndarray:
        """The rows come as their numbers, so that subsets find theirs."""
        return self.hidden[np.asarray(x).reshape(-1).astype(np.int64)]


def _one_hot(codes: np.ndarray) -> np.ndarray:
    return np.eye(int(codes.max()) + 1, dtype=np.float32)[codes]


def art_spectral(features: np.ndarray, codes: np.ndarray) -> np.ndarray:
    """ART's spectral signatures on the activations of a network trained on the suspect rows."""
    from art.defences.detector.poison import SpectralSignatureDefense

    rows = np.arange(len(codes), dtype=np.float32)[:, None]
    defence = SpectralSignatureDefense(_Activations(features, codes), rows, _one_hot(codes), expected_pp_poison=EXPECTED_POISON)
    report, clean = defence.detect_poison()
    del report
    # ART tells only which rows to remove; its scores by class order them.
    scores = np.zeros(len(codes))
    for label in range(int(codes.max()) + 1):
        mine = np.flatnonzero(codes == label)
        if mine.size > 1:
            scores[mine] = defence.spectral_signature_scores(defence.classifier.hidden[mine]).reshape(-1)
    return scores + 1e9 * (1 - np.asarray(clean))


def art_clustering(features: np.ndarray, codes: np.ndarray) -> np.ndarray:
    """ART's activation clustering; flagged rows first, the rest in the order of the file."""
    from art.defences.detector.poison import ActivationDefence

    rows = np.arange(len(codes), dtype=np.float32)[:, None]
    defence = ActivationDefence(_Activations(features, codes), rows, _one_hot(codes))
    _, clean = defence.detect_poison(nb_clusters=2, nb_dims=10, reduce="PCA", cluster_analysis="smaller")
    return 1.0 - np.asarray(clean, dtype=np.float64)


LABELS: tuple[Peer, ...] = (datalab, cleanlab_folds)
OUTLIERS: tuple[Peer, ...] = (pyod_iforest, pyod_ecod, pyod_knn, sklearn_lof)
INJECTED: tuple[Peer, ...] = (pyod_iforest, pyod_ecod, datalab_outlier, datalab_copies)
BACKDOORS: tuple[Peer, ...] = (art_spectral, art_clustering)
