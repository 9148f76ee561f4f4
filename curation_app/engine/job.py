"""What a scan is asked to do, as plain data that a child process can read."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """One scan. ``roles`` holds only what the user named; the rest is guessed by ``guess`` ("names" or "content")."""

    data: Path
    out: Path
    roles: Mapping[str, object] = field(default_factory=dict)
    no_label: bool = False
    guess: str = "names"
    recipe: str = "standard"
    seed: int = 0
    encoding: str | None = None
    skip_bad_rows: bool = False

    def write(self, path: Path) -> None:
        """Store the job as JSON."""
        path.write_text(json.dumps(asdict(self), default=str, indent=1), encoding="utf-8")

    @classmethod
    def read(cls, path: Path) -> Job:
        """The inverse of :meth:`write`."""
        data = json.loads(path.read_text(encoding="utf-8"))
        return cls(**data | {"data": Path(data["data"]), "out": Path(data["out"])})
