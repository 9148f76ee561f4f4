"""The evidence card as one piece of markup: why the row is here, the row itself, and everything that speaks for or against it."""

from __future__ import annotations

import math
from collections.abc import Iterable

import numpy as np

from curation_app.domain.finding import Outcome
from curation_app.figures.png import data_address
from curation_app.ui.components.clicks import leads_to
from curation_app.ui.components.examples import boxed
from curation_app.ui.components.markup import Html, clip, join, marked, tag, titled
from curation_app.ui.components.queue_list import share
from curation_app.ui.components.words import counted, thousands
from curation_app.ui.theme import KIND_NAMES, VERDICT_NAMES
from curation_app.workspace import Box, Card, Cell, ClassChance, DetectorLine, GroupLine, Kind, NeighbourLine, SourceRecord, Verdict

# Bars on the card; the others are in the searchable list.
CHANCES = 5
NEIGHBOURS = 5
# Campaigns that the card names: a row is rarely part of more.
GROUPS = 2
# Characters of a text before it is cut; the panel scrolls.
TEXT = 4_000
# The picture is enlarged by a whole factor to about this many pixels, so that its pixels stay crisp.
PICTURE = 208


def card(shown: Card, keys: tuple[str, ...]) -> Html:
    """The whole card; ``keys`` are the classes in the order of the number keys."""
    left = join((_chances(shown, keys), _source(shown.source)))
    right = join((_lines("Nearest neighbours", shown.neighbours[:NEIGHBOURS]), _lines("Copies", shown.copies[:3], len(shown.copies))))
    return tag(
        "article",
        _head(shown),
        tag("h2", shown.headline, cls="headline"),
        _groups(shown.groups),
        _row(shown),
        tag("div", tag("div", left), tag("div", right), cls="evidence"),
        _detectors(shown.detectors),
        cls=f"card k-{shown.kind}",
        data_row=shown.row,
    )


def done(title: str, sentence: str, *ways: Html) -> Html:
    """What stands in the place of a card when there is none."""
    return tag("article", tag("h2", title, cls="headline"), tag("p", sentence, cls="soft"), *ways, cls="card empty")


def _head(shown: Card) -> Html:
    parts: list[object] = [
        tag("span", KIND_NAMES[shown.kind], cls="badge"),
        tag("span", f"row {thousands(shown.row)}", f" · id {clip(shown.id, 24)}" if shown.id != str(shown.row) else "", cls="soft num"),
        tag(
            "span",
            f"suspicion {share(shown.suspicion)} · rank {thousands(shown.rank)}",
            cls="soft num",
            title="Chance that the row is bad, and its place in the scan's queue",
        ),
        tag("span", clip(shown.time, 19), cls="soft num") if shown.time else None,
    ]
    if shown.verdict is not Verdict.OPEN:
        what = VERDICT_NAMES[shown.verdict] + (f" to {clip(shown.verdict_label, 24)}" if shown.verdict is Verdict.RELABEL else "")
        parts.append(tag("span", f"{what} by {clip(shown.verdict_by, 24)}", cls="badge decided-by"))
    if shown.audited:
        parts.append(tag("span", "audit sample", cls="badge", title="Drawn at random from the rows that nothing flagged"))
    return tag("div", *parts, cls="card-head")


def _groups(groups: tuple[GroupLine, ...]) -> Html | None:
    """The campaigns that the row is part of; each leads to its page."""
    if not groups:
        return None
    lines = [
        tag(
            "div",
            tag("span", "Part of campaign: ", cls="soft"),
            tag("b", titled(group.title, 110)),
            tag("span", f" · {counted(group.count, 'row')}", cls="soft"),
            cls=f"partof k-{group.kind.value}",
            title=clip(group.title, 400),
            **leads_to("campaign", group.id),
        )
        for group in groups[:GROUPS]
    ]
    rest = len(groups) - GROUPS
    return tag("div", *lines, tag("div", f"and of {counted(rest, 'other')}", cls="soft small") if rest > 0 else None, cls="groups")


def _row(shown: Card) -> Html:
    parts: list[Html] = []
    if shown.text is not None:
        parts.append(tag("div", marked(shown.text[:TEXT], shown.marks), cls="rowtext", dir="auto"))
        if shown.hidden_characters:
            parts.append(tag("div", f"{shown.hidden_characters} hidden characters, written out as ⟨U+…⟩", cls="soft small"))
    if shown.image is not None:
        parts.append(_picture(shown.image, shown.boxes))
    if shown.cells:
        parts.append(_cells(shown.cells, beside=bool(parts)))
    return tag("div", *parts, cls="therow" + (" has-image" if shown.image is not None else ""))


def _picture(pixels: np.ndarray, boxes: tuple[Box, ...]) -> Html:
    """The picture enlarged, the patches outlined."""
    height, width = pixels.shape[:2]
    if pixels.dtype != np.uint8:
        top = float(np.nanmax(pixels)) or 1.0
        pixels = np.clip(pixels / top * 255, 0, 255).astype(np.uint8)
    alt = f"The row's picture, {width} by {height} pixels" + (", its patch outlined" if boxes else "")
    return boxed(pixels, boxes, PICTURE, alt)


def _cells(cells: Iterable[Cell], *, beside: bool) -> Html:
    """Cells that a campaign shares first, then unusual ones; each says what is normal."""
    ordered = sorted(cells, key=lambda cell: (not cell.trigger, not cell.unusual))
    lines = [
        tag(
            "div",
            tag("span", clip(cell.column, 28), cls="soft", title=cell.column),
            tag("b", clip(cell.value, 40), cls=_cell_class(cell), title=clip(cell.value, 400)),
            tag("span", clip(cell.normal, 40), cls="soft normal", title=f"Usual: {cell.normal}") if cell.normal else None,
            cls="cell",
        )
        for cell in ordered
    ]
    return tag("div", *lines, cls="cells" + (" beside" if beside else ""))


def _cell_class(cell: Cell) -> str | None:
    return "odd trigger" if cell.trigger else "odd" if cell.unusual else None


def _chances(shown: Card, keys: tuple[str, ...]) -> Html:
    if not shown.chances:
        return tag(
            "section",
            _title("Label"),
            tag("p", f"given: {clip(shown.given, 60)}" if shown.given is not None else "This dataset has no label."),
        )
    top = list(shown.chances[:CHANCES])
    top += [chance for chance in shown.chances[CHANCES:] if chance.given or chance.suggested]
    return tag(
        "section",
        _title("Label", "Chance of each class, judged by models that never saw this row"),
        *(_bar(chance, keys, shown.kind) for chance in top),
    )


def _bar(chance: ClassChance, keys: tuple[str, ...], kind: Kind) -> Html:
    key = keys.index(chance.label) + 1 if chance.label in keys[:9] else None
    tone = "ink" if chance.suggested else f"k-{kind}" if chance.given else ""
    return tag(
        "div",
        tag("kbd", key) if key else tag("span"),
        tag("span", clip(chance.label, 40), cls="name", title=chance.label),
        tag(
            "span",
            tag("span", "given", cls="badge") if chance.given else None,
            tag("span", "suggested", cls="badge dark") if chance.suggested else None,
        ),
        tag("span", tag("i", style=f"width:{100 * chance.chance:.1f}%"), cls="track"),
        tag("span", percent(chance.chance), cls="num soft"),
        cls=f"chance {tone}",
    )


def _source(record: SourceRecord | None) -> Html | None:
    if record is None:
        return None
    interval = f"{record.flagged} of {thousands(record.rows)} rows flagged; 95 % interval {percent(record.low)} to {percent(record.high)}"
    loud = "k-backdoor" if record.low > record.overall else ""
    return tag(
        "section",
        _title(f"Source {clip(record.source, 40)}", interval),
        _rate("flag rate", record.rate, loud, interval),
        _rate("all sources", record.overall, "", "Share of all rows that are flagged"),
    )


def _rate(name: str, value: float, tone: str, title: str) -> Html:
    bar = tag("span", tag("i", style=f"width:{100 * value:.1f}%"), cls="track")
    return tag("div", tag("span", name), bar, tag("span", percent(value), cls="num soft"), cls=f"rate {tone}", title=title)


def _lines(title: str, lines: Iterable[NeighbourLine], total: int | None = None) -> Html | None:
    rows = [
        tag(
            "div",
            _thumbnail(line)
            if line.image is not None
            else tag("span", f"“{clip(line.snippet, 64)}”", cls="snippet", title=clip(line.snippet, 300)),
            tag("span", clip(line.label, 20), cls="badge", title=line.label) if line.label is not None else None,
            tag("span", clip(line.source, 24), cls="soft source", title=line.source) if line.source is not None else None,
            tag("span", f"{line.distance:.2f}".lstrip("0"), cls="num soft", title=f"row {line.row}, distance {line.distance:.3f}"),
            cls="neighbour",
            **leads_to("row", line.row),
        )
        for line in lines
    ]
    if not rows:
        return None
    count = f" · {total}" if total is not None else ""
    return tag("section", _title(title + count, "Rows most like this one; the number is the distance. Click one to open it"), *rows)


def _thumbnail(line: NeighbourLine) -> Html:
    assert line.image is not None
    picture = tag("img", src=data_address(line.image), cls="pixels thumb", alt="")
    return tag("span", picture, tag("span", clip(line.id, 20), cls="soft"), cls="snippet pictured", title=clip(line.snippet, 300))


def _detectors(lines: tuple[DetectorLine, ...]) -> Html:
    spoke = [line for line in lines if line.speaks]
    apart = [line for line in lines if line.outcome == Outcome.NOT_APPLICABLE]
    silent = [line for line in lines if line not in spoke and line not in apart]
    words: list[object] = []
    for line in [*spoke, *silent]:
        words += [_detector(line, loud=line in spoke), tag("span", " · ", cls="soft")]
    if apart:
        why = " ".join(f"{line.title}: {line.reason}" for line in apart)
        words += [tag("span", f"{len(apart)} not applicable", cls="soft", title=why), ""]
    told = [*spoke, *silent, *apart]
    rules = [tag("div", tag("b", f"{line.title}: "), line.rule, f" Here: {line.reason}" if line.reason else "") for line in told]
    return tag(
        "section",
        _title("Detectors", "Hover one for its rule"),
        tag("p", *words[:-1], cls="detectors"),
        tag("details", tag("summary", "Rules and thresholds"), *rules, cls="rules soft small"),
    )


def _detector(line: DetectorLine, *, loud: bool) -> Html:
    says = share(line.score) if math.isfinite(line.score) else line.outcome
    return tag(
        "span",
        f"{line.title} ",
        tag("b" if loud else "span", says),
        cls=f"loud k-{line.kind}" if loud else "soft",
        title=f"{line.rule} {line.reason}".strip(),
    )


def _title(words: str, hint: str | None = None) -> Html:
    return tag("h3", words, cls="eyebrow", title=hint)


def percent(value: float) -> str:
    """A share as a percentage, one decimal below one per cent."""
    return f"{100 * value:.1f} %" if 0 < value < 0.01 else f"{100 * value:.0f} %"
