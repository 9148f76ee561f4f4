"""Rows far from all others: distance to the nearest rows and, on raw tables, how few random cuts isolate them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import ClassVar

import numpy as np

from curation_app.detect.base import Detector
from curation_app.detect.distinct import distances_to_others, reference_rows
from curation_app.detect.far_in_ranks import WIDEST, near_in_ranks, normal_scores, unexplained
from curation_app.detect.far_space import FarSpace, far_space, softened
from curation_app.detect.fine_detail import fine_detail
from curation_app.detect.nearest import nearest_distances
from curation_app.detect.surprise import SCALE, surest, tail_surprise
from curation_app.detect.unusual_cells import unusual_cells
from curation_app.detect.wording import things
from curation_app.domain.dataset import Dataset
from curation_app.domain.finding import Finding, Kind, Outcome
from curation_app.domain.recipe import Recipe
from curation_app.domain.representation import Representation

# The near look sees small scattered sets (average precision .91 against .71 for k = 100 with 20 planted rows), the wide one the rest.
NEAR = 5
# Random cuts help on raw columns only; above this width distances serve better and the forest would be the slowest part of the scan.
WIDEST_FOR_CUTS = 64
# 200 trees: the order is stable from there on. Fewer rows than 20 cannot fill a tree.
CUTS, FEWEST_FOR_CUTS = 200, 20
# A further look is heard from here on, one row in thirty: it adds rows that the distances miss and leaves the order of the others.
FURTHER_FROM = 1.5
# One clean row in a thousand, or the most extreme of so many rows, is no issue yet.
ISSUE_AT, BEYOND_CHANCE = 3.0, 0.5
# Distances below this share of the median count as this: exact copies at distance 0 have no logarithm.
SMALLEST = 1e-3
# Rows compared directly when a planted sample is judged without a graph: 3,000 x 3,000 distances are 36 MB.
MOST_WITHOUT_GRAPH = 3_000
# What the further looks measure, and what a row is that only they see.
_FURTHER: Mapping[str, str] = MappingProxyType(
    {
        "table": "distance of ranks, how well values go together",
        "image": "fine detail",
        "embedding": "distance of ranks",
    }
)
_SEEN: Mapping[str, str] = MappingProxyType(
    {
        "table": "values that hardly go together",
        "image": "far more fine detail or noise",
        "embedding": "numbers that hardly go together",
    }
)


class Outlier(Detector):
    """Far points."""

    code: ClassVar[str] = "outlier"
    title: ClassVar[str] = "Far from everything"
    question: ClassVar[str] = "Is this row unlike all other rows?"
    kind: ClassVar[Kind] = Kind.INJECTION
    family: ClassVar[str] = "far"
    needs: ClassVar[tuple[str, ...]] = ("neighbours",)
    source: ClassVar[str] = (
        "Angiulli & Pizzuti (2002), mean k-NN distance; Liu, Ting & Zhou (2008), Isolation Forest; Hawkins (1974), what the other "
        "columns do not explain; van der Waerden (1952), ranks as normal scores; Immerkaer (1996), noise of pictures"
    )

    def detect(self, dataset: Dataset, representation: Representation, recipe: Recipe, *, seed: int) -> Finding:
        space = far_space(dataset, representation)
        distances = space.distances(representation, recipe.far_neighbours, NEAR, seed)
        cuts = self._cuts(dataset, representation, recipe, seed)
        further = _further_looks(dataset, space, representation, seed)
        plain = far_surprise(distances, recipe.far_neighbours, cuts)
        surprise = far_surprise(distances, recipe.far_neighbours, cuts, further, space.read_to)
        wide = distances[:, : wide_count(len(distances), distances.shape[1], recipe.far_neighbours)].mean(axis=1, dtype=np.float64)
        times = wide / max(float(np.median(wide)), np.finfo(np.float32).tiny)
        worth = np.flatnonzero(surprise >= 1.0)
        cells, seen = unusual_cells(dataset, worth), _SEEN.get(dataset.modality, "")
        far = int(np.sum(surprise >= _alarm(surprise)))
        return self.finding(
            surprise,
            outcome=Outcome.ISSUE if far else Outcome.PASSED,
            reason=f"Rows that lie far from all others: {far:,}." if far else "No row lies farther out than chance allows.",
            # Where the distances alone make it an issue, they say why.
            reasons={
                row: _sentence(times[row], cells.get(row, ""), things(dataset), seen if plain[row] < min(surprise[row], ISSUE_AT) else "")
                for row in worth.tolist()
            },
            evidence={"distance": wide, "times_the_usual": times},
            rule=(
                f"Mean distance to the {NEAR} and to up to {recipe.far_neighbours} nearest rows"
                + (" of a sample, far numbers drawn in" if space.softened else "")
                + (f" and {CUTS} trees of random cuts" if cuts is not None else "")
                + (f", {_FURTHER[dataset.modality]}" if further else "")
                + f"; an issue from surprise {_alarm(surprise):.1f}."
            ),
        )

    @staticmethod
    def _cuts(dataset: Dataset, representation: Representation, recipe: Recipe, seed: int) -> np.ndarray | None:
        rows, width = representation.features.shape
        if dataset.modality != "table" or recipe.trees == 0 or not 0 < width <= WIDEST_FOR_CUTS or rows < FEWEST_FOR_CUTS:
            return None
        return isolation(representation.features, seed)


def far_surprise(
    distances: np.ndarray,
    far_neighbours: int = 100,
    cuts: np.ndarray | None = None,
    further: Sequence[np.ndarray] = (),
    further_to: float = SCALE,
) -> np.ndarray:
    """Surprise of each row's distance from the others.

    Parameters
    ----------
    distances
        (n, k) to the k nearest rows, nearest first.
    far_neighbours
        The wide look uses up to this many, at most a tenth of the rows.
    cuts
        (n,) score of :func:`isolation`, or None.
    further
        (n,) scores of other kinds, heard only where they surprise by ``FURTHER_FROM``. All looks are paid for.
    further_to
        Quantile up to which their tails are read.

    Returns
    -------
    np.ndarray
        (n,) float64 at least 0: the surest of two or three looks less log10 of their number. On adbench_visible12 that ranks better than
        the mean of the looks' ranks (AUROC .806 against .783, average precision .500 against .484), and it is a surprise as it stands.
    """
    rows, k = distances.shape
    if rows == 0 or k == 0:
        return np.zeros(rows)
    wide = wide_count(rows, k, far_neighbours)
    # Where both looks are one, it is not paid for twice.
    looks = [_log_distance(distances[:, :many]) for many in sorted({wide, min(NEAR, k)})]
    if cuts is not None:
        looks.append(cuts)
    surprises = [tail_surprise(look, heavy=True) for look in looks]
    heard = [tail_surprise(look, heavy=True, scale=further_to) for look in further]
    return surest(np.stack(surprises + [np.where(look >= FURTHER_FROM, look, 0.0) for look in heard]))


def far_surprise_of(space: FarSpace, far_neighbours: int = 100) -> np.ndarray:
    """The same for the (n, d) points of a space without a graph: for judging a planted sample of at most 3,000 rows."""
    points = space.points
    if len(points) > MOST_WITHOUT_GRAPH:
        raise ValueError(f"{len(points):,} rows, at most {MOST_WITHOUT_GRAPH:,} are compared without a graph")
    if len(points) < 2:
        return np.zeros(len(points))
    further = (near_in_ranks(_to_others(normal_scores(points), NEAR)),) if space.softened else ()
    distances = _to_others(softened(points) if space.softened else points, max(far_neighbours, NEAR))
    return far_surprise(distances, far_neighbours, further=further, further_to=space.read_to)


def isolation(features: np.ndarray, seed: int) -> np.ndarray:
    """(n,) Isolation Forest score, higher = more isolated; the same for the same rows in any order."""
    from sklearn.ensemble import IsolationForest

    # Trees draw rows by position: a canonical order makes the draw depend on the rows alone.
    direction = np.random.default_rng(seed).standard_normal(features.shape[1])
    order = np.argsort(np.einsum("ij,j->i", features, direction, dtype=np.float64), kind="stable")
    forest = IsolationForest(n_estimators=CUTS, random_state=seed, n_jobs=1).fit(features[order])
    return -np.asarray(forest.score_samples(features), dtype=np.float64)


def _to_others(points: np.ndarray, nearest: int) -> np.ndarray:
    """(n, k) distances of (n, d) ``points`` to the nearest others, as many as wanted or there are."""
    return nearest_distances(points, points, min(nearest + 1, len(points)), quick=True)[:, 1:]


def wide_count(rows: int, k: int, far_neighbours: int) -> int:
    """How many neighbours the wide look takes: a tenth of the rows, so that a small set is not compared with all of itself."""
    return max(1, min(k, far_neighbours, max(NEAR, rows // 10)))


def _log_distance(distances: np.ndarray) -> np.ndarray:
    """Distances have heavy tails: their logarithm has the exponential one that the surprise assumes."""
    mean = distances.mean(axis=1, dtype=np.float64)
    positive = mean[mean > 0]
    return np.log(mean + SMALLEST * np.median(positive)) if positive.size else np.zeros(len(mean))


def _alarm(surprise: np.ndarray) -> float:
    return max(ISSUE_AT, float(np.log10(max(surprise.size, 1))) + BEYOND_CHANCE)


def _further_looks(dataset: Dataset, space: FarSpace, representation: Representation, seed: int) -> tuple[np.ndarray, ...]:
    if space.softened:
        scores = normal_scores(space.points)
        near = distances_to_others(scores, representation, reference_rows(representation, seed), NEAR)
        if not near.size or not scores.size:
            return ()
        near = near_in_ranks(near)
        # Vectors are made so that no number explains another.
        return (near, unexplained(scores)) if dataset.modality == "table" and scores.shape[1] <= WIDEST else (near,)
    # Rows that come with vectors of somebody's making are judged by those, pictures or not.
    return (fine_detail(dataset.images),) if dataset.modality == "image" and dataset.images is not None else ()


def _sentence(times: float, cells: str, noun: str, further: str) -> str:
    told = "; ".join(part for part in (cells, further) if part)
    if not told and times >= 1.05:
        told = f"{times:.1f} times as far from its nearest neighbours as usual"
    return f"Unlike the other {noun}: {told or 'it stands apart from its nearest neighbours'}."
