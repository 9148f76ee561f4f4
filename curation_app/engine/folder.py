"""The run folder: where each file of a run lies, and how it is read."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from curation_app.errors import InputError, NotFoundError

if TYPE_CHECKING:
    import pyarrow as pa


# Raised when a result file changes in a way that older or newer programs cannot read.
FORMAT = 2


@dataclass(frozen=True, slots=True)
class RunFolder:
    """Paths of one run. ``run.json`` is written last, so that its presence means that the results are whole."""

    path: Path

    @property
    def info(self) -> Path:
        """Facts of the run; its presence means that there is a result."""
        return self.path / "run.json"

    @property
    def suspicion(self) -> Path:
        """One row per input row."""
        return self.path / "suspicion.parquet"

    @property
    def campaigns(self) -> Path:
        """Groups of rows."""
        return self.path / "campaigns.json"

    @property
    def map(self) -> Path:
        """Row, x, y."""
        return self.path / "map.parquet"

    @property
    def status(self) -> Path:
        """Where the scan is."""
        return self.path / "status.json"

    @property
    def job(self) -> Path:
        """What the scan was asked to do."""
        return self.path / "job.json"

    @property
    def artifacts(self) -> Path:
        """Content-addressed Parquet: rows, features, neighbours, probabilities, findings, images."""
        return self.path / "artifacts"

    @property
    def releases(self) -> Path:
        """Where releases go unless told otherwise."""
        return self.path / "releases"

    @property
    def database(self) -> Path:
        """The log of decisions."""
        return self.path / "curation.db"

    @property
    def database_url(self) -> str:
        """The same as an address."""
        return f"sqlite:///{self.database}"

    def has_result(self) -> bool:
        """Whether a scan of this run has ended well."""
        return self.info.is_file()

    def read_info(self) -> dict[str, Any]:
        """``run.json``. Raises NotFoundError when there is no result, InputError when it is not one of ours."""
        info = self._read_json(self.info)
        if not isinstance(info, dict) or info.get("format") != FORMAT:
            raise self._other_format(info.get("format") if isinstance(info, dict) else None)
        return info

    def read_campaigns(self) -> list[dict[str, Any]]:
        """``campaigns.json``."""
        return self._read_json(self.campaigns)

    def read_table(self, path: Path, columns: list[str] | None = None) -> pa.Table:
        """A Parquet file of this run."""
        import pyarrow.parquet as pq

        try:
            return pq.read_table(path, columns=columns)
        except FileNotFoundError:
            raise self._missing(path) from None
        except (OSError, ValueError) as error:  # Arrow's own errors are both
            raise self._damaged(path, error) from None

    def artifact(self, key: str, name: str) -> Path:
        """Where the artifact ``name`` of the content key lies."""
        return self.artifacts / f"{key}-{name}.parquet"

    def _read_json(self, path: Path) -> Any:
        try:
            return json.loads(path.read_text(encoding="utf-8"))
        except FileNotFoundError:
            raise self._missing(path) from None
        except (OSError, ValueError) as error:
            raise self._damaged(path, error) from None

    def _other_format(self, found: object) -> InputError:
        return InputError(
            f"{self.path} was written by another version: its format is {found!r}, expected {FORMAT}.",
            hint=f"Scan the data again into a new folder. The decisions stay in {self.database}; the version that made them reads them.",
        )

    def _damaged(self, path: Path, error: Exception) -> InputError:
        said = str(error).splitlines()[0] if str(error) else type(error).__name__
        return InputError(f"{path} cannot be read: {said}", hint="Scan the data again into a new folder.")

    def _missing(self, path: Path) -> NotFoundError:
        return NotFoundError(
            f"{self.path} holds no finished scan: {path.name} is missing.", hint=f"Scan first: curation-app scan DATA --out {self.path}"
        )
