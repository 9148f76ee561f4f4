"""Rows whose label the other rows contradict: the log-margin between the given class and the best other one.

A margin that hardly any real error of its kind would be as small as is worth less than it says (:mod:`typical_error`).
"""

from __future__ import annotations

from typing import ClassVar

import numpy as np

from curation_app.detect.base import Detector
from curation_app.detect.surprise import tail_surprise
from curation_app.detect.typical_error import TypicalErrors, shortfall
from curation_app.detect.wording import clipped, percent, things
from curation_app.domain.dataset import Dataset
from curation_app.domain.finding import Finding, Kind, Outcome
from curation_app.domain.recipe import Recipe
from curation_app.domain.representation import Representation

# Keeps the logarithm finite: about one vote of 300 trees, where the margin ranked best; less where many classes share what is left
# (banking77, 77 classes: average precision .966 at 1e-4 against .962 at 2e-3).
FLOOR, FLOOR_SHARED = 2e-3, 0.01
# Where the given class is still the likeliest, the row is never called surprising: its surprise stays below this.
AGREED = 0.9
# A class of fewer rows cannot be learned; up to the second number it is learned badly. Surprise is held at 1 and 2 there.
TOO_FEW, FEW = 5, 10
# The finding is an issue when a row is this surprising, or when so large a share of labels is out-voted by 4 to 1.
ISSUE_AT = 3.0
OUTVOTED_SHARE, OUTVOTED_MARGIN = 0.01, float(np.log(4.0))


class LabelError(Detector):
    """Given label against out-of-fold probabilities."""

    code: ClassVar[str] = "label-error"
    title: ClassVar[str] = "Label error"
    question: ClassVar[str] = "Do the other rows contradict this row's label?"
    kind: ClassVar[Kind] = Kind.MISLABEL
    family: ClassVar[str] = "label"
    needs: ClassVar[tuple[str, ...]] = ("labels", "probabilities")
    source: ClassVar[str] = "Kuan & Mueller (2022), Model-agnostic label quality scoring; Kwon & Zou (2023), Data-OOB"

    def detect(self, dataset: Dataset, representation: Representation, recipe: Recipe, *, seed: int) -> Finding:
        probabilities, codes = representation.probabilities, representation.codes
        assert probabilities is not None  # the runner checks the needs
        margin, other = log_margin(probabilities, codes)
        surprise = label_surprise(probabilities, codes)
        # Out-voted rows as well: where many labels are wrong, none of them is rare.
        worth = np.flatnonzero((surprise >= 1.0) | (margin > 0))
        outvoted = int(np.sum(margin > OUTVOTED_MARGIN))
        issue = bool(np.any(surprise >= ISSUE_AT)) or outvoted > OUTVOTED_SHARE * int(np.sum(codes >= 0))
        return self.finding(
            surprise,
            outcome=Outcome.ISSUE if issue else Outcome.PASSED,
            reason=f"Labels out-voted by at least 4 to 1: {outvoted:,}." if issue else "The rows agree with their labels.",
            reasons=_sentences(worth, dataset, representation, probabilities, other),
            suggested=np.where(margin > 0, other, -1).astype(np.int32),
            evidence={"margin": margin, "given_probability": _own(probabilities, codes)},
            rule=(
                "Logarithm of the chance of the best other class over that of the given class (0.002 or less added to both), judged by "
                f"models that did not see the row; an issue from surprise {ISSUE_AT:g}, or when more than {OUTVOTED_SHARE:.0%} of labels "
                "are out-voted 4 to 1."
            ),
        )


def label_surprise(probabilities: np.ndarray, codes: np.ndarray) -> np.ndarray:
    """Surprise of each label, cheap enough to ask again for a planted copy.

    Parameters
    ----------
    probabilities
        (n, K) out of fold, rows sum to 1.
    codes
        (n,) given class codes, -1 = missing.

    Returns
    -------
    np.ndarray
        (n,) float64 at least 0, NaN where the label is missing. Below 0.9 wherever the given class is the likeliest, at most 1 or 2 for
        classes of fewer than 5 or 10 rows.
    """
    margin, other = log_margin(probabilities, codes)
    score = margin + shortfall(TypicalErrors(log_chances(probabilities), codes).share(margin, codes, other))
    return held(margin, tail_surprise(score), class_sizes(codes, probabilities.shape[1]))


def held(margin: np.ndarray, surprise: np.ndarray, size: np.ndarray) -> np.ndarray:
    """The surprise of a margin, held back where the class is the likeliest and where it has few rows; all (n,)."""
    # Squeezed, not cut, so that the order among agreed rows stays.
    surprise = np.where(margin <= 0, AGREED * (1.0 - np.exp(-surprise / AGREED)), surprise)
    return np.minimum(surprise, np.where(size < TOO_FEW, 1.0, np.where(size < FEW, 2.0, np.inf)))


def log_margin(probabilities: np.ndarray, codes: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """((n,) log-margin, NaN without a label; (n,) int32 best other class, -1 where there is none)."""
    rows, classes = probabilities.shape
    if classes < 2:
        return np.full(rows, np.nan), np.full(rows, -1, dtype=np.int32)
    labelled = codes >= 0
    others = probabilities.astype(np.float64)
    everyone = np.arange(rows)
    others[everyone[labelled], codes[labelled]] = -1.0
    best = np.argmax(others, axis=1)
    floor = _floor(classes)
    margin = np.log(others[everyone, best] + floor) - np.log(_own(probabilities, codes) + floor)
    return margin, np.where(labelled, best, -1).astype(np.int32)


def log_chances(probabilities: np.ndarray) -> np.ndarray:
    """(n, K) logarithms of which a margin is the difference of two."""
    return np.log(probabilities.astype(np.float64) + _floor(probabilities.shape[1]))


def _floor(classes: int) -> float:
    return min(FLOOR, FLOOR_SHARED / max(classes, 1))


def class_sizes(codes: np.ndarray, classes: int) -> np.ndarray:
    """(n,) int64 number of rows that carry each row's label; 0 without one."""
    counts = np.bincount(codes[codes >= 0], minlength=classes)
    return np.where(codes >= 0, counts[np.maximum(codes, 0)], 0)


def _own(probabilities: np.ndarray, codes: np.ndarray) -> np.ndarray:
    picked = probabilities[np.arange(len(codes)), np.maximum(codes, 0)].astype(np.float64)
    return np.where(codes >= 0, picked, np.nan)


def _sentences(
    worth: np.ndarray, dataset: Dataset, representation: Representation, probabilities: np.ndarray, other: np.ndarray
) -> dict[int, str]:
    """One sentence for each row in ``worth``."""
    names = [clipped(name) for name in representation.classes]
    noun = things(dataset)
    size = class_sizes(representation.codes, len(names))
    sentences = {}
    for row in worth.tolist():
        given, instead = representation.codes[row], other[row]
        share = float(probabilities[row, instead])
        lean = "are" if share >= 0.5 else "lean to"
        sentence = f"Labelled {names[given]}, but {noun} like it {lean} {names[instead]} ({percent(share)})."
        if size[row] < FEW:
            sentence += f" Only {size[row]} {'row has' if size[row] == 1 else 'rows have'} the label {names[given]}: too few to be sure."
        sentences[row] = sentence
    return sentences
