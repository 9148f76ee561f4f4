from __future__ import annotations

import numpy as np
import pytest

from curation_app.detect.surprise import score_from_surprise
from curation_app.domain.finding import Finding, Kind, Outcome
from curation_app.domain.recipe import Recipe
from curation_app.rank import Calibration, Curve, rank
from curation_app.rank.rerank import Heard, Members, hear, rerank
from curation_app.rank.voices import Voice
from tests.builders import make_representation

NOBODY = np.zeros(0, dtype=np.int64)
CURVE = Curve(rarity=np.array([0.0, 1.0, 2.0, 3.0]), precision=np.array([0.01, 0.1, 0.5, 0.9]), prior=0.05, highest_prior=0.1, planted=150)


def heard(rows: int = 1_000, seed: int = 0) -> Heard:
    rng = np.random.default_rng(seed)
    label, rule = rng.exponential(0.4, rows), np.zeros(rows)
    rule[:20] = 4.0
    voices = [Voice(code="label-error", family="label", surprise=label), Voice(code="text-trigger", family="rule", surprise=rule)]
    return hear(voices, Calibration(curves={"label-error": CURVE}))


def test_without_verdicts_it_is_the_queue_of_the_scan() -> None:
    rng = np.random.default_rng(1)
    surprises = {"label": rng.exponential(0.5, 200), "rule": np.where(np.arange(200) < 9, 5.0, 0.0)}
    surprises["label"][3] = np.nan
    calibration = Calibration(curves={"label": CURVE})
    findings = [
        Finding(code=family, title=family, kind=Kind.MISLABEL, family=family, outcome=Outcome.ISSUE, reason="",
                scores=score_from_surprise(surprise), surprise=surprise)
        for family, surprise in surprises.items()
    ]  # fmt: skip
    queue = rank(findings, make_representation(np.zeros((200, 1))), Recipe(name="standard"), calibration=calibration)
    again = rerank(hear([Voice(code=f.code, family=f.family, surprise=f.surprise) for f in findings], calibration), NOBODY, NOBODY)
    assert np.array_equal(again.rank, queue.rank)
    assert np.allclose(again.suspicion, queue.suspicion)
    assert np.array_equal(again.flagged, queue.flagged)


def test_rejected_labels_lower_their_like_and_leave_the_rule_alone() -> None:
    run = heard()
    before = rerank(run, NOBODY, NOBODY)
    doubted = np.array([row for row in before.order() if row >= 20][:15])
    after = rerank(run, doubted, np.zeros(15, dtype=bool))
    assert np.all(after.suspicion[doubted] < before.suspicion[doubted])
    assert np.array_equal(after.suspicion[:20], before.suspicion[:20])
    assert sorted(after.rank.tolist()) == list(range(1, 1_001))
    confirmed = rerank(run, doubted, np.ones(15, dtype=bool))
    assert confirmed.suspicion[doubted].mean() > before.suspicion[doubted].mean()


def test_chances_still_rise_with_surprise_after_contrary_verdicts() -> None:
    run = heard()
    order = rerank(run, NOBODY, NOBODY).order()
    rows = np.concatenate((order[20:35], order[300:330]))
    after = rerank(run, rows, np.concatenate((np.zeros(15, dtype=bool), np.ones(30, dtype=bool))))
    label = np.sort(run.positions[0][20:])
    by_place = after.suspicion[20:][np.argsort(run.positions[0][20:], kind="stable")]
    assert np.all(np.diff(label) >= 0)
    assert np.all(np.diff(by_place) >= -1e-9)


def test_a_confirmed_campaign_lifts_its_siblings_and_a_rejected_one_sinks() -> None:
    run = heard()
    siblings = np.arange(100, 130)
    strength = np.where(siblings < 125, 1.0, 0.3)
    campaign = Members(rows=siblings, score=0.6, strength=strength)
    before = rerank(run, NOBODY, NOBODY, [campaign])
    confirmed = rerank(run, siblings[:6], np.ones(6, dtype=bool), [campaign])
    assert np.all(confirmed.suspicion[106:125] >= 0.85)
    assert np.all(confirmed.suspicion[126:130] < 0.5)
    assert confirmed.rank[106:125].max() < before.rank[106:125].max()
    rejected = rerank(run, siblings[:6], np.zeros(6, dtype=bool), [campaign])
    assert np.all(rejected.suspicion[106:130] < before.suspicion[106:130])
    assert np.array_equal(rejected.suspicion[500:] > 0, before.suspicion[500:] > 0)


def test_an_audit_of_unsuspected_rows_corrects_the_bulk() -> None:
    run = heard()
    quiet = rerank(run, NOBODY, NOBODY).order()[-60:]
    after = rerank(run, quiet, np.arange(60) % 4 == 0)
    assert after.suspicion[quiet].mean() == pytest.approx(0.19, abs=0.08)


@pytest.mark.parametrize("rows", [0, 1])
def test_hardly_any_rows(rows: int) -> None:
    run = hear([Voice(code="far", family="far", surprise=np.zeros(rows))], Calibration())
    assert rerank(run, NOBODY, NOBODY).rank.tolist() == list(range(1, rows + 1))
    assert rerank(hear([], Calibration()), NOBODY, NOBODY).rank.shape == (0,)


def test_a_verdict_on_a_row_that_others_imitate_teaches_nothing_of_the_others() -> None:
    surprise = np.array([6.0, 6.0, 6.0, 6.0, 6.0, 0.0, 0.0])
    imitated = np.array([0.01, *[1.0] * 6])
    heard = hear([Voice(code="density-spike", family="spike", surprise=surprise)], Calibration(), None, imitated)
    before, after = (rerank(heard, np.arange(seen), np.zeros(seen, dtype=bool)) for seen in (0, 1))
    assert before.suspicion[0] == 0.01
    assert np.array_equal(before.suspicion, after.suspicion)
