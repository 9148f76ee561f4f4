"""A release that was written: its files, how to take them along, and how to check them without this page."""

from __future__ import annotations

import shlex
from pathlib import Path

import streamlit as st

from curation_app.ui.components import checks, markup, words
from curation_app.ui.components.markup import tag
from curation_app.workspace import ReleaseResult, Run

KINDS = {".html": "text/html", ".json": "application/json", ".jsonl": "application/x-ndjson", ".csv": "text/csv"}


def show(run: Run, result: ReleaseResult, *, newest: bool) -> None:
    """Draw one release."""
    name = result.path.name
    with st.container(key=f"panel-release-{name}", gap="small"):
        with st.container(horizontal=True, vertical_alignment="center", wrap=False, gap="small", key=f"released-head-{name}"):
            markup.show(_facts(result))
            verify = st.button("Verify", key=f"verify-{name}", shortcut="V" if newest else None)
        if verify:
            markup.show(checks.lines(run.verify_release(result.path)))
        for file, size, digest in result.files:
            _file(result.path / file, file, size, digest, f"{name}-{file}")
        markup.show(tag("p", "The same checks without this page:", cls="soft small"))
        st.code(_commands(result), language="bash", wrap_lines=True)


def _facts(result: ReleaseResult) -> markup.Html:
    changed = f"{words.thousands(result.dropped)} dropped · {words.thousands(result.relabelled)} relabelled"
    said = f"{words.counted(result.rows, 'row')} · {changed} · {result.path}"
    return tag("div", tag("b", f"Release {result.path.name}"), tag("div", said, cls="soft"), cls="runline")


def _file(path: Path, file: str, size: int, digest: str, key: str) -> None:
    with st.container(horizontal=True, vertical_alignment="center", wrap=False, gap="small", key=f"released-{key}"):
        markup.show(
            tag("div", tag("b", file), tag("span", words.size(size), cls="soft num"), tag("code", digest, title="SHA-256"), cls="fileline")
        )
        # Read when it is asked for, not whenever the page is drawn: a release may be large.
        st.download_button(
            "Download",
            data=lambda: path.read_bytes(),
            file_name=Path(file).name,
            mime=KINDS.get(path.suffix, "application/octet-stream"),
            key=f"download-{key}",
            on_click="ignore",
            disabled=not path.is_file(),
        )


def _commands(result: ReleaseResult) -> str:
    folder = shlex.quote(str(result.path))
    return f"curation-app verify {folder}\ncuration-app replay ORIGINAL {folder} --out REBUILT"
