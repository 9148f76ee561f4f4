"""The Sources page: who does this?"""

from __future__ import annotations

import streamlit as st

from curation_app.ui import resources, state
from curation_app.ui.components import blank, bulk, markup, notice, source_list, undo_bar, words
from curation_app.ui.components.markup import tag
from curation_app.workspace import Run, SourceTable


def main() -> None:
    """Draw the sources and annotators of the open run."""
    run = resources.current_run()
    if run is None:
        blank.no_run()
        return
    table, annotators = run.source_table("source"), run.source_table("annotator")
    notice.show()
    if table is None and annotators is None:
        sentence = (
            "No column says where a row came from, or who labelled it. Name one on the Open page, as source or annotator, and scan again."
        )
        blank.show("This data does not say where it comes from", sentence)
        return
    _head(run, table, annotators)
    if table is not None:
        source_list.sources(run, table)
    else:
        note = "No column says where a row came from, so no source can be judged or put into quarantine."
        markup.show(tag("section", tag("h3", "Sources", cls="eyebrow"), tag("p", note, cls="soft"), cls="panel"))
    if annotators is not None:
        markup.show(source_list.annotators(annotators))
    bulk.show(run)


def _head(run: Run, table: SourceTable | None, annotators: SourceTable | None) -> None:
    with st.container(key="headline", horizontal=True, vertical_alignment="center", wrap=False, gap="small"):
        markup.show(tag("div", tag("h1", _sentence(table, annotators)), tag("p", _note(table), cls="soft"), cls="headline"))
        undo_bar.undo(run, asleep=state.bulk(run.name) is not None)


def _sentence(table: SourceTable | None, annotators: SourceTable | None) -> str:
    parts = []
    for found, noun in ((table, "source"), (annotators, "annotator")):
        if found is not None:
            loud = sum(line.loud for line in found.lines)
            parts.append(f"{loud if loud else 'none'} of {words.counted(len(found.lines), noun)}")
    return f"{' and '.join(parts)} clearly flagged more than the rest".capitalize()


def _note(table: SourceTable | None) -> str:
    held = [line for line in table.lines if line.held] if table is not None else []
    if held:
        rows = words.counted(sum(line.quarantined for line in held), "row")
        return f"{words.counted(len(held), 'source')} in quarantine, {rows} dropped. Nothing is deleted: a release takes it back."
    return "A quarantine drops every row of a source, with a preview first; it can be taken back at any time."


main()
