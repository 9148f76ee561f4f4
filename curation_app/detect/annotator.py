"""Answers that contradict what the annotators of one question say together, and annotators who do so too often."""

from __future__ import annotations

from collections import Counter
from typing import ClassVar

import numpy as np

from curation_app.detect.answers import Crowd, crowd_of
from curation_app.detect.base import Detector
from curation_app.detect.dawid_skene import Consensus, dawid_skene
from curation_app.detect.origin_rates import FEWEST_ROWS, adjusted, against_others, discoveries, shrunk_rate, upper_tail
from curation_app.detect.wording import clipped, percent
from curation_app.domain.dataset import Dataset
from curation_app.domain.finding import Finding, Group, Kind, Outcome
from curation_app.domain.recipe import Recipe
from curation_app.domain.representation import Representation

# Share of condemned annotators that may be innocent, on average.
FALSE_DISCOVERIES = 0.05
# An annotator matters only when wrong this much more often than others on the same questions: smaller differences feed on themselves, as
# an answer counts as wrong the sooner, the more often its annotator was (with 0.05, 2 % of equal annotators stood out; with 0.1, 0.6 %).
POINTS_MORE = 0.1
# An answer is called wrong when it is more likely wrong than right; an issue is a share of such answers, or an annotator who stands out.
WRONG, ISSUE_SHARE = 0.5, 0.01
# No vote makes an answer more than a million to one.
SUREST = 6.0
# CROWDLAB works on a table of questions by annotators; beyond so many cells (400 MB) the answers alone decide.
LARGEST_TABLE = 50_000_000


class AnnotatorDetector(Detector):
    """One person's answer against everybody's."""

    code: ClassVar[str] = "annotator"
    title: ClassVar[str] = "Annotator"
    question: ClassVar[str] = "Do the other annotators, weighted by how good they are, contradict this answer?"
    kind: ClassVar[Kind] = Kind.MISLABEL
    family: ClassVar[str] = "source"
    needs: ClassVar[tuple[str, ...]] = ("annotator",)
    source: ClassVar[str] = "Dawid & Skene (1979), Observer error-rates; Goh, Tkachenko & Mueller (2022), CROWDLAB"

    def detect(self, dataset: Dataset, representation: Representation, recipe: Recipe, *, seed: int) -> Finding:
        rows = len(representation)
        crowd = crowd_of(dataset)
        if isinstance(crowd, str):
            return self.silent(rows, Outcome.NOT_APPLICABLE, crowd)
        consensus = agreed(crowd, representation)
        wrong, suggested = _row_chances(crowd, consensus, dataset)
        surprise = np.minimum(-np.log10(np.maximum(1.0 - wrong, 10.0**-SUREST)), SUREST)
        groups = _bad_annotators(crowd, consensus)
        mistaken = int(np.sum(consensus.right < WRONG))
        issue = bool(groups) or mistaken > ISSUE_SHARE * len(consensus.right)
        worth = np.flatnonzero(surprise >= 1.0)
        return self.finding(
            surprise,
            outcome=Outcome.ISSUE if issue else Outcome.PASSED,
            reason=(
                f"{mistaken:,} of {len(consensus.right):,} answers contradict the consensus of {len(crowd.workers):,} annotators"
                f"{f'; {len(groups):,} annotators do so too often' if groups else ''}."
            ),
            reasons=_sentences(worth, crowd, suggested, wrong, dataset),
            suggested=_codes(suggested, crowd, representation),
            groups=groups,
            evidence={"wrong": wrong},
            rule=(
                "Chance that the answer is wrong given all answers to the question, each weighted by its annotator's habits; an annotator "
                f"is named when wrong more often than others on the same questions, at a false discovery rate of {FALSE_DISCOVERIES:.0%}."
            ),
        )


def agreed(crowd: Crowd, representation: Representation) -> Consensus:
    """The consensus: by CROWDLAB where a model judged the questions' content, else from the answers alone."""
    alone = dawid_skene(crowd.answers)
    chances = _content_chances(crowd, representation)
    if chances is None or crowd.answers.questions * crowd.answers.workers > LARGEST_TABLE:
        return alone
    return _crowdlab(crowd, chances, alone)


def _content_chances(crowd: Crowd, representation: Representation) -> np.ndarray | None:
    """(questions, classes) mean chances of a question's rows by their content; None where nothing but answers is known."""
    known = representation.probabilities
    if known is None or crowd.classes != representation.classes or not np.any(np.ptp(representation.features, axis=0)):
        return None
    rows = np.flatnonzero(crowd.question >= 0)
    sums = np.stack(
        [
            np.bincount(crowd.question[rows], weights=known[rows, place].astype(np.float64), minlength=crowd.answers.questions)
            for place in range(len(crowd.classes))
        ],
        axis=1,
    )
    return np.asarray(sums / sums.sum(axis=1, keepdims=True))


def _crowdlab(crowd: Crowd, chances: np.ndarray, alone: Consensus) -> Consensus:
    """CROWDLAB's quality of each answer; one answer a person and question, the likelier one where there are two."""
    from cleanlab.multiannotator import get_label_quality_multiannotator

    answers = crowd.answers
    table = np.full((answers.questions, answers.workers), np.nan)
    order = np.argsort(alone.right, kind="stable")
    table[answers.question[order], answers.worker[order]] = answers.code[order]
    found = get_label_quality_multiannotator(table, chances, verbose=False, return_annotator_stats=False)
    quality = found["detailed_label_quality"].to_numpy(dtype=np.float64)[answers.question, answers.worker]
    told = table[answers.question, answers.worker] == answers.code
    right = np.where(told, quality, np.minimum(alone.right, 1.0 - np.nan_to_num(quality)))
    best = found["label_quality"]["consensus_label"].to_numpy(dtype=np.int64)
    sure = np.clip(found["label_quality"]["consensus_quality_score"].to_numpy(dtype=np.float64), 1.0 / answers.classes, 1.0)
    spread = np.repeat(((1.0 - sure) / (answers.classes - 1))[:, None], answers.classes, axis=1)
    spread[np.arange(len(best)), best] = sure
    return Consensus(chances=spread, right=np.clip(right, 0.0, 1.0))


def _row_chances(crowd: Crowd, consensus: Consensus, dataset: Dataset) -> tuple[np.ndarray, np.ndarray]:
    """((n,) chance that the row's label is wrong, NaN where nobody can tell; (n,) position of the class it should be, -1 for none)."""
    rows = len(dataset)
    wrong, suggested = np.full(rows, np.nan), np.full(rows, -1, dtype=np.int64)
    best = consensus.chances.argmax(axis=1)
    if crowd.one_answer_a_row:
        wrong[crowd.row] = 1.0 - consensus.right
        against = np.flatnonzero(consensus.right < WRONG)
        suggested[crowd.row[against]] = best[crowd.answers.question[against]]
    else:
        places = {name: place for place, name in enumerate(crowd.classes)}
        given = np.array([-1 if label is None else places.get(label, -2) for label in dataset.labels.tolist()], dtype=np.int64)
        asked = np.flatnonzero((crowd.question >= 0) & (given != -1))
        chances = consensus.chances[crowd.question[asked]]
        # A label that no annotator ever gave has no chance of its own.
        own = np.where(given[asked] >= 0, chances[np.arange(len(asked)), np.maximum(given[asked], 0)], 0.0)
        wrong[asked] = 1.0 - own
        mistaken = asked[own < WRONG]
        suggested[mistaken] = best[crowd.question[mistaken]]
    suggested[wrong < WRONG] = -1
    return np.clip(wrong, 0.0, 1.0), suggested


def _bad_annotators(crowd: Crowd, consensus: Consensus) -> tuple[Group, ...]:
    """A group for every annotator who is wrong too often for the questions answered."""
    answers, count = crowd.answers, len(crowd.workers)
    wrong = 1.0 - consensus.right
    others = np.bincount(answers.question, minlength=answers.questions)[answers.question] - 1
    total = np.bincount(answers.question, weights=wrong, minlength=answers.questions)[answers.question]
    compared = np.flatnonzero(others > 0)
    # One more vote for the usual share: that few others were all right does not make a question one that nobody can miss.
    usual = (total[compared] - wrong[compared] + wrong.mean()) / (others[compared] + 1.0)
    worker = answers.worker[compared]
    rows = np.bincount(worker, minlength=count).astype(np.float64)
    mistakes = np.bincount(worker, weights=wrong[compared], minlength=count)
    expected = np.bincount(worker, weights=usual, minlength=count)
    # The others' share is an estimate as well: it adds its own variance to that of the annotator's mistakes.
    spread = np.sqrt(np.bincount(worker, weights=usual * (1.0 - usual) * (1.0 + 1.0 / others[compared]), minlength=count) + 1e-9)
    excess = against_others(np.where(rows >= FEWEST_ROWS, (mistakes - expected) / spread, np.nan))
    judged = np.isfinite(excess)
    stands_out = np.zeros(count, dtype=bool)
    stands_out[judged] = discoveries(upper_tail(excess[judged]), FALSE_DISCOVERIES)
    rate, low, high = shrunk_rate(mistakes, rows, expected)
    surprise = np.zeros(count)
    surprise[judged] = -np.log10(np.clip(adjusted(upper_tail(excess[judged])), 1e-30, 1.0))
    groups = []
    for place in np.flatnonzero(stands_out & (mistakes - expected >= POINTS_MORE * rows)).tolist():
        mine = np.flatnonzero((answers.worker == place) & (consensus.right < WRONG))
        if mine.size:
            facts = {"rate": float(rate[place]), "low": float(low[place]), "high": float(high[place])}
            elsewhere = float((mistakes.sum() - mistakes[place]) / max(rows.sum() - rows[place], 1.0))
            groups.append(_group(crowd, consensus, place, mine, facts, float(surprise[place]), elsewhere))
    return tuple(sorted(groups, key=lambda group: (-group.surprise, group.rows[0], group.title)))


def _group(
    crowd: Crowd, consensus: Consensus, place: int, mine: np.ndarray, facts: dict[str, float], surprise: float, elsewhere: float
) -> Group:
    answers = crowd.answers
    # A row has one strength, that of its surest mistake.
    strength: dict[int, float] = {}
    for answer in mine.tolist():
        row = int(crowd.row[answer])
        strength[row] = max(strength.get(row, 0.0), float(1.0 - consensus.right[answer]))
    given = int(np.sum(answers.worker == place))
    name = crowd.workers[place]
    labels = Counter(crowd.classes[code] for code in answers.code[mine].tolist())
    return Group(
        rows=tuple(sorted(strength)),
        title=(
            f"Annotator '{clipped(name)}': {mine.size:,} of {given:,} answers contradict what the others say together; "
            f"{percent(elsewhere)} do elsewhere."
        ),
        surprise=surprise,
        strength=tuple(strength[row] for row in sorted(strength)),
        evidence={"annotator": name, "labels": dict(sorted(labels.items())), **facts},
    )


def _sentences(worth: np.ndarray, crowd: Crowd, suggested: np.ndarray, wrong: np.ndarray, dataset: Dataset) -> dict[int, str]:
    votes: dict[int, Counter[int]] = {}
    wanted = set(crowd.question[worth].tolist())
    for question, code in zip(crowd.answers.question.tolist(), crowd.answers.code.tolist(), strict=True):
        if question in wanted:
            votes.setdefault(question, Counter())[code] += 1
    sentences = {}
    for row in worth.tolist():
        counts = sorted(votes.get(int(crowd.question[row]), Counter()).items(), key=lambda item: (-item[1], item[0]))
        told = ", ".join(f"{clipped(crowd.classes[code])} {number:,}" for code, number in counts[:4])
        sentences[row] = (
            f"Labelled {clipped(dataset.labels[row])}; the annotators' answers ({told}), weighted by how good they are, "
            f"say {clipped(crowd.classes[suggested[row]])} ({percent(float(wrong[row]))})."
        )
    return sentences


def _codes(suggested: np.ndarray, crowd: Crowd, representation: Representation) -> np.ndarray:
    """The classes' positions in the data's own classes; -1 for one that no row carries."""
    places = {name: place for place, name in enumerate(representation.classes)}
    own = np.array([*(places.get(name, -1) for name in crowd.classes), -1], dtype=np.int32)
    return own[suggested]
