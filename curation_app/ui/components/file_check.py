"""A file before its scan: what each column is for and why, a first look, every problem at once, and the options."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import streamlit as st

from curation_app.domain.recipe import RECIPES
from curation_app.domain.roles import SINGLE_ROLES
from curation_app.errors import CurationError
from curation_app.ui import resources, state
from curation_app.ui.components import first_look, markup, words
from curation_app.ui.components.markup import Html, tag
from curation_app.workspace import Inspection, Workspace

ROLE_WORDS = {
    "label": "Label",
    "text": "Text",
    "image": "Image",
    "id": "Id",
    "source": "Source",
    "annotator": "Annotator",
    "time": "Time",
    "split": "Split",
    "group": "Group",
}
# Roles of several columns.
MANY_WORDS = {
    "features": "Columns that are measured",
    "embedding": "Columns of an embedding",
    "annotators": "Columns of answers, one for each annotator",
}
KIND_WORDS = {"class": "a class", "number": "a number", "tags": "a list of tags"}
NO_BASELINE = "nothing"
NO_COLUMN = "no column"
DETECT = "detect"
ENCODINGS = [DETECT, "utf-8", "latin-1", "cp1252", "utf-16", "shift_jis", "gb18030"]
RECIPE_WORDS = {
    "standard": "standard: the best ranking",
    "fast": "fast: no trees, one test planting",
    "thorough": "thorough: more folds, more test plantings",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """How the file is read and scanned."""

    no_label: bool
    encoding: str | None
    skip_bad_rows: bool
    label_kind: str | None
    recipe: str
    seed: int
    baseline: str | None

    def reading(self) -> dict[str, Any]:
        """Those that decide how the file is read."""
        names = ("no_label", "encoding", "skip_bad_rows", "label_kind")
        return {name: getattr(self, name) for name in names}


def show(workspace: Workspace, path: str) -> None:
    """Draw the page for one file."""
    options = _options_so_far(path)
    plain = resources.inspect(path, {}, options.reading())
    roles = _roles_so_far(path, plain)
    asked = plain
    if roles and not plain.error:
        asked = resources.inspect(path, roles, options.reading())
    _head(workspace, path, asked, roles, options)
    if asked.error:
        markup.show(_problems(asked))
    left, right = st.columns([1, 1.25], gap="small")
    with left:
        if not plain.error:
            _roles(path, plain, asked, options)
        _options(workspace, path, broken=bool(plain.error))
    with right:
        if not asked.error:
            first_look.show(asked)


def _head(workspace: Workspace, path: str, found: Inspection, roles: dict[str, object], options: Options) -> None:
    with st.container(key="headline", horizontal=True, vertical_alignment="center", wrap=False, gap="small"):
        markup.show(_facts(found))
        st.button("Back", shortcut="Esc", key="back", on_click=state.choose_file, args=(None,))
        st.button(
            "Scan",
            type="primary",
            shortcut="S",
            key="scan-file",
            disabled=bool(found.error),
            on_click=_scan,
            args=(workspace, path, roles, options),
        )


def _facts(found: Inspection) -> Html:
    facts = (
        f"{found.format} · {words.counted(found.rows, 'row')} · {words.counted(len(found.columns), 'column')} · read as {found.modality}"
    )
    return tag(
        "div", tag("h1", markup.clip(found.name, 80)), tag("p", str(found.path) if found.error else facts, cls="soft"), cls="headline"
    )


def _scan(workspace: Workspace, path: str, roles: dict[str, object], options: Options) -> None:
    try:
        job = workspace.start_scan(
            path, roles=roles, recipe=options.recipe, seed=options.seed, baseline=options.baseline, **options.reading()
        )
    except CurationError as error:
        state.set_notice(state.Notice(level="error", message=error.message, hint=error.hint))
    else:
        state.watch_scan(job.name)


def _problems(found: Inspection) -> Html:
    return tag(
        "div",
        tag("b", _what_is_wrong(found)),
        tag("div", found.hint, cls="hint") if found.hint else None,
        tag("ul", *(tag("li", problem) for problem in found.problems), cls="problems") if found.problems else None,
        cls="notice error",
        role="alert",
    )


def _what_is_wrong(found: Inspection) -> str:
    """The error; where its problems are listed below, only how many there are."""
    if not found.problems:
        return found.error
    return f"{markup.clip(found.name, 80)} cannot be read as it is: {words.counted(len(found.problems), 'problem')}"


def _roles(path: str, plain: Inspection, asked: Inspection, options: Options) -> None:
    """One list a role; the guess is chosen already, and says why."""
    with st.container(key="panel-roles", gap="small"):
        markup.show(tag("h3", "What each column is for", cls="eyebrow"))
        asks = [role for role in SINGLE_ROLES if not (role == "label" and options.no_label)]
        first = [role for role in asks if plain.roles.get(role) or role == "label"]
        for role in first:
            _role(path, role, plain, asked)
            if role == "label" and asked.roles.get("label"):
                _label_kind(path, asked)
        with st.expander("More roles", type="compact"):
            for role in asks:
                if role not in first:
                    _role(path, role, plain, asked)
            if len(plain.columns) > 1:
                for role in MANY_WORDS:
                    _columns(path, role, plain)
        rest = asked.roles.get("features") or asked.roles.get("embedding") or ()
        if isinstance(rest, tuple) and rest:
            listed = ", ".join(markup.clip(name, 30) for name in rest[:12]) + (f" and {len(rest) - 12} more" if len(rest) > 12 else "")
            markup.show(tag("p", tag("b", "Measured: "), listed, cls="soft measured"))


def _role(path: str, role: str, plain: Inspection, asked: Inspection) -> None:
    guessed = plain.roles.get(role)
    choices = [NO_COLUMN, *plain.columns]
    index = choices.index(guessed) if guessed in plain.columns else 0
    name, choice, reason = st.columns([0.62, 1.3, 1.3], vertical_alignment="center", gap="small")
    with name:
        markup.show(tag("div", ROLE_WORDS[role], cls="rolename"))
    with choice:
        st.selectbox(ROLE_WORDS[role], choices, index=index, key=_key(path, role), format_func=_column_words, label_visibility="collapsed")
    now = asked.roles.get(role)
    with reason:
        why = asked.reasons.get(role, "") if now else "nothing looks like one" if guessed is None else "left out by you"
        markup.show(tag("p", why, cls="soft why"))


def _label_kind(path: str, asked: Inspection) -> None:
    name, choice, reason = st.columns([0.62, 1.3, 1.3], vertical_alignment="center", gap="small")
    with name:
        markup.show(tag("div", "A label is", cls="rolename"))
    with choice:
        st.selectbox(
            "A label is",
            [DETECT, *KIND_WORDS],
            key=_key(path, "label kind"),
            format_func=lambda kind: f"{KIND_WORDS[asked.label_kind]}, as detected" if kind == DETECT else KIND_WORDS[kind],
            label_visibility="collapsed",
        )
    with reason:
        markup.show(tag("p", asked.reasons.get("label_kind", "its values repeat, and are no lists"), cls="soft why"))


def _columns(path: str, role: str, plain: Inspection) -> None:
    """A role that several columns have; empty lets the reader guess."""
    st.multiselect(
        MANY_WORDS[role],
        plain.columns,
        default=[name for name in _guessed(plain, role) if name in plain.columns],
        key=_key(path, role),
        format_func=_column_words,
        placeholder="every column without another role" if role == "features" else "no column",
    )


def _guessed(plain: Inspection, role: str) -> tuple[str, ...]:
    found = plain.roles.get(role)
    return tuple(str(name) for name in found) if isinstance(found, (list, tuple)) else ()


def _column_words(name: str) -> str:
    return markup.clip(name, 40)


def _options(workspace: Workspace, path: str, *, broken: bool) -> None:
    with st.container(key="panel-options", gap="small"):
        markup.show(tag("h3", "Options", cls="eyebrow"))
        st.toggle("Skip rows that cannot be read", key=_key(path, "skip"), help="They are written to a file of their own, and counted.")
        if not broken:
            st.toggle("This data has no label", key=_key(path, "no label"))
        left, middle, right = st.columns([1, 1.7, 0.8], gap="small")
        left.selectbox("Encoding", ENCODINGS, key=_key(path, "encoding"), accept_new_options=True)
        middle.selectbox("Recipe", list(RECIPES), key=_key(path, "recipe"), format_func=lambda name: RECIPE_WORDS.get(name, name))
        right.number_input("Seed", min_value=0, max_value=2**31 - 1, value=0, step=1, key=_key(path, "seed"))
        trusted = {str(run.path): f"run {markup.clip(run.name, 40)}" for run in workspace.runs() if run.rows}
        st.selectbox(
            "Compare with trusted rows",
            [NO_BASELINE, *trusted],
            key=_key(path, "baseline"),
            format_func=lambda choice: trusted.get(choice, choice),
            accept_new_options=True,
            help="An earlier run, as it was decided, or the path of a data file. What is new or drifted beside it is shown, "
            "and rows are called so at a stated false-discovery rate.",
        )


def _options_so_far(path: str) -> Options:
    encoding = str(state.widget(_key(path, "encoding")) or DETECT)
    kind = str(state.widget(_key(path, "label kind")) or DETECT)
    baseline = str(state.widget(_key(path, "baseline")) or NO_BASELINE).strip()
    return Options(
        no_label=bool(state.widget(_key(path, "no label"))),
        encoding=None if encoding == DETECT else encoding,
        skip_bad_rows=bool(state.widget(_key(path, "skip"))),
        label_kind=None if kind == DETECT else kind,
        recipe=str(state.widget(_key(path, "recipe")) or "standard"),
        seed=int(str(state.widget(_key(path, "seed")) or 0)),
        baseline=None if baseline == NO_BASELINE else baseline,
    )


def _roles_so_far(path: str, plain: Inspection) -> dict[str, object]:
    """The roles that the reader changed; the others stay guesses."""
    chosen: dict[str, object] = {}
    for role in ROLE_WORDS:
        value = state.widget(_key(path, role))
        wanted = None if value == NO_COLUMN else value
        if value is not None and wanted != plain.roles.get(role):
            chosen[role] = wanted
    for role in MANY_WORDS:
        several = state.widget(_key(path, role))
        if isinstance(several, list) and several and tuple(several) != _guessed(plain, role):
            chosen[role] = tuple(several)
    return chosen


def _key(path: str, name: str) -> str:
    return f"file {name} {path}"
