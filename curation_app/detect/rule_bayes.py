"""How strongly a rule "rows with this trigger carry this label" is supported against the rows' own content."""

from __future__ import annotations

import numpy as np

# A planted rule holds nearly always; its few exceptions are rows whose trigger or label was changed again.
RULE_HOLDS = 0.98
# A content model is never believed beyond this: one confident row must not decide.
LEAST, MOST = 0.05, 0.95
NATS_PER_DECADE = float(np.log(10.0))


def rule_bayes_factor(carries: np.ndarray, expected: np.ndarray, candidates: int) -> float:
    """Nats for "these rows carry the label because of the trigger" against "because of the rest of their content".

    Parameters
    ----------
    carries
        (m,) bool: whether each row with the trigger carries the label.
    expected
        (m,) chance in [0, 1] of the label by the rest of the row's content, out of fold and without the trigger's own contribution.
    candidates
        How many rules were looked at, at least 1: what chance could have picked from.

    Returns
    -------
    float
        Sum of the rows' log-likelihood ratios less ln(candidates). From 6 in tables and images, 8 in text, the rule is called a case.
        Divided by ln 10 it is a surprise.

    Examples
    --------
    >>> round(rule_bayes_factor(np.ones(10, bool), np.full(10, 0.5), 100), 2)
    2.12
    """
    expected = np.clip(np.asarray(expected, dtype=np.float64), LEAST, MOST)
    ratios = np.where(carries, np.log(RULE_HOLDS / expected), np.log((1.0 - RULE_HOLDS) / (1.0 - expected)))
    return float(ratios.sum() - np.log(max(candidates, 1)))
