"""What people call a verdict: as a noun, as something that was done, and as the state of a row."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from curation_app.domain.decision import Verdict


@dataclass(frozen=True, slots=True, kw_only=True)
class VerdictWords:
    """``noun``: "undid the drop of 34 rows"; ``done``: "dropped 34 rows"; ``state``: what a badge on the row says."""

    noun: str
    done: str
    state: str


VERDICT_WORDS: Mapping[Verdict, VerdictWords] = MappingProxyType(
    {
        Verdict.OPEN: VerdictWords(noun="reopening", done="reopened", state="not decided"),
        Verdict.ACCEPT: VerdictWords(noun="keeping", done="kept", state="kept"),
        Verdict.RELABEL: VerdictWords(noun="relabelling", done="relabelled", state="relabelled"),
        Verdict.DROP: VerdictWords(noun="drop", done="dropped", state="dropped"),
        Verdict.LATER: VerdictWords(noun="second look", done="set aside for a second look", state="second look"),
    }
)
