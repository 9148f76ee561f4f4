"""The whole story of a scan: a dataset becomes numbers, the numbers become findings, the findings become one queue."""

from __future__ import annotations

import sys
import time
from collections import defaultdict
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace

import numpy as np

from curation_app.attack import Attack, WrongNumbers, WrongTags, plant_far, plant_flips
from curation_app.detect import run_detectors
from curation_app.detect.base import Detector
from curation_app.detect.far_space import far_space
from curation_app.detect.label_error import LabelError, label_surprise
from curation_app.detect.outlier import Outlier, far_surprise_of
from curation_app.detect.registry import installed_detectors
from curation_app.detect.runner import run_one
from curation_app.detect.tag_error import TagError
from curation_app.detect.target_error import TargetError
from curation_app.detect.wrong_labels import WrongLabels, doubtful_labels, wrong_labels
from curation_app.domain.dataset import Dataset
from curation_app.domain.finding import Finding, Outcome
from curation_app.domain.progress import Progress, silent
from curation_app.domain.queue import Queue
from curation_app.domain.recipe import Recipe
from curation_app.domain.representation import Representation
from curation_app.rank import NEAR, Calibration, Planting, fit_calibration, rank
from curation_app.represent import Judge, judge_for, layout, represent

# Share of labels flipped in each planting: enough to fit a curve on a thousand rows, too few to change what the models learn.
FLIPPED_SHARE = 0.05
# Errors after which no further copy is planted: each copy is judged anew, and forty points of a curve need no more.
ENOUGH = 500
# Far rows are planted into a sample that is compared without a graph: 2,000 x 2,000 distances cost a tenth of a second.
FAR_SAMPLE, FAR_SHARE = 2_000, 0.03
# Labels that are no classes have a judge of their own, which is run again on a copy with wrong ones.
JUDGED_ALONE: tuple[tuple[Detector, Attack], ...] = ((TagError(), WrongTags()), (TargetError(), WrongNumbers()))


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """One stage that ended: seconds it took, and the process's peak memory in MiB when it did."""

    name: str
    seconds: float
    peak_mb: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Scan:
    """Everything a scan found; the map is drawn later, by :func:`draw_map`."""

    dataset: Dataset
    recipe: Recipe
    seed: int
    representation: Representation
    findings: tuple[Finding, ...]
    queue: Queue
    calibration: Calibration = field(default_factory=Calibration)
    stages: tuple[Stage, ...] = ()


@dataclass(slots=True)
class StageClock:
    """Times the stages and tells the listener which one runs."""

    progress: Progress = silent
    done: list[Stage] = field(default_factory=list)

    @contextmanager
    def stage(self, name: str, fraction: float) -> Iterator[None]:
        """Time one stage; ``fraction`` is the share of the whole scan done before it."""
        self.progress(name, fraction)
        began = time.perf_counter()
        yield
        self.done.append(Stage(name=name, seconds=time.perf_counter() - began, peak_mb=_peak_mb()))


def scan(dataset: Dataset, recipe: Recipe, *, seed: int = 0, baseline: Dataset | None = None, clock: StageClock | None = None) -> Scan:
    """Rank every row of a dataset, most suspicious first.

    The same dataset, recipe, seed and baseline (trusted rows to compare with) give the same result on the same machine.
    """
    clock = clock or StageClock()
    with clock.stage("Measuring rows", 0.10):
        representation = represent(dataset, recipe, seed=seed, baseline=baseline)
    with clock.stage("Judging labels", 0.35):
        judge, first = judge_for(dataset, representation, recipe, seed=seed), None
        if judge is not None:
            first, last = judge.rounds(representation.codes)
            representation = replace(representation, probabilities=last)
    with clock.stage("Looking for suspects", 0.60):
        findings = run_detectors(dataset, representation, recipe, seed=seed)
    with clock.stage("Testing the detectors on planted errors", 0.70):
        calibration = _calibrate(dataset, representation, judge, first, findings, recipe, seed)
    with clock.stage("Ranking", 0.80):
        queue = rank(findings, representation, recipe, calibration=calibration)
    return Scan(
        dataset=dataset,
        recipe=recipe,
        seed=seed,
        representation=representation,
        findings=findings,
        queue=queue,
        calibration=calibration,
        stages=tuple(clock.done),
    )


def _calibrate(
    dataset: Dataset,
    representation: Representation,
    judge: Judge | None,
    first: np.ndarray | None,
    findings: Sequence[Finding],
    recipe: Recipe,
    seed: int,
) -> Calibration:
    """Plant known errors, look again, and learn how often a row of a given rarity was a planted one.

    How many labels are wrong is read from the ``first`` round's (n, K) chances, which no row's own label has a part in.

    Wrong labels and far rows, which are many and weak. Groups and rules are few and strong: their formula says enough.
    """
    plantings: defaultdict[str, list[Planting]] = defaultdict(list)
    counted: dict[str, list[Planting]] = {}
    if recipe.plantings and representation.probabilities is not None and first is not None:
        last, codes = representation.probabilities, representation.codes
        usual = label_surprise(last, codes)
        plantings[LabelError.code] = _planted_labels(usual, wrong_labels(last, codes, np.random.default_rng(seed)))
        plantings[LabelError.code + NEAR] = _planted_labels(usual, doubtful_labels(last, codes))
        if first is not last:
            usual = label_surprise(first, codes)
            counted[LabelError.code] = _planted_labels(usual, wrong_labels(first, codes, np.random.default_rng(seed)))
    others = _other_label_detectors(findings) if judge is not None else []
    looked = {finding.code for finding in findings if finding.outcome in (Outcome.ISSUE, Outcome.PASSED)}
    alone = [(detector, attack) for detector, attack in JUDGED_ALONE if detector.code in looked and not attack.lacks(dataset)]
    space = far_space(dataset, representation)
    for planting in range(recipe.plantings):
        rng = np.random.default_rng([seed, planting])
        if judge is not None and any(_planted(plantings[detector.code]) < ENOUGH for detector in others):
            codes, flipped = plant_flips(representation.codes, len(representation.classes), FLIPPED_SHARE, rng)
            planted = replace(representation, codes=codes, probabilities=judge(codes))
            for detector in others:
                found = run_one(detector, dataset, planted, recipe, seed=seed)
                plantings[detector.code].append(Planting.of_copy(found.surprise, flipped))
        for detector, attack in alone:
            if _planted(plantings[detector.code]) < ENOUGH:
                copy = attack.plant(dataset, round(FLIPPED_SHARE * len(dataset)), rng)
                found = run_one(detector, copy.dataset, representation, recipe, seed=seed)
                plantings[detector.code].append(Planting.of_copy(found.surprise, copy.mask))
        if space.points.shape[1]:
            chosen = rng.permutation(len(representation))[:FAR_SAMPLE]
            features, far = plant_far(space.points[chosen], round(FAR_SHARE * len(chosen)), rng)
            surprise = far_surprise_of(replace(space, points=features), recipe.far_neighbours)
            plantings[Outlier.code].append(Planting.of_copy(surprise, far))
    return fit_calibration(plantings, counted)


def _planted_labels(usual: np.ndarray, planted: WrongLabels) -> list[Planting]:
    """Labels that were each planted alone, beside the (n,) surprise of those that are there: that needs no second judgement."""
    return [Planting(others=usual, planted=planted.surprise, weight=planted.weight, undone=planted.undone)]


def _planted(plantings: Sequence[Planting]) -> int:
    return sum(len(planting.planted) for planting in plantings)


def _other_label_detectors(findings: Sequence[Finding]) -> list[Detector]:
    """Detectors beside the judge that found something against labels: they are asked about the planted ones, too."""
    spoke = {finding.code for finding in findings if finding.family == LabelError.family and finding.outcome is Outcome.ISSUE}
    return [detector for detector in installed_detectors() if detector.code in spoke - {LabelError.code}]


def draw_map(representation: Representation, recipe: Recipe, *, seed: int = 0) -> np.ndarray:
    """(n, 2) float32 coordinates. A view only: no detector reads it."""
    return layout(representation, recipe, seed=seed)


def _peak_mb() -> float:
    """Peak resident memory of this process in MiB."""
    import resource

    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / (2**20 if sys.platform == "darwin" else 2**10)
