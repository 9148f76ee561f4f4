"""Labels that are no classes: wrong tags and wrong numbers, against cleanlab's own ways for them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

import numpy as np

from benchmarks.quality import Settings, print_methods
from benchmarks.quality_data import of_arrays, sample, sources
from benchmarks.quality_peers import Peer
from benchmarks.quality_tables import OURS, Record, measured
from benchmarks.quality_trial import trial
from curation_app.attack import Attack, WrongNumbers, WrongTags, changed
from curation_app.domain.dataset import Dataset
from curation_app.domain.numbers import numbers_of
from curation_app.domain.tags import delimiter_of, tags_of

# Share of rows with a wrong label.
SHARE = 0.06
# A tag on fewer rows cannot be cross-validated.
FEWEST = 10
# What is true of a digit: every picture of it has these tags.
DIGIT_TAGS = {"even": "02468", "prime": "2357", "loop": "04689", "big": "56789", "square": "0149", "curve": "0235689", "triple": "0369"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One set: its name, whether numbers were tuned on it, and how to draw it with a seed."""

    name: str
    tuned: bool
    draw: Callable[[int], Dataset]


def tags(settings: Settings) -> tuple[list[Record], Record]:
    """A tag too many, one lacking, or one exchanged."""
    return _judged(settings, _tagged(settings), WrongTags(), "tag-error", _cleanlab_tags)


def targets(settings: Settings) -> tuple[list[Record], Record]:
    """The number of another row."""
    return _judged(settings, _measured(), WrongNumbers(), "target-error", _cleanlab_numbers)


def _judged(
    settings: Settings, cases: Iterator[Case], attack: Attack, code: str, peer: Callable[[Dataset], Peer]
) -> tuple[list[Record], Record]:
    records: list[Record] = []
    late, drawn = settings.deadline(), list(cases)[: 2 if settings.quick else None]
    for seed in range(settings.seeds):
        for case in drawn:
            if late():
                continue
            dataset = case.draw(seed)
            planted = attack.plant(dataset, round(SHARE * len(dataset)), np.random.default_rng([seed, 41]))
            facts = {"data": case.name, "tuned": case.tuned, "attack": case.name, "size": int(planted.mask.sum()), "seed": seed}
            found, ours = trial(planted, (peer(planted.dataset),), facts)
            score = next(finding for finding in ours.findings if finding.code == code).surprise
            records += [*found, facts | {"method": f"{OURS}, {code} alone"} | measured(planted.mask, np.nan_to_num(score))]
    print_methods(records, ("ap", "p50"))
    return records, {"share": SHARE}


def _tagged(settings: Settings) -> Iterator[Case]:
    """Digits told by what is true of them, intents told by their words, and scikit-learn's generator."""
    from sklearn.datasets import load_digits, make_multilabel_classification

    def digits(seed: int) -> Dataset:
        features, digit = load_digits(return_X_y=True)
        named = ["|".join(tag for tag, those in DIGIT_TAGS.items() if str(one) in those) or "none" for one in digit]
        return _as_tags(of_arrays("digits", X=features.astype(np.float32), y=np.array(named)))

    def made(seed: int) -> Dataset:
        features, has = make_multilabel_classification(3_000, 40, n_classes=12, n_labels=3, random_state=seed)
        named = ["|".join(f"t{tag}" for tag in np.flatnonzero(row)) or "none" for row in has]
        return _as_tags(of_arrays("generated", X=features.astype(np.float32), y=np.array(named)))

    yield Case(name="digits by attribute", tuned=True, draw=digits)
    yield Case(name="generated", tuned=True, draw=made)
    for source in sources("text"):
        if source.name in ("banking77", "clinc150"):

            def intents(seed: int, source: object = source) -> Dataset:
                dataset = sample(source.read(), min(settings.rows, 3_000), seed)  # type: ignore[attr-defined]
                return _as_tags(changed(dataset, labels=[str(label).replace("_", "|") for label in dataset.labels]))

            yield Case(name=f"{source.name} by word", tuned=source.tuned, draw=intents)


def _as_tags(dataset: Dataset) -> Dataset:
    return replace(dataset, label_kind="tags")


def _measured() -> Iterator[Case]:
    """Bundled tables with a measured column as the label; the first five were tuned on."""
    import sklearn.datasets as bundled

    def of(name: str, load: str, target: int | None, *, tuned: bool = True) -> Case:
        def draw(seed: int) -> Dataset:
            features, label = getattr(bundled, load)(return_X_y=True)
            if target is not None:
                features, label = np.delete(features, target, axis=1), features[:, target]
            return replace(of_arrays(name, X=features.astype(np.float32), y=label.astype(float)), label_kind="number")

        return Case(name=name, tuned=tuned, draw=draw)

    def friedman(seed: int) -> Dataset:
        features, label = bundled.make_friedman1(2_000, 10, noise=1.0, random_state=seed)
        return replace(of_arrays("friedman", X=features.astype(np.float32), y=label), label_kind="number")

    yield of("diabetes progression", "load_diabetes", None)
    yield of("wine alcohol", "load_wine", 0)
    yield of("breast cancer texture", "load_breast_cancer", 1)
    yield of("breast cancer concavity", "load_breast_cancer", 6)
    yield Case(name="friedman, generated", tuned=True, draw=friedman)
    yield of("wine flavanoids", "load_wine", 6, tuned=False)
    yield of("breast cancer symmetry", "load_breast_cancer", 8, tuned=False)
    yield of("breast cancer smoothness", "load_breast_cancer", 4, tuned=False)


def _cleanlab_tags(dataset: Dataset) -> Peer:
    """Cross-validated one-against-rest logistic regression, then cleanlab's multi-label quality."""

    def cleanlab_multilabel(features: np.ndarray, codes: np.ndarray) -> np.ndarray:
        from cleanlab.multilabel_classification import get_label_quality_scores
        from sklearn.linear_model import LogisticRegression
        from sklearn.model_selection import cross_val_predict
        from sklearn.multiclass import OneVsRestClassifier

        labels = dataset.labels.tolist()
        mark = delimiter_of(labels)
        rows = [tags_of(str(label), mark) for label in labels]
        names, used = np.unique([tag for row in rows for tag in row], return_counts=True)
        names = names[used >= FEWEST]
        has = np.array([np.isin(names, row) for row in rows], dtype=int)
        model = OneVsRestClassifier(LogisticRegression(max_iter=300))
        chances = cross_val_predict(model, features, has, cv=5, method="predict_proba")
        return 1.0 - np.asarray(get_label_quality_scores([np.flatnonzero(row).tolist() for row in has], chances))

    return cleanlab_multilabel


def _cleanlab_numbers(dataset: Dataset) -> Peer:
    """cleanlab's CleanLearning for numbers, as it comes."""

    def cleanlab_regression(features: np.ndarray, codes: np.ndarray) -> np.ndarray:
        from cleanlab.regression.learn import CleanLearning

        issues = CleanLearning(seed=0, verbose=False).find_label_issues(features, numbers_of(dataset.labels))
        return 1.0 - issues["label_quality"].to_numpy()

    return cleanlab_regression
