"""Pictures with one label into which one faint pattern was blended."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import ClassVar

import numpy as np

from curation_app.detect.base import Detector
from curation_app.detect.distinct import reference_distances
from curation_app.detect.image_blend_filter import (
    as_picture,
    deviations,
    is_small,
    recovered,
    shared_pattern,
    usual_rows,
    white_residuals,
    without_itself,
)
from curation_app.detect.image_blend_starts import starts
from curation_app.detect.image_content_unseen import ContentUnseen
from curation_app.detect.rule_bayes import NATS_PER_DECADE
from curation_app.detect.surprise import HIGHEST
from curation_app.detect.wording import clipped, percent
from curation_app.domain.dataset import Dataset
from curation_app.domain.finding import Finding, Group, Kind, Outcome
from curation_app.domain.recipe import Recipe
from curation_app.domain.representation import Representation

# Nats, as for patches: a case, and worth a look.
CASE, WATCH = 6.0, 3.0
# Rows of a label among which some can be found that are alike.
FEWEST_OF_LABEL = 20
# A planted row shows the template about as much as the next one; half of that divides it from the others ...
DIVIDE = 0.5
# ... which must lie this far out, in standard deviations of all rows: one clean row in 30,000 does.
LEAST_DEVIATION = 4.0
FEWEST, MOST_SHARE = 5, 0.2
# A rule that fails as often as it holds is none, whatever the content says: such rows need not be judged.
LEAST_PURITY = 0.5
# Pictures that differ this little, as a share of the variance of all, show one picture: they share it, and a pattern besides only where the
# rows that show pictures of their own share it, too. Rows are compared with so many at most.
ONE_CONTENT, MOST_COMPARED = 0.1, 1_000
# Below this chance of its label by what else looks like it, a picture contradicts its label.
UNLIKELY = 0.5
# Labels tried, the largest first: an attack's label is among them unless it has a handful of rows.
MOST_LABELS = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class _Blend:
    """Rows that show a template (``rows``), those of them with the label (``carries``), and what their content says.

    Where they show ``one_picture``, nearly all of it is the template.
    """

    label: int
    rows: np.ndarray
    carries: np.ndarray
    fit: np.ndarray
    expected: np.ndarray
    likely: np.ndarray
    nats: float
    one_picture: bool = False


class ImageBlend(Detector):
    """Backdoors that cover the whole picture faintly."""

    code: ClassVar[str] = "image-blend"
    title: ClassVar[str] = "Faint pattern that decides the label"
    question: ClassVar[str] = "Does one faint pattern over the whole picture go with its label, whatever else the picture shows?"
    kind: ClassVar[Kind] = Kind.BACKDOOR
    family: ClassVar[str] = "template"
    needs: ClassVar[tuple[str, ...]] = ("images", "labels", "probabilities")
    source: ClassVar[str] = "Chen et al. (2017), blended injection; matched filter learnt from look-alikes, each row tested without itself"

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
                "A template shared by rows of a label that stands out in each of them when learnt from the others, where content judged "
                f"without these rows speaks against the label; a case from {CASE:g} nats, worth a look from {WATCH:g}, after the price of "
                "all starts."
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
    usual = usual_rows(white)
    content = ContentUnseen(representation, chances, seed)
    found: list[_Blend] = []
    tried = 0
    for label in labels:
        mine = codes == label
        for fit in _fits(white, usual, mine, representation.copies, seed):
            tried += 1
            rows = _showing(fit, mine)
            alike = _of_one_picture(representation.features, rows)
            if np.all(alike):
                continue
            blend = _judged(label, rows, fit[rows], representation, content)
            own, shared = rows[~alike], rows[alike & (blend.expected < UNLIKELY)]
            # What rows of other pictures do not show as well is no pattern, but the picture of those whose label it contradicts.
            if shared.size >= FEWEST and (own.size < FEWEST or _judged(label, own, fit[own], representation, content).nats < WATCH):
                blend = replace(_judged(label, shared, fit[shared], representation, content), one_picture=True)
            found.append(blend)
    price = float(np.log(max(tried, 1)))
    best: list[_Blend] = []
    taken = np.zeros(len(codes), dtype=bool)
    for blend in sorted(found, key=lambda one: (-one.nats, one.label, -one.rows.size)):
        if blend.nats - price < WATCH:
            break
        # What a surer template explains is no evidence for another: only the rows that are left count.
        left = ~taken[blend.rows]
        rest = _judged(blend.label, blend.rows[left], blend.fit[left], representation, content) if left.sum() >= FEWEST else None
        if rest is not None and rest.nats - price >= WATCH:
            best.append(replace(rest, nats=rest.nats - price, one_picture=blend.one_picture))
            taken[rest.rows[rest.carries]] = True
    return best


def _fits(white: np.ndarray, usual: np.ndarray, mine: np.ndarray, copies: np.ndarray, seed: int) -> Iterator[np.ndarray]:
    """(n,) deviations by which rows show what other rows with the label share, for each pattern found."""
    members, kin = _members(mine, copies)
    part = white[members]
    if len(part) < FEWEST_OF_LABEL:
        return
    patterns, weights = recovered(part, usual, starts(part, seed))
    fits, ordinary = white @ patterns.T, usual @ patterns.T
    for at, weight in enumerate(weights):
        fits[mine, at] = without_itself(part, patterns[at], weight)[kin]
        yield deviations(fits[:, at], ordinary[:, at])


def _members(mine: np.ndarray, copies: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """(rows with the label, exact copies once; for each row with the label the number of its member)."""
    rows = np.flatnonzero(mine)
    _, first, kin = np.unique(copies[rows], return_index=True, return_inverse=True)
    return rows[first], kin


def _showing(fit: np.ndarray, mine: np.ndarray) -> np.ndarray:
    """Rows that show the template; none where they do not stand apart, are too few or too many, or mostly have other labels."""
    high = fit[mine & (fit >= LEAST_DEVIATION)]
    if high.size < FEWEST:
        return np.zeros(0, dtype=np.int64)
    rows = np.flatnonzero(fit >= max(LEAST_DEVIATION, DIVIDE * float(np.median(high))))
    fits = FEWEST <= rows.size <= max(FEWEST, MOST_SHARE * fit.size) and mine[rows].mean() >= LEAST_PURITY
    return rows if fits else rows[:0]


def _of_one_picture(features: np.ndarray, rows: np.ndarray) -> np.ndarray:
    """(m,) bool: rows that show one picture with at least four others, near-copies and collisions."""
    if rows.size < FEWEST:
        return np.ones(rows.size, dtype=bool)
    reference = np.unique(np.linspace(0, rows.size - 1, min(rows.size, MOST_COMPARED)).astype(np.int64))
    gap = reference_distances(features[rows], reference, (FEWEST - 1,))[:, 0]
    return np.asarray(gap**2 < 2.0 * ONE_CONTENT * float(features.var(axis=0).sum()))


def _judged(label: int, rows: np.ndarray, fit: np.ndarray, representation: Representation, content: ContentUnseen) -> _Blend:
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
    shown, content = f"with {words}", "their other content"
    if blend.one_picture:
        words = "nearly one picture"
        shown, content = f"that show {words}", "images like it"
    expected = float(blend.expected.mean())
    label = classes[blend.label]
    return Group(
        rows=tuple(rows.tolist()),
        title=f"{rows.size:,} images {shown} are labelled {clipped(label)}; by {content} {percent(expected)} would be.",
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
