"""What the rows of one campaign have in common: the trigger, the label against what was expected, the sources, the time."""

from __future__ import annotations

from collections.abc import Sequence

from curation_app.figures.bars import heights
from curation_app.figures.png import data_address
from curation_app.ui.components import words
from curation_app.ui.components.markup import Html, clip, tag, titled, visible
from curation_app.ui.components.queue_list import share
from curation_app.ui.theme import KIND_NAMES, VERDICT_NAMES
from curation_app.workspace import CampaignLine, CampaignView, Compared, Kind, TimeSpan

# Names of a mix before "and n more"; tokens and cells before the rest is left out.
NAMES, SHARED = 5, 12


def headline(view: CampaignView) -> Html:
    """The title as a sentence, the chance, the size and what was decided."""
    line = view.line
    return tag(
        "div",
        tag("h1", titled(line.title, 260)),
        tag(
            "p",
            tag("span", KIND_NAMES[line.kind], cls="badge"),
            f" {words.counted(line.count, 'row')} · chance ",
            tag("b", share(line.score), cls="num", title="Chance that this is what the sentence says"),
            f" · {decided(line)}",
            cls="soft",
        ),
        cls=f"headline k-{line.kind.value}",
    )


def decided(line: CampaignLine) -> str:
    """What was decided about its rows: "all 34 dropped", "12 of 34 decided"."""
    if not line.verdicts:
        return "not decided"
    if len(line.verdicts) == 1 and line.verdicts[0][1] == line.count:
        verdict = VERDICT_NAMES[line.verdicts[0][0]]
        return verdict if line.count == 1 else f"all {words.thousands(line.count)} {verdict}"
    parts = ", ".join(f"{words.thousands(count)} {VERDICT_NAMES[verdict]}" for verdict, count in line.verdicts)
    return f"{parts} of {words.thousands(line.count)}"


def panel(view: CampaignView) -> Html:
    """The evidence in two columns."""
    left = [_trigger(view), _compared(view.compared) if view.compared else None]
    right = [
        _mix("Where they come from", view.sources, view.line.count),
        _mix("Labels they carry", view.labels, view.line.count) if len(view.labels) > 1 or view.compared is None else None,
        _span(view.span) if view.span else None,
        _facts(view.facts),
    ]
    columns = [tag("div", *parts) for parts in (left, right) if any(part is not None for part in parts)]
    return tag("section", *columns, cls=f"panel campaign-evidence k-{view.line.kind.value}")


def _trigger(view: CampaignView) -> Html | None:
    chips = [tag("mark", visible(token[:60]), cls="token") for token in view.tokens[:SHARED]]
    chips += [tag("mark", clip(name, 30), " = ", clip(value, 40), cls="token") for name, value in list(view.cells.items())[:SHARED]]
    picture = None
    if view.picture is not None:
        factor = max(1, 112 // max(view.picture.shape[:2]))
        height, width = (side * factor for side in view.picture.shape[:2])
        # A white patch on a white page would be no picture: it lies on a grey mat.
        picture = tag("img", src=data_address(view.picture), width=width, height=height, cls="pixels mat", alt="The recovered trigger")
    if not (view.trigger or chips or picture):
        return None
    carried = None
    if view.support is not None and view.support != view.line.count:
        carried = f"In {words.counted(view.support, 'row')} of the data, {words.thousands(view.line.count)} of them in this campaign."
    return tag(
        "div",
        tag("h3", "Trigger" if view.line.kind is Kind.BACKDOOR else "What they share", cls="eyebrow"),
        # One word alone says it all as a chip.
        tag("p", tag("b", clip(view.trigger, 200))) if view.trigger and view.trigger.strip("'") not in view.tokens else None,
        tag("div", picture, tag("div", *chips, cls="tokens") if chips else None, cls="shared"),
        tag("p", carried, cls="soft small") if carried else None,
        cls="part",
    )


def _compared(found: Compared) -> Html:
    said = f"{words.thousands(found.carried)} of {words.thousands(found.of)}"
    return tag(
        "div",
        tag("h3", "Label “", clip(found.label, 40), "”", cls="eyebrow"),
        _bar("carry it", found.observed, said, "tone"),
        _bar("expected", found.expected, "", "grey"),
        tag("p", f"Expected: {found.basis}.", cls="soft small"),
        cls="part",
        role="img",
        aria_label=f"{words.percent(found.observed)} carry the label {clip(found.label, 40)}, {words.percent(found.expected)} expected",
    )


def _mix(title: str, mix: Sequence[tuple[str, int, int]], count: int) -> Html | None:
    if not mix:
        return None
    lines = [
        _bar(clip(name, 26), rows / count, f"{words.thousands(rows)} of {words.thousands(total)}", "grey")
        for name, rows, total in mix[:NAMES]
    ]
    rest = len(mix) - NAMES
    more = f", and {rest} more" if rest > 0 else ""
    note = tag("p", f"Share of the campaign; its rows of all such rows{more}.", cls="soft small")
    return tag("div", tag("h3", title, cls="eyebrow"), *lines, note, cls="part")


def _bar(name: str, value: float, said: str, tone: str) -> Html:
    bar = tag("span", tag("i", style=f"width:{100 * value:.1f}%"), cls="track")
    return tag(
        "div",
        tag("span", name, cls="name"),
        bar,
        tag("b", words.percent(value), cls="num"),
        tag("span", said, cls="soft num of"),
        cls=f"mix {tone}",
    )


def _span(span: TimeSpan) -> Html:
    mine, everybody = zip(*span.bars, strict=True)
    when = span.first if span.first == span.last else f"{span.first} to {span.last}"
    return tag(
        "div",
        tag("h3", "When they came", cls="eyebrow"),
        bars(mine, "tone", f"Rows of the campaign over time: {when}"),
        bars(everybody, "grey", "All rows over the same time"),
        tag("p", tag("b", when), f" · all rows {span.whole_first} to {span.whole_last}", cls="soft small"),
        cls="part",
    )


def bars(counts: Sequence[int], tone: str, alt: str) -> Html:
    """Counts over time as small bars."""
    # One row among thousands still shows.
    shares = [max(100 * height, 6 if count else 0) for height, count in zip(heights(counts), counts, strict=True)]
    drawn = (tag("i", style=f"height:{height:.0f}%") for height in shares)
    return tag("span", *drawn, cls=f"timebars {tone}", role="img", aria_label=alt, title=alt)


def _facts(facts: Sequence[tuple[str, str]]) -> Html | None:
    if not facts:
        return None
    said = (tag("div", f"{clip(name, 40)} ", tag("b", titled(value, 120))) for name, value in facts)
    return tag("div", *said, cls="soft small part")
