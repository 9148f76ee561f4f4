"""Wrong labels: four ways of erring, in tables and in texts, against Datalab and cross-validated cleanlab."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from benchmarks.quality import Settings, print_methods
from benchmarks.quality_data import Source, sample, sources
from benchmarks.quality_peers import LABELS, numbers
from benchmarks.quality_tables import OURS, Record, measured
from benchmarks.quality_trial import trial
from curation_app.attack import Planted, changed, plant_flips, plant_flips_near, plant_flips_one_way
from curation_app.domain.dataset import Dataset

# Share of labels that are wrong, and of rows in the small region where all are.
SHARE, REGION = 0.10, 0.02

Noise = Callable[[Dataset, np.random.Generator], tuple[np.ndarray, np.ndarray]]


def table(settings: Settings) -> tuple[list[Record], Record]:
    """Tables: four noises."""
    return _flips(settings, "table", {"random": _random, "near": _near, "one way": one_way, "region": _region})


def text(settings: Settings) -> tuple[list[Record], Record]:
    """Texts: symmetric and instance-dependent noise."""
    return _flips(settings, "text", {"random": _random, "near": _near})


def _flips(settings: Settings, kind: str, noises: dict[str, Noise]) -> tuple[list[Record], Record]:
    records: list[Record] = []
    late = settings.deadline()
    for seed in range(settings.seeds):
        for source in sources(kind)[: 2 if settings.quick else None]:
            for name, noise in noises.items():
                if not late():
                    records += _one(source, name, noise, settings, seed)
    print_methods(records)
    return records, {"share": SHARE, "region": REGION}


def _one(source: Source, name: str, noise: Noise, settings: Settings, seed: int) -> list[Record]:
    dataset = sample(source.read(), settings.rows, seed)
    codes, mask = noise(dataset, np.random.default_rng([seed, 21]))
    _, classes = _codes(dataset)
    planted = Planted(
        dataset=changed(dataset, labels=np.array([*classes, None], dtype=object)[codes]), mask=mask, title=name, grouped=False
    )
    facts = {"data": source.name, "tuned": source.tuned, "attack": name, "size": "", "seed": seed}
    records, ours = trial(planted, LABELS, facts)
    label = next(finding for finding in ours.findings if finding.code == "label-error")
    # The peers rank by labels alone; the whole queue has all that is suspect for other reasons in between.
    alone = facts | {"method": f"{OURS}, label error alone"} | measured(mask, np.nan_to_num(label.surprise, nan=0.0))
    return [*records, alone]


def _codes(dataset: Dataset) -> tuple[np.ndarray, tuple[str, ...]]:
    from curation_app.attack.label_flips import class_codes

    return class_codes(dataset)


def _random(dataset: Dataset, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    codes, classes = _codes(dataset)
    return plant_flips(codes, len(classes), SHARE, rng)


def _near(dataset: Dataset, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Where a logistic regression that sees the true labels is in doubt."""
    from sklearn.linear_model import LogisticRegression
    from sklearn.model_selection import cross_val_predict

    codes, _ = _codes(dataset)
    model = LogisticRegression(max_iter=200)
    return plant_flips_near(codes, cross_val_predict(model, numbers(dataset).features, codes, cv=3, method="predict_proba"), SHARE, rng)


def one_way(dataset: Dataset, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Rows of one of the two largest classes called the other: (codes, mask)."""
    codes, classes = _codes(dataset)
    counts = np.bincount(codes[codes >= 0], minlength=len(classes))
    given, wrong = rng.permutation(np.argsort(-counts, kind="stable")[:2])
    return plant_flips_one_way(codes, int(given), int(wrong), min(SHARE * len(codes) / counts[given], 0.4), rng)


def _region(dataset: Dataset, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """All rows of one class nearest to one of them."""
    codes, classes = _codes(dataset)
    features = numbers(dataset).features
    centre = int(rng.choice(np.flatnonzero(codes >= 0)))
    mine = np.flatnonzero(codes == codes[centre])
    gap = ((features[mine] - features[centre]) ** 2).sum(axis=1)
    rows = mine[np.argsort(gap, kind="stable")[: max(4, round(REGION * len(codes)))]]
    new, mask = codes.copy(), np.zeros(len(codes), dtype=bool)
    new[rows] = (codes[centre] + 1) % len(classes)
    mask[rows] = True
    return new, mask
