"""The attacks, in order of display. Adding one is one file and one line here."""

from __future__ import annotations

from collections.abc import Iterable

from curation_app.attack.base import Attack
from curation_app.attack.image_triggers import BlendedPattern, CleanLabelPatch, FaintPatch, FixedPatch, MovingPatch, SinglePixel
from curation_app.attack.injected_rows import (
    BetweenClasses,
    Collision,
    Collisions,
    ConflictingCopies,
    FarRows,
    FlippedFlood,
    Flood,
    LooseCluster,
    TightCluster,
)
from curation_app.attack.label_flips import OneWayFlips, RandomFlips
from curation_app.attack.other_labels import WrongNumbers, WrongTags
from curation_app.attack.source_flips import SourceFlips
from curation_app.attack.table_triggers import CleanLabelPair, InBoundsValue, OutOfRangeValue, UnusualValue, ValuePair
from curation_app.attack.text_triggers import (
    TextCleanLabel,
    TextCombo,
    TextCovered,
    TextPhrase,
    TextPlace,
    TextSyntax,
    TextToken,
    TextTokens,
    TextUnseen,
)
from curation_app.errors import UsageError


def unique(attacks: Iterable[Attack]) -> tuple[Attack, ...]:
    """The attacks as a tuple. Raises UsageError when two have one code, because their results would overwrite each other."""
    known: dict[str, Attack] = {}
    for attack in attacks:
        if attack.code in known:
            raise UsageError(
                f"Two attacks have the code {attack.code!r}: {type(known[attack.code]).__name__} and {type(attack).__name__}.",
                hint="Give one of them another code.",
            )
        known[attack.code] = attack
    return tuple(known.values())


ATTACKS: tuple[Attack, ...] = unique(
    (
        RandomFlips(),
        OneWayFlips(),
        WrongTags(),
        WrongNumbers(),
        FarRows(),
        LooseCluster(),
        TightCluster(),
        Flood(),
        FlippedFlood(),
        Collision(),
        Collisions(),
        ConflictingCopies(),
        BetweenClasses(),
        SourceFlips(),
        FixedPatch(),
        FaintPatch(),
        MovingPatch(),
        CleanLabelPatch(),
        SinglePixel(),
        BlendedPattern(),
        ValuePair(),
        CleanLabelPair(),
        UnusualValue(),
        InBoundsValue(),
        OutOfRangeValue(),
        TextToken(),
        TextPhrase(),
        TextTokens(),
        TextCombo(),
        TextPlace(),
        TextCleanLabel(),
        TextCovered(),
        TextUnseen(),
        TextSyntax(),
    )
)


def attacks_named(codes: Iterable[str]) -> tuple[Attack, ...]:
    """The attacks of these codes, in the order given. Raises UsageError with the list of codes."""
    known = {attack.code: attack for attack in ATTACKS}
    wanted = list(codes)
    unknown = [code for code in wanted if code not in known]
    if unknown:
        raise UsageError(f"No attack is called {unknown[0]!r}.", hint=f"Choose among: {', '.join(known)}.")
    return tuple(known[code] for code in wanted)
