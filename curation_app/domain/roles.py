"""What each column of a dataset is for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType

SINGLE_ROLES = ("label", "id", "text", "image", "source", "annotator", "time", "split", "group")


@dataclass(frozen=True, slots=True, kw_only=True)
class Roles:
    """Column names by role; None or empty means that no column has the role.

    ``reasons`` maps a role to one sentence that says why the column was chosen ("named on the command line", ...).
    ``embedding``, ``features`` and ``annotators`` (one column of answers for each person) may be several columns.
    """

    label: str | None = None
    id: str | None = None
    text: str | None = None
    image: str | None = None
    source: str | None = None
    annotator: str | None = None
    time: str | None = None
    split: str | None = None
    group: str | None = None
    features: tuple[str, ...] = ()
    embedding: tuple[str, ...] = ()
    annotators: tuple[str, ...] = ()
    reasons: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))

    def changed(self, **roles: object) -> Roles:
        """A copy with some roles set by the user; their reasons say so."""
        reasons = dict(self.reasons) | dict.fromkeys(roles, "chosen by you")
        return replace(self, **roles, reasons=MappingProxyType(reasons))  # type: ignore[arg-type]

    def as_json(self) -> dict[str, object]:
        """Plain data for ``run.json``, reasons included."""
        named: dict[str, object] = {role: getattr(self, role) for role in SINGLE_ROLES}
        return named | {
            "features": list(self.features),
            "embedding": list(self.embedding),
            "annotators": list(self.annotators),
            "reasons": dict(self.reasons),
        }

    @classmethod
    def from_json(cls, data: Mapping[str, object]) -> Roles:
        """The inverse of :meth:`as_json`."""
        fields = {role: data.get(role) for role in SINGLE_ROLES}
        return cls(
            **fields,  # type: ignore[arg-type]
            features=tuple(data.get("features", ())),  # type: ignore[arg-type]
            embedding=tuple(data.get("embedding", ())),  # type: ignore[arg-type]
            annotators=tuple(data.get("annotators", ())),  # type: ignore[arg-type]
            reasons=MappingProxyType(dict(data.get("reasons", {}))),  # type: ignore[call-overload]
        )
