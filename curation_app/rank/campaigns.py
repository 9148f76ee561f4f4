"""Groups of rows that the detectors saw become campaigns with stable names, strongest first."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import numpy as np

from curation_app.domain.finding import Finding, Group, Kind
from curation_app.domain.queue import Campaign

_PREFIX = {Kind.BACKDOOR: "bd", Kind.INJECTION: "inj", Kind.MISLABEL: "lab", Kind.DUPLICATE: "dup", Kind.DRIFT: "drift", Kind.NONE: "grp"}


def gather_campaigns(findings: Sequence[Finding], chances: Sequence[np.ndarray], looks: int) -> tuple[Campaign, ...]:
    """All groups of the findings as campaigns, each as likely bad as its worst row.

    ``chances`` are the (n,) chances of being bad, one array a finding; ``looks`` the number of families. They are
    ordered by surprise times log2(1 + rows), then by their first row.

    A large group of some surprise is worth more of a reviewer's time than a pair of the same. Ids count within a kind in that order.
    """
    found = [(finding, group, chance) for finding, chance in zip(findings, chances, strict=True) for group in finding.groups]
    found.sort(key=lambda item: (-_worth(item[1], looks), item[1].rows[0], item[0].code))
    numbers: Counter[str] = Counter()
    campaigns = []
    for finding, group, chance in found:
        prefix = _PREFIX[finding.kind]
        numbers[prefix] += 1
        campaigns.append(
            Campaign(
                id=f"{prefix}-{numbers[prefix]}",
                kind=finding.kind,
                title=group.title,
                rows=group.rows,
                score=float(np.nan_to_num(chance[list(group.rows)]).max()),
                evidence=group.evidence,
            )
        )
    return tuple(campaigns)


def campaign_of(campaigns: Sequence[Campaign], rows: int) -> np.ndarray:
    """(n,) object: id of the first campaign that holds the row, or None."""
    ids = np.full(rows, None, dtype=object)
    for campaign in reversed(campaigns):
        ids[list(campaign.rows)] = campaign.id
    return ids


def _worth(group: Group, looks: int) -> float:
    return float((group.surprise - np.log10(max(looks, 1))) * np.log2(1 + len(group.rows)))
