"""The Release page: what leaves?"""

from __future__ import annotations

from pathlib import Path

import streamlit as st

from curation_app.errors import CurationError
from curation_app.ui import resources, state
from curation_app.ui.components import blank, impact, markup, notice, release_files, release_plan, words
from curation_app.ui.components.markup import tag
from curation_app.workspace import ReleasePreview, Run

TARGET = "release target"


def main() -> None:
    """Draw the page for the open run."""
    run = resources.current_run()
    if run is None:
        blank.no_run()
        return
    plan = run.release_preview()
    notice.show()
    _head(run, plan)
    markup.show(release_plan.tiles(plan))
    warning = release_plan.still_open(plan)
    if warning is not None:
        markup.show(warning)
    left, right = st.columns([1, 1.12], gap="small")
    with left:
        for title, lines in (("By label", plan.per_class), ("By source", plan.per_source)):
            panel = release_plan.changes(title, lines)
            if panel is not None:
                markup.show(panel)
    with right:
        _target(run)
        impact.panel(run)
        for position, result in enumerate(run.releases()):
            release_files.show(run, result, newest=position == 0)


def _head(run: Run, plan: ReleasePreview) -> None:
    with st.container(key="headline", horizontal=True, vertical_alignment="center", wrap=False, gap="small"):
        changed = plan.dropped + plan.relabelled
        title = (
            f"{words.counted(changed, 'row')} of {words.thousands(plan.rows_before)} would change"
            if changed
            else "Nothing would change yet"
        )
        sentence = "The cleaned data in its own format, the change log, a manifest with hashes, and a report. The original stays untouched."
        markup.show(tag("div", tag("h1", title), tag("p", sentence, cls="soft"), cls="headline"))
        st.button("Release", type="primary", shortcut="Ctrl+Enter", key="write-release", on_click=_write, args=(run,))


def _target(run: Run) -> None:
    suggested = str(run.next_release())
    with st.container(key="panel-target"):
        st.text_input("Folder of the next release; it must be new or empty", value=suggested, key=f"{TARGET} {suggested}")


def _write(run: Run) -> None:
    """Write the release; the notice says where it lies or why it does not."""
    suggested = run.next_release()
    out = Path(str(state.widget(f"{TARGET} {suggested}") or suggested)).expanduser()
    try:
        result = run.release(out, by=state.reviewer(), impact=impact.measured(run))
    except CurationError as error:
        state.set_notice(state.Notice(level="error", message=error.message, hint=error.hint))
        return
    files = words.counted(len(result.files), "file")
    state.set_notice(state.Notice(level="done", message=f"Released {words.counted(result.rows, 'row')}: {files} in {result.path}"))


main()
