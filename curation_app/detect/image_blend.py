"""Pictures with one label into which one faint pattern was blended."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import ClassVar

import numpy as np

from curation_app.detect.base import Detector
from curation_app.detect.image_blend_filter import (
    as_picture,
    deviations,
    is_small,
    recovered,
    shared_pattern,
    starts,
    usual_rows,
    white_residuals,
)
from curation_app.detect.image_content import ContentWithout
from curation_app.detect.rule_bayes import NATS_PER_DECADE
from curation_app.detect.surprise import HIGHEST
from curation_app.detect.wording import clipped, percent
from curation_app.domain.dataset import Dataset
from curation_app.domain.finding import Finding, Group, Kind, Outcome
from curation_app.domain.recipe import Recipe
from curation_app.domain.representation import Representation

# Nats, as for patches: a case, and worth a look.
CASE, WATCH = 6.0, 3.0
# Rows of a label that halves can be made of; below, nothing can be learnt from one and tested on the other.
FEWEST_OF_LABEL = 20
# A planted row shows the template about as much as the next one; half of that divides it from the others ...
DIVIDE = 0.5
# ... which must lie this far out, in standard deviations of all rows: one clean row in 30,000 does.
LEAST_DEVIATION = 4.0
FEWEST, MOST_SHARE = 5, 0.2
# Rows that content gives less than this for their label are one more start: a pattern that was not learnt contradicts them.
DOUBTED_BELOW = 0.5
# Labels tried, the largest first: an attack's label is among them unless it has a handful of rows.
MOST_LABELS = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class _Blend:
    """Rows that show a template (``rows``), those of them with the label (``carries``), and what their content says."""

    label: int
    rows: np.ndarray
    carries: np.ndarray
    fit: np.ndarray
    expected: np.ndarray
    likely: np.ndarray
    nats: float


class ImageBlend(Detector):
    """Backdoors that cover the whole picture faintly."""

    code: ClassVar[str] = "image-blend"
    title: ClassVar[str] = "Faint pattern that decides the label"
    question: ClassVar[str] = "Does one faint pattern over the whole picture go with its label, whatever else the picture shows?"
    kind: ClassVar[Kind] = Kind.BACKDOOR
    family: ClassVar[str] = "template"
    needs: ClassVar[tuple[str, ...]] = ("images", "labels", "probabilities")
    source: ClassVar[str] = "Chen et al. (2017), blended injection; matched filter learnt on one half and tested on the other"

    def detect(self, dataset: Dataset, representation: Representation, recipe: Recipe, *, seed: int) -> Finding:
        images, chances = dataset.images, representation.probabilities
        assert images is not None
        assert chances is not None
        found = _search(images, representation, chances, seed)
        surprise = np.zeros(len(images))
        suggested = np.full(len(images), -1, dtype=np.int32)
        reasons: dict[int, str] = {}
        for blend in reversed(found):
            rows = blend.rows[blend.carries]
            surprise[rows] = min(blend.nats / NATS_PER_DECADE, HIGHEST) * _strength(blend)
            likely = blend.likely[blend.carries]
            suggested[rows] = np.where(likely != representation.codes[rows], likely, -1)
            label = clipped(representation.classes[blend.label])
            reasons |= dict.fromkeys(rows.tolist(), f"It shows one pattern with {rows.size - 1:,} others labelled {label}.")
        groups = tuple(_group(blend, images, chances, representation.classes) for blend in found if blend.nats >= CASE)
        return self.finding(
            surprise,
            outcome=Outcome.ISSUE if groups else Outcome.PASSED,
            reason=f"Faint patterns that decide the label: {len(groups)}." if groups else "No faint pattern decides the label.",
            reasons=reasons,
            suggested=suggested,
            groups=groups,
            rule=(
                "A template learnt from half of a label's rows that stands out in the other half, in rows whose other content speaks "
                f"against the label; a case from {CASE:g} nats, worth a look from {WATCH:g}, after the price of all starts."
            ),
        )


def _search(images: np.ndarray, representation: Representation, chances: np.ndarray, seed: int) -> list[_Blend]:
    """Blends worth a look, the surest first, each row in one of them."""
    codes, n_classes = representation.codes, len(representation.classes)
    sizes = np.bincount(codes[codes >= 0], minlength=n_classes)
    labels = [code for code in np.argsort(-sizes, kind="stable")[:MOST_LABELS].tolist() if sizes[code] >= FEWEST_OF_LABEL]
    if len(labels) < 1 or min(images.shape[1:3]) < 3:
        return []
    white = white_residuals(images, chances.argmax(axis=1), n_classes)
    half = _halves(white, representation.copies, seed)
    content = ContentWithout(representation.features, codes, chances)
    found: list[_Blend] = []
    tried = 0
    doubted = chances[np.arange(len(codes)), np.maximum(codes, 0)] < DOUBTED_BELOW
    for label in labels:
        for fit in _fits(white, codes == label, half, doubted, seed):
            tried += 1
            rows = _showing(fit, codes == label)
            if rows.size:
                found.append(_judged(label, rows, fit[rows], representation, content))
    price = float(np.log(max(tried, 1)))
    best: list[_Blend] = []
    taken = np.zeros(len(codes), dtype=bool)
    for blend in sorted(found, key=lambda one: (-one.nats, one.label, -one.rows.size)):
        # What a surer template explains is no evidence for another: only the rows that are left count.
        left = ~taken[blend.rows]
        rest = _judged(blend.label, blend.rows[left], blend.fit[left], representation, content) if left.sum() >= FEWEST else None
        if rest is not None and rest.nats - price >= WATCH:
            best.append(replace(rest, nats=rest.nats - price))
            taken[rest.rows[rest.carries]] = True
    return best


def _halves(white: np.ndarray, copies: np.ndarray, seed: int) -> np.ndarray:
    """(n,) bool: a half drawn by content, so that it is the same for copies and in any order of the rows."""
    direction = np.random.default_rng(seed).standard_normal((white.shape[1], 1))[:, 0].astype(np.float32)
    projection = np.asarray(white @ direction, dtype=np.float64)
    # The second decimal of a projection is as good as a coin.
    coin = np.floor(projection * 100) % 2 == 0
    _, first, group = np.unique(copies, return_index=True, return_inverse=True)
    return np.asarray(coin[first][group])


def _fits(white: np.ndarray, mine: np.ndarray, half: np.ndarray, doubted: np.ndarray, seed: int) -> Iterator[np.ndarray]:
    """(n,) deviations by which rows show a template that they did not help to learn, for each start."""
    one, two = np.flatnonzero(mine & half), np.flatnonzero(mine & ~half)
    if min(one.size, two.size) < FEWEST:
        return
    usual = usual_rows(white)
    seeds = np.flatnonzero(mine & half & doubted)
    contradicted = [white[seeds].mean(axis=0)] if seeds.size >= FEWEST else []
    for start in (*contradicted, *starts(white, one, seed)):
        first = recovered(white[one], usual, start)
        second = None if first is None else recovered(white[two], usual, first, rounds=1)
        if first is not None and second is not None:
            by_first, by_second = (deviations(white @ template, usual @ template) for template in (first, second))
            yield np.where(half, by_second, by_first)


def _showing(fit: np.ndarray, mine: np.ndarray) -> np.ndarray:
    """Rows that show the template; none where they do not stand apart, or are too few or too many."""
    high = fit[mine & (fit >= LEAST_DEVIATION)]
    if high.size < FEWEST:
        return np.zeros(0, dtype=np.int64)
    rows = np.flatnonzero(fit >= max(LEAST_DEVIATION, DIVIDE * float(np.median(high))))
    return rows if FEWEST <= rows.size <= max(FEWEST, MOST_SHARE * fit.size) else rows[:0]


def _judged(label: int, rows: np.ndarray, fit: np.ndarray, representation: Representation, content: ContentWithout) -> _Blend:
    nats, chances = content.nats(rows, label, representation.copies, 1)
    carries, expected = representation.codes[rows] == label, chances[:, label]
    return _Blend(label=label, rows=rows, carries=carries, fit=fit, expected=expected, likely=chances.argmax(axis=1), nats=nats)


def _strength(blend: _Blend) -> np.ndarray:
    """How fully each row with the label shows the template, against the middle one of them, in [0, 1]."""
    fit = blend.fit[blend.carries]
    return np.clip(fit / max(float(np.median(fit)), 1e-9), 0.0, 1.0)


def _group(blend: _Blend, images: np.ndarray, chances: np.ndarray, classes: tuple[str, ...]) -> Group:
    rows = blend.rows[blend.carries]
    pattern = shared_pattern(images, rows, chances.argmax(axis=1))
    words = "a mark at one place" if is_small(pattern) else "a faint pattern over the whole image"
    expected = float(blend.expected.mean())
    label = classes[blend.label]
    return Group(
        rows=tuple(rows.tolist()),
        title=(f"{rows.size:,} images with {words} are labelled {clipped(label)}; by their other content {percent(expected)} would be."),
        surprise=min(blend.nats / NATS_PER_DECADE, HIGHEST),
        strength=tuple(_strength(blend).round(4).tolist()),
        evidence={
            "trigger": words,
            "picture": as_picture(pattern),
            "label": label,
            "support": int(blend.rows.size),
            "purity": float(blend.carries.mean()),
            "expected": expected,
            "nats": float(blend.nats),
        },
    )
