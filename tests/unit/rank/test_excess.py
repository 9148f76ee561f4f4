"""Far rows are called injected only where there are more of them than chance puts there."""

from __future__ import annotations

import numpy as np

from curation_app.rank.excess import excess_share


def exponential(rows: int, seed: int) -> np.ndarray:
    """Surprise of clean rows: -log10 of uniform p-values."""
    return -np.log10(np.random.default_rng(seed).uniform(size=rows))


def test_clean_tails_hold_hardly_any_excess() -> None:
    shares = [excess_share(exponential(5_000, seed)) for seed in range(20)]
    assert np.mean([(share > 0.5).sum() for share in shares]) < 5


def test_rows_that_chance_cannot_explain_are_believed() -> None:
    surprise = np.concatenate((exponential(5_000, 0), np.full(30, 6.0)))
    assert (excess_share(surprise)[-30:] > 0.99).all()


def test_the_share_rises_with_surprise_and_keeps_what_was_not_scored() -> None:
    surprise = np.append(exponential(300, 1), np.nan)
    share = excess_share(surprise)
    assert np.isnan(share[-1])
    assert (np.diff(share[np.argsort(surprise[:-1])]) >= 0).all()
