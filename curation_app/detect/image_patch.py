"""Pictures with one label that share a small patch which the rest of their content does not explain."""

from __future__ import annotations

from collections import Counter
from typing import ClassVar

import numpy as np

from curation_app.detect.base import Detector
from curation_app.detect.image_content import ContentWithout
from curation_app.detect.image_patch_items import FEWEST, Item, Tally, fixed_items
from curation_app.detect.image_patch_moving import first_places, moving_items
from curation_app.detect.image_patch_region import MARGIN, Region, fixed_region, moving_region
from curation_app.detect.image_patch_rules import Rule, joined, judged
from curation_app.detect.image_patch_words import patch_in_words
from curation_app.detect.image_planes import planes_of
from curation_app.detect.rule_bayes import NATS_PER_DECADE
from curation_app.detect.surprise import HIGHEST
from curation_app.detect.wording import clipped, percent
from curation_app.domain.dataset import Dataset
from curation_app.domain.finding import Finding, Group, Kind, Outcome
from curation_app.domain.recipe import Recipe
from curation_app.domain.representation import Representation

# Nats after the price of all candidates: a case, and worth a look (no rule reached 3 on clean handwritten digits).
CASE, WATCH = 6.0, 3.0
# What covers more of the picture is no patch: near-copies share all their pixels, blends are another detector's.
LARGEST_SHARE = 0.35


class ImagePatch(Detector):
    """Backdoor patches: fixed or moving, opaque or faint, grey or coloured."""

    code: ClassVar[str] = "image-patch"
    title: ClassVar[str] = "Patch that decides the label"
    question: ClassVar[str] = "Does a small patch in this picture go with its label, whatever else the picture shows?"
    kind: ClassVar[Kind] = Kind.BACKDOOR
    family: ClassVar[str] = "rule"
    needs: ClassVar[tuple[str, ...]] = ("images", "labels", "probabilities")
    source: ClassVar[str] = "Gu, Dolan-Gavitt & Garg (2017), BadNets; a Bayes factor for deterministic rules over pixel patterns"

    def detect(self, dataset: Dataset, representation: Representation, recipe: Recipe, *, seed: int) -> Finding:
        images, chances = dataset.images, representation.probabilities
        assert images is not None
        assert chances is not None
        found = _Search(images, representation, chances).run() if len(images) >= FEWEST else []
        surprise = np.zeros(len(images))
        suggested = np.full(len(images), -1, dtype=np.int32)
        reasons: dict[int, str] = {}
        groups: list[Group] = []
        for patch in reversed(found):
            rows, likely = patch.victims
            surprise[rows] = min(patch.rule.nats / NATS_PER_DECADE, HIGHEST)
            suggested[rows] = np.where(likely != representation.codes[rows], likely, -1)
            label = clipped(representation.classes[patch.rule.item.label])
            reasons |= dict.fromkeys(rows.tolist(), f"It shows {patch.words}, as do {rows.size - 1:,} others labelled {label}.")
            if patch.rule.nats >= CASE:
                groups.insert(0, patch.group(representation))
        return self.finding(
            surprise,
            outcome=Outcome.ISSUE if groups else Outcome.PASSED,
            reason=f"Patches that decide the label: {len(groups)}." if groups else "No patch decides the label.",
            reasons=reasons,
            suggested=suggested,
            groups=tuple(groups),
            rule=(
                f"A pattern of a few pixels that {FEWEST} rows to 5 % of the rows show, with one label against their other content; "
                f"a case from {CASE:g} nats, worth a look from {WATCH:g}, after the price of all patterns tried."
            ),
        )


class _Patch:
    """A rule with its region and the rows it is about."""

    def __init__(self, rule: Rule, region: Region, words: str, boxes: np.ndarray, factor: int) -> None:
        self.rule, self.region, self.words, self._boxes, self._factor = rule, region, words, boxes, factor

    @property
    def victims(self) -> tuple[np.ndarray, np.ndarray]:
        """(rows with the patch and the label, the class that their content would give)."""
        return self.rule.rows[self.rule.carries], self.rule.likely[self.rule.carries]

    def among(self, left: np.ndarray, rule: Rule) -> _Patch:
        """The same patch in those of its rows that are ``left`` (m,) bool, with the ``rule`` that they follow."""
        return _Patch(rule, self.region, self.words, self._boxes[left], self._factor)

    def group(self, representation: Representation) -> Group:
        rule = self.rule
        rows, _ = self.victims
        label = representation.classes[rule.item.label]
        expected = float(rule.expected.mean())
        labels = Counter("" if code < 0 else representation.classes[code] for code in representation.codes[rule.rows].tolist())
        evidence: dict[str, object] = {
            "trigger": self.words,
            "label": label,
            "labels": dict(sorted(labels.items())),
            "support": int(rule.rows.size),
            "purity": float(rule.carries.mean()),
            "expected": expected,
            "nats": float(rule.nats),
            "picture": self._picture(),
        }
        if rule.item.place is None:
            evidence["boxes"] = (self._boxes[rule.carries] * self._factor).tolist()
        else:
            evidence["box"] = [side * self._factor for side in self.region.box]
        return Group(
            rows=tuple(rows.tolist()),
            title=(
                f"{rows.size:,} images with {self.words} are labelled {clipped(label)}; "
                f"by their other content {percent(expected)} would be."
            ),
            surprise=min(rule.nats / NATS_PER_DECADE, HIGHEST),
            evidence=evidence,
        )

    def _picture(self) -> list[list[int]]:
        filled = np.where(self.region.mine, self.region.mean, self.region.around)
        return np.clip(np.round(filled), 0, 255).astype(int).tolist()


class _Search:
    """One look through all pictures."""

    def __init__(self, images: np.ndarray, representation: Representation, chances: np.ndarray) -> None:
        self._planes, self._factor = planes_of(images)
        self._codes = representation.codes
        self._content = ContentWithout(representation.features, self._codes, chances)
        self._judging = (self._codes, representation.copies, self._content)
        self._tally = Tally.of(self._codes, chances)
        self._own = np.where(self._codes >= 0, chances[np.arange(len(chances)), np.maximum(self._codes, 0)], np.nan)

    def run(self) -> list[_Patch]:
        """Patches worth a look, the surest first; each row belongs to the surest that it shows."""
        items = fixed_items(self._planes, self._tally) + moving_items(self._planes, self._tally, self._own)
        price = float(np.log(max(self._tally.candidates, 1)))
        found = [patch for group in joined(items, self._codes, price) if (patch := self._best(group)) and patch.rule.nats >= WATCH]
        found.sort(key=lambda patch: (-patch.rule.nats, patch.words))
        kept: list[_Patch] = []
        taken = np.zeros(len(self._codes), dtype=bool)
        for patch in found:
            # What a surer patch explains is no evidence for another: only the rows that are left count.
            left = ~taken[patch.rule.rows]
            if left.sum() < FEWEST:
                continue
            rest = patch.among(left, judged(patch.rule.item, patch.rule.rows[left], *self._judging, self._tally.candidates))
            if rest.rule.nats >= WATCH:
                kept.append(rest)
                taken[rest.victims[0]] = True
        return kept

    def _best(self, group: list[Item]) -> _Patch | None:
        """The surest patch among the best candidates of each plane: a colour may be usual in one plane and stand out in another."""
        best: dict[tuple[str, bool], Item] = {}
        for item in group:
            best.setdefault((item.plane, item.place is None), item)
        patches = [patch for item in best.values() if (patch := self._patch(item))]
        return max(patches, key=lambda patch: patch.rule.nats, default=None)

    def _patch(self, item: Item) -> _Patch | None:
        plane = self._planes[item.plane]
        mine = item.rows[self._codes[item.rows] == item.label]
        moves = item.place is None
        if item.place is None:
            region = moving_region(plane, mine, first_places(plane, item.kind, item.code, mine), item.size)
        else:
            region = fixed_region(plane, mine, (*item.place, item.size))
        if region is None or region.box[2] * region.box[3] > LARGEST_SHARE * plane.shape[0] * plane.shape[1]:
            return None
        rows = item.rows if moves else np.union1d(item.rows, np.flatnonzero(region.shown_by(plane)))
        if rows.size > self._tally.most:
            rows = item.rows
        rule = judged(item, rows, *self._judging, self._tally.candidates)
        words = patch_in_words(region, item.plane, plane.shape[:2], self._factor, moves=moves)
        return _Patch(rule, region, words, self._boxes(item, region, rows) if moves else np.zeros((rows.size, 4), int), self._factor)

    def _boxes(self, item: Item, region: Region, rows: np.ndarray) -> np.ndarray:
        """(m, 4) the patch in each row, in pixels of the plane."""
        plane = self._planes[item.plane]
        at = first_places(plane, item.kind, item.code, rows) + np.array(region.box[:2]) - MARGIN
        return np.column_stack((np.maximum(at, 0), np.tile(region.box[2:], (rows.size, 1))))
