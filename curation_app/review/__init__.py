"""Decisions as events: written once, never changed; the state of a review is their fold."""

from __future__ import annotations

from typing import TYPE_CHECKING

from curation_app.review.values import VERDICTS, Act, RowFacts, State

if TYPE_CHECKING:
    from curation_app.review.log import DecisionLog

__all__ = ["VERDICTS", "Act", "DecisionLog", "RowFacts", "State"]


def __getattr__(name: str) -> object:
    # The log brings SQLAlchemy with it, which a page that only names the values need not wait for.
    if name == "DecisionLog":
        from curation_app.review.log import DecisionLog

        return DecisionLog
    raise AttributeError(name)
