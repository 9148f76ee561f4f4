"""Groups of rows that the detectors saw become campaigns: one item for one attack, however many detectors saw it, strongest first."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from curation_app.domain.finding import Finding, Group, Kind
from curation_app.domain.queue import Campaign
from curation_app.rank.formula import group_chance, told_surprise

_PREFIX = {Kind.BACKDOOR: "bd", Kind.INJECTION: "inj", Kind.MISLABEL: "lab", Kind.DUPLICATE: "dup", Kind.DRIFT: "drift", Kind.NONE: "grp"}
# Who names a campaign that several saw, the most telling first: a trigger in words, a picture, copies, a style, a source, numbers too fine,
# a tight group.
TELLING = ("rule", "template", "copies", "style", "source", "precision", "spike", "far", "label", "drift", "ledger")
# A telling group that is itself hardly surprising does not name a sure one: it must have half of its surprise.
SURE_ENOUGH = 0.5
# Two groups are one campaign when half of all their rows are in both ...
SAME_UNION = 0.5
# ... or when four in five rows of the smaller are in the larger, and the smaller is no mere corner of it. Twenty rows with a trigger
# inside a source of five hundred stay a campaign of their own. Groups of one detector are apart because it says so: only the first rule.
INSIDE, CORNER = 0.8, 0.25
# A source holds the rows of all that came from it, a trigger's among them: it is a campaign of its own.
APART = frozenset({"source"})
# Whoever decides on a named trigger decides on the rows that carry it, and on no others.
EXACT = frozenset({"rule", "template"})
# Rows that the naming group does not have are the campaign's edge, however typical they are of another group.
EDGE_MOST = 0.45


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """One group and the detector that saw it; ``worth`` is what orders campaigns."""

    finding: Finding
    group: Group
    rows: frozenset[int]
    surprise: float
    worth: float


def gather_campaigns(findings: Sequence[Finding], looks: int) -> tuple[Campaign, ...]:
    """All groups of the findings as campaigns.

    ``looks`` is the number of families that looked. Campaigns are ordered by surprise times log2(1 + rows), then by their first row:
    a large group of some surprise is worth more of a reviewer's time than a pair of the same. Ids count within a kind in that order,
    so one input gives one set of ids. A row may be in several campaigns.
    """
    seen = [_seen(finding, group, looks) for finding in findings for group in finding.groups if group.rows]
    seen.sort(key=lambda one: (-one.worth, one.group.rows[0], one.finding.code, one.group.title))
    campaigns = [_campaign(members, looks) for members in _merged(seen)]
    campaigns.sort(key=lambda item: (-item[0], item[1].rows[0], item[1].title))
    numbers: Counter[str] = Counter()
    named = []
    for _, campaign in campaigns:
        prefix = _PREFIX[campaign.kind]
        numbers[prefix] += 1
        named.append(replace(campaign, id=f"{prefix}-{numbers[prefix]}"))
    return tuple(named)


def campaign_of(campaigns: Sequence[Campaign], rows: int) -> np.ndarray:
    """(n,) object: id of the strongest campaign that has the row in its core, or else in its edge; None for the others."""
    ids = np.full(rows, None, dtype=object)
    for part in ("edge", "core"):
        for campaign in reversed(campaigns):
            ids[list(getattr(campaign, part)())] = campaign.id
    return ids


def edge_of(campaigns: Sequence[Campaign], rows: int) -> np.ndarray:
    """(n,) bool: rows in the edge of a campaign and in the core of none."""
    edge = np.zeros(rows, dtype=bool)
    for part in ("edge", "core"):
        for campaign in campaigns:
            edge[list(getattr(campaign, part)())] = part == "edge"
    return edge


def _seen(finding: Finding, group: Group, looks: int) -> Seen:
    surprise = told_surprise(finding.family, group.surprise, looks)
    worth = surprise * float(np.log2(1 + len(group.rows)))
    return Seen(finding=finding, group=group, rows=frozenset(group.rows), surprise=surprise, worth=worth)


def _merged(seen: Sequence[Seen]) -> list[list[Seen]]:
    """The groups, those of one attack together; compared with the strongest of each lot alone, so that nothing chains."""
    lots: list[list[Seen]] = []
    lots_of_row: defaultdict[int, list[int]] = defaultdict(list)
    for one in seen:
        shared = Counter(lot for row in one.group.rows for lot in lots_of_row[row])
        joined = next((lot for lot in sorted(shared) if _same(one, lots[lot][0], shared[lot])), None)
        if joined is not None:
            lots[joined].append(one)
            continue
        for row in one.group.rows:
            lots_of_row[row].append(len(lots))
        lots.append([one])
    return lots


def _same(one: Seen, lead: Seen, shared: int) -> bool:
    small, large = sorted((len(one.rows), len(lead.rows)))
    if shared >= SAME_UNION * (small + large - shared):
        return True
    if {one.finding.family, lead.finding.family} & APART:
        return False
    return one.finding.code != lead.finding.code and shared >= INSIDE * small and small >= CORNER * large


def _campaign(members: Sequence[Seen], looks: int) -> tuple[float, Campaign]:
    """(worth, the campaign without an id) of one lot."""
    surest = max(one.surprise for one in members)
    # A surprise can be below zero once the looks are paid for; a share of it would then be more than all of it.
    sure = [one for one in members if one.surprise >= min(SURE_ENOUGH * surest, surest)]
    lead = min(sure, key=lambda one: (_telling(one.finding.family), -one.worth, one.group.title))
    strength = _strength(lead, members)
    if lead.finding.family not in EXACT:
        # What a group was made to look like stays, also where another detector counts it among its rows.
        imitated = {row for one in members for row in one.group.imitated}
        strength = {row: value for row, value in strength.items() if row not in imitated} or strength
    rows = tuple(sorted(strength))
    campaign = Campaign(
        id="",
        kind=lead.finding.kind,
        title=_title(lead, len(rows)),
        rows=rows,
        score=max(group_chance(one.finding.family, one.group.surprise, looks) for one in members),
        strength=tuple(strength[row] for row in rows),
        evidence=_evidence(lead, members),
    )
    return max(surest * float(np.log2(1 + len(lead.rows))), lead.worth), campaign


def _title(lead: Seen, rows: int) -> str:
    """The naming group's sentence; it counts its own rows alone, so that others are counted after it."""
    more = rows - len(lead.rows)
    return f"{lead.group.title.rstrip('.')}; {more:,} more belong to them." if more > 0 else lead.group.title


def _telling(family: str) -> int:
    return TELLING.index(family) if family in TELLING else len(TELLING)


def _strength(lead: Seen, members: Sequence[Seen]) -> dict[int, float]:
    """Row -> how typical it is; the naming group's own rows keep what it says."""
    strength: dict[int, float] = {}
    for one in () if lead.finding.family in EXACT else members:
        given = one.group.strength or (1.0,) * len(one.group.rows)
        for row, value in zip(one.group.rows, given, strict=True):
            if row not in lead.rows:
                strength[row] = max(strength.get(row, 0.0), min(float(value), EDGE_MOST))
    own = lead.group.strength or (1.0,) * len(lead.group.rows)
    return strength | {row: float(value) for row, value in zip(lead.group.rows, own, strict=True)}


def _evidence(lead: Seen, members: Sequence[Seen]) -> Mapping[str, object]:
    """What the naming group shows, what the others add, and their sentences."""
    evidence: dict[str, object] = {}
    for one in [lead, *(one for one in members if one is not lead)]:
        # What is listed row by row fits the rows of its own group alone.
        addable = {name: value for name, value in one.group.evidence.items() if one is lead or name != "boxes"}
        evidence = addable | evidence
    if "imitated" in evidence:
        evidence.pop("copied", None)
    also = [one.group.title.rstrip(".") for one in members if one is not lead and one.group.title != lead.group.title]
    return evidence | ({"also": list(dict.fromkeys(also))} if also else {})
