"""Styles and sentence patterns that stand for a label: what a paraphrasing attack leaves behind."""

from __future__ import annotations

from typing import ClassVar

import numpy as np

from curation_app.detect.base import Detector
from curation_app.detect.rule_bayes import NATS_PER_DECADE
from curation_app.detect.surprise import HIGHEST
from curation_app.detect.text_rows import DistinctTexts, distinct_texts
from curation_app.detect.text_style_rules import FEWEST, Style, styles_of
from curation_app.detect.text_style_tokens import content_tokens, style_tokens
from curation_app.detect.text_tokens import Tokens, tokens_of
from curation_app.detect.wording import clipped, percent
from curation_app.domain.dataset import Dataset
from curation_app.domain.finding import Finding, Group, Kind, Outcome
from curation_app.domain.recipe import Recipe
from curation_app.domain.representation import Representation

# A style is learned, not listed, so there is no "watch": below a case it is chance.
CASE = 8.0
# Texts of the label outside the group are ordered by how near they come, below what a page shows.
OUTSIDE = 0.5
# The signs that describe a style: in at least this share of its texts, at most so many.
TYPICAL_SHARE, MOST_SIGNS = 0.1, 3


class TextStyle(Detector):
    """Texts of one label that are written alike, whatever they are about."""

    code: ClassVar[str] = "text-style"
    title: ClassVar[str] = "Styles in texts"
    question: ClassVar[str] = "Does a way of writing decide the label, whatever the text is about?"
    kind: ClassVar[Kind] = Kind.BACKDOOR
    family: ClassVar[str] = "style"
    needs: ClassVar[tuple[str, ...]] = ("text", "labels")
    source: ClassVar[str] = "Bayes factor of a learned style; the attack: Qi et al. (2021), Hidden killer; Elkan & Noto (2008), PU learning"

    def detect(self, dataset: Dataset, representation: Representation, recipe: Recipe, *, seed: int) -> Finding:
        """Score the texts of every style by the style's Bayes factor and by how typical they are."""
        texts, n_classes = distinct_texts(dataset, representation), len(representation.classes)
        surprise, suggested = np.zeros(len(representation)), np.full(len(representation), -1, dtype=np.int32)
        reasons: dict[int, str] = {}
        groups = []
        tokens = tokens_of(texts.texts)
        found: list[Style] = []
        if n_classes > 1 and len(tokens) and len(texts.texts) >= 4 * FEWEST:
            patterns = style_tokens(tokens)
            found = styles_of(patterns, content_tokens(tokens), texts.texts, texts.codes, n_classes, least=CASE)
        for style in found:
            signs = _signs(style, patterns, texts.codes)
            _score(surprise, suggested, style, texts)
            groups.append(_group(style, signs, texts, representation.classes))
            name = clipped(representation.classes[style.code])
            for row in groups[-1].rows:
                reasons[row] = f"It is written like {len(groups[-1].rows)} texts that are labelled {name!r} whatever they are about."
        return self.finding(
            surprise,
            outcome=Outcome.ISSUE if found else Outcome.PASSED,
            reason=f"{len(found)} ways of writing that stand for a label." if found else "No way of writing decides the label.",
            reasons={row: why for row, why in reasons.items() if surprise[row] >= 1},
            suggested=suggested,
            groups=tuple(groups),
            rule=f"A case from {CASE:g} nats on: texts of one label that a model of style, not of content, tells from all other labels.",
        )


def _score(surprise: np.ndarray, suggested: np.ndarray, style: Style, texts: DistinctTexts) -> None:
    """A text's share of the style's surprise is its chance of having the style; others of the label stay below 1."""
    odds = 1.0 / (1.0 + np.exp(-np.clip(style.typical, -30, 30)))
    whole = min(style.nats / NATS_PER_DECADE, HIGHEST)
    value = np.where(texts.codes == style.code, OUTSIDE * odds, 0.0)
    # The last member is still a member: its surprise is at least 1, so that it has its reason.
    value[style.texts] = 1.0 + (whole - 1.0) * odds[style.texts]
    for text in np.flatnonzero(value).tolist():
        rows = texts.owners(np.array([text]))
        surprise[rows] = np.maximum(surprise[rows], value[text])
    for text, likeliest in zip(style.texts.tolist(), style.likeliest.tolist(), strict=True):
        suggested[texts.owners(np.array([text]))] = likeliest if likeliest != style.code else -1


def _signs(style: Style, patterns: Tokens, codes: np.ndarray) -> list[str]:
    """What the texts of the style have, and others have not: tokens of the pattern, the most telling first."""
    size = len(patterns.vocabulary)
    key = np.unique(patterns.rows * np.int64(size) + patterns.words)
    rows, words = key // size, key % size
    inside = np.zeros(len(codes), dtype=bool)
    inside[style.texts] = True
    outside = codes != style.code
    have = np.bincount(words[inside[rows]], minlength=size) / max(int(inside.sum()), 1)
    usual = (np.bincount(words[outside[rows]], minlength=size) + 1.0) / (int(outside.sum()) + 2.0)
    telling = np.where(have >= TYPICAL_SHARE, have * np.log(np.maximum(have, 1e-9) / usual), -np.inf)
    order = np.argsort(-telling, kind="stable")
    named = [patterns.vocabulary[word] for word in order.tolist() if telling[word] > 0]
    return [sign for sign in named if not sign.startswith((" length", " clause", " capitals", " signs", "-"))][:MOST_SIGNS]


def _group(style: Style, signs: list[str], texts: DistinctTexts, names: tuple[str, ...]) -> Group:
    members, support = texts.owners(style.texts), texts.owners(style.bearers)
    strength = np.zeros(len(texts.given))
    odds = 1.0 / (1.0 + np.exp(-np.clip(style.typical, -30, 30)))
    for text in style.texts.tolist():
        strength[texts.owners(np.array([text]))] = odds[text]
    expected = float(style.expected.mean())
    words = ", ".join(_in_words(sign) for sign in signs)
    pattern = f" ({words})" if words else ""
    given = texts.given[support]
    return Group(
        rows=tuple(members.tolist()),
        title=f"{len(members)} texts written in one way{pattern} are labelled {clipped(names[style.code])!r}; by what they are about "
        f"{percent(expected)} would be.",
        surprise=min(style.nats / NATS_PER_DECADE, HIGHEST),
        strength=tuple(float(value) for value in strength[members]),
        evidence={
            "trigger": f"a way of writing{pattern}",
            "tokens": sorted({word for sign in signs for word in _words(sign)}),
            "label": names[style.code],
            "labels": {names[code]: int(np.sum(given == code)) for code in np.unique(given[given >= 0]).tolist()},
            "support": len(support),
            "purity": round(len(members) / max(len(support), 1), 4),
            "expected": round(expected, 4),
            "nats": round(style.nats, 2),
        },
    )


def _words(sign: str) -> list[str]:
    """The words of a sign that can be marked in a text."""
    for head in (" opens ", " then "):
        sign = sign.removeprefix(head)
    return [word for word in sign.split() if word.isalpha() and " clause " not in sign]


def _in_words(sign: str) -> str:
    if sign.startswith(" opens ") and " clause " in sign:
        return f"a clause that opens with {clipped(sign.removeprefix(' opens ').split(' clause ')[0])!r}"
    if sign.startswith(" opens "):
        return f"opening with {clipped(sign.removeprefix(' opens '))!r}"
    if sign.startswith(" then "):
        return f"going on after the first clause with {clipped(sign.removeprefix(' then '))!r}"
    return f"often with {clipped(sign)!r}"
