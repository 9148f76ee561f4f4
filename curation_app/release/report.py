"""A page that tells what was decided and what left: one file, no outside request, every text escaped."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from itertools import islice

from curation_app.domain.decision import Decision, Verdict
from curation_app.domain.fold import Fold
from curation_app.release.html import Cell, Raw, element, escaped, number, table
from curation_app.release.log_files import TABLE_FILE, evidence_summary
from curation_app.release.manifest import Change, Manifest
from curation_app.release.report_style import ACCENTED, STYLE

# More lines than anybody reads; the whole list is in the change table.
_DECISIONS_SHOWN = 500
_GROUPS_SHOWN = 60

_WORDS = {Verdict.ACCEPT: "kept", Verdict.RELABEL: "relabelled", Verdict.DROP: "dropped", Verdict.LATER: "second look"}

# Nothing may be fetched. Plots that draw themselves bring their script along; without one, no script may run at all.
_POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data: blob:; font-src data:; base-uri 'none'; form-action 'none'"


def render_report(manifest: Manifest, state: Fold, *, kinds: Mapping[int, str], plots: Mapping[str, str]) -> str:
    """The report as HTML.

    ``kinds`` maps a row to its kind of suspicion. ``plots`` maps a title to HTML or SVG that is shown as it is; everything else is escaped.
    """
    decided = [decision for _, decision in sorted(state.decisions.items()) if decision.verdict is not Verdict.OPEN]
    parts = [
        _header(manifest),
        _kinds(decided, kinds),
        _changes("By class", manifest.classes),
        _changes("By source", manifest.sources),
        *(_section(title, Raw(f'<div class="plot">{html}</div>')) for title, html in plots.items()),
        _people(decided),
        _decisions(decided, state),
        _files(manifest),
        _origin(manifest),
    ]
    policy = _POLICY + ("; script-src 'unsafe-inline'" if any("<script" in html.lower() for html in plots.values()) else "")
    return (
        '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{escaped(policy)}">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n<meta name="referrer" content="no-referrer">\n'
        f"<title>Release of {escaped(manifest.name)}</title>\n<style>{STYLE}</style>\n</head>\n<body>\n<main>\n"
        + "\n".join(part for part in parts if part)
        + "\n</main>\n</body>\n</html>\n"
    )


def _header(manifest: Manifest) -> str:
    counts = manifest.counts
    title = f"{number(counts['kept'])} of {number(counts['rows'])} rows leave"
    title += f", {number(counts['relabelled'])} with a new label" if counts["relabelled"] else ""
    names = {
        "rows": "Rows before",
        "kept": "Rows after",
        "dropped": "Dropped",
        "relabelled": "Relabelled",
        "accepted": "Confirmed",
        "later": "Second look",
        "undecided": "Not looked at",
    }
    tiles = "".join(f"<div><dt>{words}</dt><dd>{number(counts[name])}</dd></div>" for name, words in names.items())
    return (
        f"<header><p>{escaped(manifest.name)}, released {escaped(_when(manifest.created))}</p>{element('h1', title)}"
        f'<p>Every value that no decision changed is exactly as it came.</p></header><dl class="tiles">{tiles}</dl>'
    )


def _kinds(decided: Sequence[Decision], kinds: Mapping[int, str]) -> str:
    if not kinds or not decided:
        return ""
    tally = Counter((kinds.get(decision.row, "none"), decision.verdict) for decision in decided)
    names = sorted({kind for kind, _ in tally}, key=lambda kind: ([*ACCENTED, kind].index(kind), kind))
    rows = [
        [Raw(f'<span class="dot" style="background:var(--{kind if kind in ACCENTED else "bar"})"></span>{escaped(_kind_words(kind))}')]
        + [tally[kind, verdict] for verdict in _WORDS]
        for kind in names
    ]
    return _section("Decisions by kind of suspicion", table(["Kind", *map(str.capitalize, _WORDS.values())], rows))


def _kind_words(kind: str) -> str:
    return "no suspicion" if kind == "none" else kind


def _changes(title: str, changes: Sequence[Change]) -> str:
    if not changes:
        return ""
    moved = sorted(changes, key=lambda change: -abs(change.after - change.before))
    most = max(max(change.before, change.after) for change in changes) or 1
    rows = [
        [_name(change.name), change.before, change.after, _signed(change.after - change.before), _bars(change, most)] for change in moved
    ]
    note = f"The {_GROUPS_SHOWN} that changed most, of {number(len(rows))}." if len(rows) > _GROUPS_SHOWN else ""
    return _section(title, table(["Name", "Before", "After", "Change", ""], rows[:_GROUPS_SHOWN]), note)


def _name(name: str | None) -> Cell:
    return Raw("<em>missing</em>") if name is None else name


def _signed(change: int) -> Raw:
    sign = "+" if change > 0 else "\N{MINUS SIGN}" if change < 0 else "\N{PLUS-MINUS SIGN}"
    return Raw(f'<span class="number">{sign}{number(abs(change))}</span>')


def _bars(change: Change, most: int) -> Raw:
    widths = "".join(f'<i style="width:{100 * rows / most:.1f}%"></i>' for rows in (change.before, change.after))
    return Raw(f'<div class="bars" aria-hidden="true">{widths}</div>')


def _people(decided: Sequence[Decision]) -> str:
    if not decided:
        return ""
    tally = Counter((decision.by, decision.verdict) for decision in decided)
    rows: list[list[Cell]] = [[by, *(tally[by, verdict] for verdict in _WORDS)] for by in sorted({by for by, _ in tally})]
    return _section("Who decided", table(["Name", *map(str.capitalize, _WORDS.values())], rows))


def _decisions(decided: Sequence[Decision], state: Fold) -> str:
    if not decided:
        return _section("Decisions", Raw('<p class="note">Nobody has decided anything: the data leaves as it came.</p>'))
    order = sorted(decided, key=lambda decision: (decision.verdict not in (Verdict.DROP, Verdict.RELABEL), decision.row))
    note = (
        f"The first {number(_DECISIONS_SHOWN)} of {number(len(order))}; all are in {TABLE_FILE}." if len(order) > _DECISIONS_SHOWN else ""
    )
    headings = ["Row", "Id", "Label", "Decision", "Reason", "Evidence", "Who", "When"]
    return _section("Decisions", table(headings, _decision_rows(islice(order, _DECISIONS_SHOWN), state)), note)


def _decision_rows(decided: Iterable[Decision], state: Fold) -> list[list[Cell]]:
    return [
        [
            decision.row,
            str(state.facts[decision.row].get("id", "")),
            _label(decision, state),
            _WORDS[decision.verdict],
            decision.reason,
            evidence_summary(state.facts[decision.row].get("evidence")),
            decision.by,
            _when(decision.at),
        ]
        for decision in decided
    ]


def _when(at: str) -> str:
    """``2026-01-02T03:04:05.678Z`` to the minute; the log has it exactly."""
    return f"{at[:10]} {at[11:16]} UTC" if at.endswith("Z") else at


def _label(decision: Decision, state: Fold) -> str:
    given = state.facts[decision.row].get("given")
    old = "missing" if given is None else str(given)
    return f"{old} \N{RIGHTWARDS ARROW} {decision.label}" if decision.verdict is Verdict.RELABEL else old


def _files(manifest: Manifest) -> str:
    rows: list[list[Cell]] = [
        [entry.path, entry.role, entry.bytes, Raw(f"<code>{escaped(entry.sha256)}</code>")] for entry in manifest.outputs
    ]
    note = "curation-app verify checks these, and that the log leads from the original to the released data."
    return _section("Files", table(["File", "What", "Bytes", "SHA-256"], rows), note)


def _origin(manifest: Manifest) -> str:
    recipe = ", ".join(f"{name} {value}" for name, value in manifest.recipe.items())
    facts = {
        "Input": f"{manifest.name} ({manifest.format})",
        "SHA-256 of the input": manifest.sha256,
        "Label column": manifest.label_column or "none",
        "Recipe": recipe,
        "Seed": str(manifest.seed),
        "Versions": ", ".join(f"{name} {version}" for name, version in manifest.versions.items()),
        "Events in the log": str(manifest.events),
        "Leaf of the last event": manifest.head or "none",
    } | {str(name): str(value) for name, value in manifest.facts.items()}
    return _section("Where it comes from", table(["Fact", "Value"], [[name, value] for name, value in facts.items() if value]))


def _section(title: str, body: str, note: str = "") -> str:
    return f"<section>{element('h2', title)}{element('p', note, 'note') if note else ''}{body}</section>"
