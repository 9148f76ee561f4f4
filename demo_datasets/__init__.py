"""Three datasets to try the product on, each with planted errors that are listed beside it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

FOLDER = Path(__file__).resolve().parent


@dataclass(frozen=True, slots=True, kw_only=True)
class Demo:
    """A bundled dataset: ``path`` is what to open, ``planted`` the list of what was done to it (row, id, what, original label)."""

    name: str
    title: str
    path: Path
    planted: Path
    description: str


DEMOS: tuple[Demo, ...] = (
    Demo(
        name="support_messages",
        title="Support messages",
        path=FOLDER / "support_messages.csv",
        planted=FOLDER / "support_messages.planted.csv",
        description="2,400 customer messages in six classes, from five sources and six annotators.",
    ),
    Demo(
        name="transactions",
        title="Card payments",
        path=FOLDER / "transactions.csv",
        planted=FOLDER / "transactions.planted.csv",
        description="2,000 card payments with numbers and categories, in three classes, from four sources.",
    ),
    Demo(
        name="digits",
        title="Handwritten digits",
        path=FOLDER / "digits.npz",
        planted=FOLDER / "digits.planted.csv",
        description="1,839 small grey images of handwritten digits, from four sources.",
    ),
)
