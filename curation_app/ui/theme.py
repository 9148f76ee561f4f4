"""How everything looks: one palette for both themes, and the style sheet."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import MappingProxyType

import streamlit as st

from curation_app.domain.decision import Verdict
from curation_app.domain.finding import Kind
from curation_app.domain.verdict_words import VERDICT_WORDS
from curation_app.ui.state import Theme


@dataclass(frozen=True, slots=True, kw_only=True)
class Tone:
    """One accent in one theme: ``mark`` for points and bars, ``ink`` for words (contrast AA on ``wash`` and page), ``wash`` behind them."""

    mark: str
    ink: str
    wash: str


# Told apart by readers with deuteranopia, protanopia and tritanopia; the word stands beside the colour everywhere.
TONES: MappingProxyType[Kind, MappingProxyType[Theme, Tone]] = MappingProxyType(
    {
        kind: MappingProxyType({"light": Tone(mark=a, ink=b, wash=c), "dark": Tone(mark=d, ink=e, wash=f)})
        for kind, a, b, c, d, e, f in (
            (Kind.BACKDOOR, "#C2255C", "#A61E4D", "#FCE4EC", "#F06595", "#F9A8C4", "#3D1A29"),
            (Kind.INJECTION, "#5F3DC4", "#5632B8", "#EAE6FB", "#9775FA", "#C3B2FF", "#2A2247"),
            (Kind.MISLABEL, "#D97706", "#924A00", "#FEF0DC", "#F59F3A", "#FFC078", "#3A2712"),
            (Kind.DUPLICATE, "#0C8599", "#0B6575", "#DDF3F6", "#3BC9DB", "#7FE3EF", "#12323A"),
            (Kind.DRIFT, "#1C7ED6", "#12609F", "#DFEEFB", "#4DABF7", "#8CCBFC", "#152C40"),
            (Kind.NONE, "#748094", "#5B6676", "#EEF1F5", "#8593A6", "#A9B4C3", "#222A34"),
        )
    }
)

# Tokens and panels first, then what single pages add.
SHEETS = ("theme.css", "pages.css", "review.css", "groups.css")

# What people call the kinds.
KIND_NAMES: MappingProxyType[Kind, str] = MappingProxyType(
    {
        Kind.BACKDOOR: "backdoor",
        Kind.INJECTION: "injected",
        Kind.MISLABEL: "mislabel",
        Kind.DUPLICATE: "duplicate",
        Kind.DRIFT: "far",
        Kind.NONE: "no finding",
    }
)

# What people call a decision, as it reads on a row.
VERDICT_NAMES: MappingProxyType[Verdict, str] = MappingProxyType({verdict: words.state for verdict, words in VERDICT_WORDS.items()})


def apply() -> None:
    """Put the style sheet on the page; once a run of the script."""
    st.html(f"<style>{_sheet()}</style>")


@cache
def _sheet() -> str:
    tones = "".join(
        f"--{part}-{kind.value}: light-dark({getattr(pair['light'], part)}, {getattr(pair['dark'], part)});"
        for kind, pair in TONES.items()
        for part in ("mark", "ink", "wash")
    )
    classes = "".join(
        f".k-{kind.value}{{--tone:var(--mark-{kind.value});--tone-ink:var(--ink-{kind.value});--tone-wash:var(--wash-{kind.value})}}"
        for kind in TONES
    )
    sheets = "".join((Path(__file__).parent / name).read_text(encoding="utf-8") for name in SHEETS)
    return f":root{{{tones}}}{classes}{sheets}"
