"""Three ways to a dataset: a bundled demo, a path, an upload."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import streamlit as st

from curation_app.errors import CurationError
from curation_app.ui import state
from curation_app.ui.components import markup
from curation_app.ui.components.markup import tag

if TYPE_CHECKING:
    from curation_app.workspace import Workspace

# What a file dialogue offers; the reader decides by content and says what it refuses.
UPLOADS = ["csv", "tsv", "parquet", "jsonl", "ndjson", "arrow", "feather", "npz"]


def show(workspace: Workspace) -> None:
    """Draw the three ways; each ends in :func:`state.choose_file`."""
    with st.container(key="panel-path", gap="small"):
        markup.show(tag("h3", "Your own file", cls="eyebrow"))
        with st.container(horizontal=True, vertical_alignment="bottom", wrap=False, gap="small"):
            st.text_input(
                "Path on this machine",
                key="path",
                placeholder="/data/train.csv, or a folder of images",
                on_change=_look,
                icon=":material/folder:",
            )
            st.button("Look at it", key="look", on_click=_look)
        upload = st.file_uploader("Or upload it; larger files by path", type=UPLOADS, key="upload")
        if upload is not None:
            _take(workspace, upload)
    with st.container(key="panel-demos", gap="small"):
        markup.show(tag("h3", "Or try a demo: errors were planted in each, and are listed beside it", cls="eyebrow"))
        for column, (position, demo) in zip(st.columns(3, gap="small"), enumerate(workspace.demos(), start=1), strict=False):
            with column, st.container(key=f"demo-{position}", height="stretch", gap="small"):
                _demo(demo, position)


def _demo(demo: Any, position: int) -> None:
    markup.show(tag("div", tag("b", demo.title), tag("p", demo.description, cls="soft"), cls="democard"))
    st.button(
        "Open demo",
        key=f"open-demo-{position}",
        shortcut=str(position),
        on_click=state.choose_file,
        args=(str(demo.path),),
        width="stretch",
    )


def _look() -> None:
    path = str(state.widget("path") or "").strip().strip("\"'")
    if path:
        state.choose_file(path)


def _take(workspace: Workspace, upload: Any) -> None:
    """Keep the upload where a scan can read it, then look at it."""
    try:
        path = workspace.store_upload(upload.name, upload.getvalue())
    except CurationError as error:
        state.set_notice(state.Notice(level="error", message=error.message, hint=error.hint))
    else:
        state.choose_file(str(path))
    st.rerun()
