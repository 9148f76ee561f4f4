"""One sentence about what the last click did, or why it did not."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import ParamSpec

from curation_app.errors import CurationError
from curation_app.ui import state
from curation_app.ui.components import markup
from curation_app.ui.components.markup import tag

P = ParamSpec("P")


def show() -> None:
    """Draw the notice in the session, if there is one."""
    notice = state.notice()
    if notice is not None:
        markup.show(as_html(notice))


def as_html(notice: state.Notice) -> markup.Html:
    """The notice as one element; assistive technology reads it out."""
    return tag(
        "div",
        tag("b", notice.message),
        *(tag("div", line) for line in notice.details),
        tag("div", notice.hint, cls="hint") if notice.hint else None,
        cls=f"notice {notice.level}",
        role="alert" if notice.level == "error" else "status",
    )


def error(problem: CurationError) -> None:
    """Say what went wrong and what to do next, where the page would have been."""
    markup.show(as_html(state.Notice(level="error", message=problem.message, hint=problem.hint)))


def guarded(draw: Callable[P, None]) -> Callable[P, None]:
    """The same for a fragment, which runs again without the page around it."""

    @wraps(draw)
    def guarded_draw(*args: P.args, **kwargs: P.kwargs) -> None:
        try:
            draw(*args, **kwargs)
        except CurationError as problem:
            error(problem)

    return guarded_draw
