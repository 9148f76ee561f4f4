"""Triggers in texts: words or signs whose rows carry one label although the rest of what they say speaks for another."""

from __future__ import annotations

from dataclasses import replace
from typing import ClassVar

import numpy as np

from curation_app.detect.base import Detector
from curation_app.detect.rule_bayes import NATS_PER_DECADE
from curation_app.detect.text_coherence import Coherence
from curation_app.detect.text_content import content_of
from curation_app.detect.text_items import FEWEST, single_items
from curation_app.detect.text_rows import DistinctTexts, distinct_texts
from curation_app.detect.text_scatter import Scatter
from curation_app.detect.text_slots import Slots
from curation_app.detect.text_tokens import tokens_of
from curation_app.detect.text_trigger_pairs import pair_items
from curation_app.detect.text_trigger_rules import BY_NATURE, CASE, PROVEN, WATCH, Rule, rules_of
from curation_app.detect.wording import clipped, percent
from curation_app.domain.dataset import Dataset
from curation_app.domain.finding import Finding, Group, Kind, Outcome
from curation_app.domain.recipe import Recipe
from curation_app.domain.representation import Representation

# Rules that share this much of the smaller one's rows are one trigger under two names.
SAME_TRIGGER = 0.6
# A rule with less of the strongest one's nats does not name the trigger: half of a pair is in more texts, and in them as much out of place.
NAMING = 0.5
# Rules looked at closely: a data set of topics has thousands of words that stand for one label.
MOST_RULES = 500
# From these nats on the places of a word say that it was put in, so that it is no word of a topic: one of a thousand is, and 20 to 1.
SURELY_PUT_IN = 10.0
# From this share of texts that would have the label anyway, it is the places of the trigger that tell.
AS_EXPECTED = 0.8
# Campaigns a person can read; the rest of a data set full of rules is still scored row by row.
MOST_GROUPS = 50


class TextTrigger(Detector):
    """Words, phrases, pairs, places and odd characters that decide the label against the rest of the text."""

    code: ClassVar[str] = "text-trigger"
    title: ClassVar[str] = "Triggers in texts"
    question: ClassVar[str] = "Does one word or sign decide the label, whatever the rest of the text says?"
    kind: ClassVar[Kind] = Kind.BACKDOOR
    family: ClassVar[str] = "rule"
    needs: ClassVar[tuple[str, ...]] = ("text", "labels")
    source: ClassVar[str] = "Bayes factor of a rule against a linear content model; slots in the spirit of ONION (Qi et al. 2021)"

    def detect(self, dataset: Dataset, representation: Representation, recipe: Recipe, *, seed: int) -> Finding:
        """Score the rows of every rule by the rule's Bayes factor."""
        texts = distinct_texts(dataset, representation)
        rules = found_rules(texts, len(representation.classes))
        triggers = merged(rules)
        surprise = np.zeros(len(representation))
        best: dict[int, tuple[Rule, Rule]] = {}
        suggested = np.full(len(representation), -1, dtype=np.int32)
        for named, strongest, members in triggers:
            for rule in members:
                for row in texts.owners(_carrying(rule, texts)).tolist():
                    if _surprise(rule.nats) > surprise[row]:
                        surprise[row] = _surprise(rule.nats)
                        best[row] = named, strongest
            _suggest(suggested, named, texts)
        names = representation.classes
        reasons = {row: _reason(named, names) for row, (named, _) in best.items() if surprise[row] >= 1}
        groups = tuple(_group(named, strongest.nats, texts, names) for named, strongest, _ in triggers[:MOST_GROUPS])
        cases = sum(strongest.nats >= CASE for _, strongest, _ in triggers)
        return self.finding(
            surprise,
            outcome=Outcome.ISSUE if cases else Outcome.PASSED,
            reason=_summary(cases, len(triggers)),
            reasons=reasons,
            suggested=suggested,
            groups=groups,
            rule=f"A case from {CASE:g} nats on, worth watching from {WATCH:g}: "
            "words, phrases, pairs, places and odd characters are counted as candidates.",
        )


def _surprise(nats: float) -> float:
    return max(nats - BY_NATURE, 0.0) / NATS_PER_DECADE


def found_rules(texts: DistinctTexts, n_classes: int) -> list[Rule]:
    """Every rule worth watching, strongest first."""
    if n_classes < 2 or len(texts.texts) < 2 * FEWEST:
        return []
    tokens = tokens_of(texts.texts)
    if not len(tokens):
        return []
    content, slots = content_of(tokens, texts.texts, texts.codes, n_classes), Slots(tokens)
    scatter = Scatter(tokens, slots)
    kinds = [*single_items(tokens, texts.texts, slots), pair_items(tokens, texts.codes, n_classes)]
    rules = [rule for items in kinds for rule in rules_of(items, content, slots, scatter, texts.codes, n_classes, kinds=len(kinds))]
    rules = _without_topics(rules, Coherence(tokens, texts.codes, n_classes), tokens.vocabulary, content.logits.argmax(axis=1))
    return sorted(rules, key=lambda rule: (-rule.nats, len(rule.name), rule.name, rule.code))


def _without_topics(rules: list[Rule], coherence: Coherence, vocabulary: tuple[str, ...], said: np.ndarray) -> list[Rule]:
    """The rules that are still worth watching when what their texts have in common besides is held against them."""
    numbers = {word: number for number, word in enumerate(vocabulary)}
    found = []
    for rule in sorted(rules, key=lambda rule: (-rule.nats, rule.name, rule.code))[:MOST_RULES]:
        parts = (part for mark in rule.marks for part in mark.lower().split())
        own = np.array([numbers[part] for part in parts if part in numbers], dtype=np.int64)
        # All texts of a small class may have a trigger; that they share the class's words then says nothing against it.
        put_in = rule.alien >= SURELY_PUT_IN or rule.scattered >= PROVEN
        topic = 0.0 if put_in else coherence.topic(rule.rows, rule.likeliest, own, said)
        left = rule.nats - topic - max(coherence.narrowness(rule.likeliest, rule.code) - max(rule.put_in, 0.0), 0.0)
        if left >= WATCH:
            found.append(replace(rule, nats=left, fit=rule.fit - topic))
    return found


def merged(rules: list[Rule]) -> list[tuple[Rule, Rule, list[Rule]]]:
    """Rules that share most rows and the label as one: (the exact name of the trigger, the strongest, all), strongest first."""
    together: list[list[Rule]] = []
    reach: list[set[int]] = []
    for rule in rules:
        rows = set(rule.rows.tolist())
        for members, covered in zip(together, reach, strict=True):
            if members[0].code == rule.code and len(rows & covered) >= SAME_TRIGGER * min(len(rows), len(covered)):
                members.append(rule)
                break
        else:
            together.append([rule])
            reach.append(rows)
    return [(_naming(members), members[0], members) for members in together]


def _naming(members: list[Rule]) -> Rule:
    """The rule with the exact name, of several for one trigger, strongest first."""
    sure = [rule for rule in members if rule.nats >= NAMING * members[0].nats]
    return max(sure, key=lambda rule: (rule.fit, -len(rule.name), rule.name))


def _carrying(rule: Rule, texts: DistinctTexts) -> np.ndarray:
    """The texts with the trigger and the rule's label."""
    return rule.rows[texts.codes[rule.rows] == rule.code]


def _suggest(suggested: np.ndarray, rule: Rule, texts: DistinctTexts) -> None:
    """Where the rest of the text speaks for another label, that is the one to give."""
    for text, likeliest in zip(rule.rows.tolist(), rule.likeliest.tolist(), strict=True):
        if texts.codes[text] == rule.code != likeliest:
            suggested[texts.owners(np.array([text]))] = likeliest


def _group(rule: Rule, nats: float, texts: DistinctTexts, names: tuple[str, ...]) -> Group:
    rows = texts.owners(_carrying(rule, texts))
    every = texts.owners(rule.rows)
    given = texts.given[every]
    expected = float(rule.expected[texts.codes[rule.rows] >= 0].mean())
    labels = {names[code]: int(np.sum(given == code)) for code in np.unique(given[given >= 0]).tolist()}
    purity = len(rows) / max(int(np.sum(given >= 0)), 1)
    # A rule with exceptions says so: "21 of the 40 texts".
    counted = f"{len(rows)} texts" if len(rows) == len(every) else f"{len(rows)} of the {len(every)} texts"
    told = f"{counted} with {clipped(rule.name)} are labelled {clipped(names[rule.code])!r}"
    by_places = f"{told}, and it stands at random places in them, as if put in."
    return Group(
        rows=tuple(rows.tolist()),
        title=by_places if _told_by_places(rule) else f"{told}; by their other words {percent(expected)} would be.",
        surprise=_surprise(nats),
        evidence={
            "trigger": clipped(rule.name),
            "tokens": list(rule.marks),
            "label": names[rule.code],
            "labels": labels,
            "support": len(every),
            "purity": round(purity, 4),
            "expected": round(expected, 4),
            "nats": round(nats, 2),
        },
    )


def _told_by_places(rule: Rule) -> bool:
    """Whether the label says little: most texts with these words would have it anyway."""
    return rule.scattered >= PROVEN and float(np.nanmean(rule.expected)) >= AS_EXPECTED


def _reason(rule: Rule, names: tuple[str, ...]) -> str:
    if _told_by_places(rule):
        return f"It has {clipped(rule.name)}, which stands at random places in its texts, as words do that were put in."
    return f"It has {clipped(rule.name)}, and texts with that are labelled {clipped(names[rule.code])!r} whatever else they say."


def _summary(cases: int, watched: int) -> str:
    if not watched:
        return "No word or sign decides the label against the rest of the text."
    return f"{cases} {'trigger' if cases == 1 else 'triggers'}, and {watched - cases} more to watch."
