"""What a scan is asked to do, as plain data that a child process, and a later release, can read."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from curation_app.domain.dataset import Dataset


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """One scan. ``roles`` holds only what the user named; the rest is guessed by ``guess`` ("names" or "content").

    ``baseline`` is an earlier run, or a data file, of trusted rows.
    """

    data: Path
    out: Path
    roles: Mapping[str, object] = field(default_factory=dict)
    no_label: bool = False
    guess: str = "names"
    recipe: str = "standard"
    text_model: Path | None = None
    seed: int = 0
    encoding: str | None = None
    skip_bad_rows: bool = False
    number_duplicate_ids: bool = False
    baseline: Path | None = None
    label_kind: str | None = None

    def dataset(self, rejects: Path | None = None) -> Dataset:
        """Read the data as this job says; the same file gives the same dataset again."""
        from curation_app.load import read_dataset

        return read_dataset(
            self.data,
            roles=self.roles,
            no_label=self.no_label,
            guess="content" if self.guess == "content" else "names",
            encoding=self.encoding,
            skip_bad_rows=self.skip_bad_rows,
            rejects=rejects,
            number_duplicate_ids=self.number_duplicate_ids,
            label_kind=self.label_kind,  # type: ignore[arg-type]
        )

    def as_json(self) -> dict[str, Any]:
        """Plain data; a file of vectors is told from a column by its own key."""
        roles = {role: list(value) if isinstance(value, tuple) else value for role, value in self.roles.items()}
        if isinstance(roles.get("embedding"), Path):
            roles["embedding_file"] = str(Path(str(roles.pop("embedding"))).resolve())
        return {
            "data": str(self.data.resolve()),
            "out": str(self.out.resolve()),
            "roles": roles,
            "no_label": self.no_label,
            "guess": self.guess,
            "recipe": self.recipe,
            "text_model": None if self.text_model is None else str(self.text_model.resolve()),
            "seed": self.seed,
            "encoding": self.encoding,
            "skip_bad_rows": self.skip_bad_rows,
            "number_duplicate_ids": self.number_duplicate_ids,
            "label_kind": self.label_kind,
            "baseline": None if self.baseline is None else str(self.baseline.resolve()),
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Job:
        """The inverse of :meth:`as_json`."""
        roles: dict[str, Any] = {role: tuple(value) if isinstance(value, list) else value for role, value in data["roles"].items()}
        if "embedding_file" in roles:
            roles["embedding"] = Path(roles.pop("embedding_file"))
        paths: dict[str, Path | None] = {"data": Path(data["data"]), "out": Path(data["out"])}
        for name in ("text_model", "baseline"):
            paths[name] = None if data.get(name) is None else Path(data[name])
        return cls(**dict(data) | paths | {"roles": roles})

    def write(self, path: Path) -> None:
        """Store the job as JSON."""
        path.write_text(json.dumps(self.as_json(), indent=1), encoding="utf-8")

    @classmethod
    def read(cls, path: Path) -> Job:
        """The inverse of :meth:`write`."""
        return cls.from_json(json.loads(path.read_text(encoding="utf-8")))
