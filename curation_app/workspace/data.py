"""The results of a scan in memory: read once, shared by every session, never changed."""

from __future__ import annotations

import threading
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from curation_app.domain.tags import delimiter_of, tags_of
from curation_app.engine.folder import RunFolder
from curation_app.errors import NotFoundError
from curation_app.workspace.values import MapView

# Longest piece of a row that a list shows; the card shows all of it.
SNIPPET = 140
# Groups of 4,096 pictures kept decoded: 50 MB each at the largest thumbnail in colour.
PICTURE_GROUPS = 6


class RunData:
    """What a run's files hold, each column read when it is first asked for."""

    def __init__(self, folder: RunFolder) -> None:
        self.folder = folder
        self.info: dict[str, Any] = folder.read_info()
        self.key: str = self.info["key"]
        self.n: int = self.info["dataset"]["rows"]
        self.roles: dict[str, Any] = self.info["roles"]
        self.classes: tuple[str, ...] = tuple(self.info["classes"])
        self._codes: dict[tuple[str, str], tuple[np.ndarray, tuple[str, ...]]] = {}
        self._groups: dict[int, np.ndarray] = {}
        self._pictures_lock = threading.Lock()

    @property
    def label_kind(self) -> str:
        """class, number or tags."""
        return str(self.info["dataset"].get("label_kind", "class"))

    @cached_property
    def tag_mark(self) -> str | None:
        """What stands between the tags of a label; None where they are JSON lists."""
        return delimiter_of(self.coded("given_label")[1])

    @cached_property
    def tags(self) -> frozenset[str]:
        """The tags that some row carries; empty unless labels are lists of tags."""
        if self.label_kind != "tags":
            return frozenset()
        return frozenset(tag for label in self.coded("given_label")[1] for tag in tags_of(label, self.tag_mark))

    @cached_property
    def table(self) -> pa.Table:
        """``suspicion.parquet``."""
        return self.folder.read_table(self.folder.suspicion)

    @cached_property
    def rows(self) -> pa.Table:
        """The rows as text, column by column."""
        return self._artifact("rows")

    @cached_property
    def facts(self) -> pa.Table:
        """``fingerprint`` and ``hidden`` characters of each row."""
        return self._artifact("facts")

    @cached_property
    def findings(self) -> pa.Table:
        """Copy groups, and surprise, reason and evidence by detector."""
        return self._artifact("findings")

    @cached_property
    def features(self) -> np.ndarray:
        """(n, d) float32."""
        return self._matrix("features", "features")

    @cached_property
    def neighbour_rows(self) -> np.ndarray:
        """(n, k) int32."""
        return self._matrix("neighbours", "rows")

    @cached_property
    def neighbour_distances(self) -> np.ndarray:
        """(n, k) float32."""
        return self._matrix("neighbours", "distances")

    @cached_property
    def probabilities(self) -> np.ndarray | None:
        """(n, K) float32 out of fold, or None."""
        if not self.folder.artifact(self.key, "probabilities").is_file():
            return None
        return self._matrix("probabilities", "probabilities")

    @cached_property
    def vectors(self) -> np.ndarray | None:
        """(n, d) float32 as given, for data without columns; None otherwise."""
        return self._matrix("vectors", "vectors") if self.folder.artifact(self.key, "vectors").is_file() else None

    @cached_property
    def suspicion(self) -> np.ndarray:
        """(n,) float64 in [0, 1]."""
        return self.column("suspicion")

    @cached_property
    def rank(self) -> np.ndarray:
        """(n,) int64, 1 = look here first."""
        return self.column("rank")

    @cached_property
    def order(self) -> np.ndarray:
        """(n,) int64 rows, most suspicious first."""
        return np.argsort(self.rank, kind="stable")

    @cached_property
    def flagged(self) -> np.ndarray:
        """(n,) bool."""
        return self.column("flagged")

    @cached_property
    def copies(self) -> np.ndarray:
        """(n,) int32 group of exact copies."""
        return self.findings["copies"].to_numpy()

    @cached_property
    def row_of_id(self) -> dict[str, int]:
        """Row number by id."""
        return {name: row for row, name in enumerate(self.table["id"].to_pylist())}

    def column(self, name: str) -> np.ndarray:
        """A numeric or boolean column of ``suspicion.parquet``."""
        return self.table[name].to_numpy()

    def coded(self, name: str) -> tuple[np.ndarray, tuple[str, ...]]:
        """((n,) int32 codes, -1 = missing; names sorted) of a text column of ``suspicion.parquet``."""
        return self._kept_codes("result", name, self.table)

    def coded_role(self, role: str) -> tuple[np.ndarray, tuple[str, ...]] | None:
        """The same of the user's column with that role; None without one. It may be called like one of ours."""
        name = self.role(role)
        return None if name is None else self._kept_codes("rows", name, self.rows)

    def _kept_codes(self, table: str, name: str, columns: pa.Table) -> tuple[np.ndarray, tuple[str, ...]]:
        if (table, name) not in self._codes:
            self._codes[table, name] = _coded(columns[name])
        return self._codes[table, name]

    def role(self, role: str) -> str | None:
        """The column of a role, if the rows have it."""
        name = self.roles.get(role)
        return name if name in self.rows.column_names else None

    def at(self, name: str, row: int) -> Any:
        """One value of ``suspicion.parquet``."""
        return self.table[name][row].as_py()

    def cell(self, column: str | None, row: int) -> str | None:
        """One value of the rows as text."""
        return None if column is None else self.rows[column][row].as_py()

    def snippet(self, row: int) -> str:
        """What a list shows of a row."""
        column = self.role("text")
        if column is not None:
            text = self.cell(column, row) or ""
        elif self.modality == "image":
            text = self.cell(self.role("image"), row) or str(self.at("id", row))
        else:
            text = ", ".join(f"{name} {value}" for name in self.shown[:8] if (value := self.cell(name, row)) is not None)
            text = text or f"row {self.at('id', row)}"
        return text if len(text) <= SNIPPET else text[: SNIPPET - 1] + "…"

    @cached_property
    def shown(self) -> tuple[str, ...]:
        """Feature columns, or every column that has no other role."""
        others = {value for role, value in self.roles.items() if isinstance(value, str) and role != "text"}
        columns = self.rows.column_names
        features = [name for name in columns if name in self.roles["features"]]
        return tuple(features or (name for name in columns if name not in others))

    @cached_property
    def campaigns(self) -> tuple[dict[str, Any], ...]:
        """``campaigns.json``: rows that belong together, strongest first; those without rows are left out."""
        return tuple(campaign for campaign in self.folder.read_campaigns() if campaign["rows"])

    @cached_property
    def campaigns_of(self) -> dict[int, tuple[int, ...]]:
        """Row -> positions in ``campaigns``, strongest first."""
        found: dict[int, list[int]] = {}
        for position, campaign in enumerate(self.campaigns):
            for row in campaign["rows"]:
                found.setdefault(int(row), []).append(position)
        return {row: tuple(positions) for row, positions in found.items()}

    @cached_property
    def seconds(self) -> np.ndarray | None:
        """(n,) float64 seconds since 1970 of the time column, NaN where unknown; None without a readable one."""
        from curation_app.workspace.timeline import seconds_of

        return seconds_of(self)

    def suggestible(self, rows: np.ndarray) -> np.ndarray:
        """Those of the rows that have a suggested label other than the given one."""
        (given, given_names), (suggested, names) = self.coded("given_label"), self.coded("suggested_label")
        place = {name: code for code, name in enumerate(given_names)}
        same = np.array([place.get(name, -2) for name in names] + [-2], dtype=np.int64)[suggested[rows]]
        return rows[(suggested[rows] >= 0) & (same != given[rows])]

    @cached_property
    def modality(self) -> str:
        """table, text, image or embedding."""
        return str(self.info["dataset"]["modality"])

    def image(self, row: int) -> np.ndarray | None:
        """(h, w) or (h, w, 3) uint8 of one row; reads one row group."""
        if self._pictures is None:
            return None
        group, place = divmod(row, self._pictures.metadata.row_group(0).num_rows)
        pixels: np.ndarray = self._picture_group(group)[place]
        return pixels

    @cached_property
    def _pictures(self) -> pq.ParquetFile | None:
        path = self.folder.artifact(self.key, "images")
        return pq.ParquetFile(path, memory_map=True) if path.is_file() else None

    def _picture_group(self, group: int) -> np.ndarray:
        """(rows of the group, h, w) or (..., 3) uint8; the last few groups stay in memory. One thread at a time reads the file."""
        with self._pictures_lock:
            if group not in self._groups:
                assert self._pictures is not None
                shape = tuple(int(side) for side in self._pictures.schema_arrow.metadata[b"shape"].decode().split(","))
                column = self._pictures.read_row_group(group)["image"].combine_chunks()
                chunk = column.chunk(0) if isinstance(column, pa.ChunkedArray) else column
                while len(self._groups) >= PICTURE_GROUPS:
                    self._groups.pop(next(iter(self._groups)))
                self._groups[group] = np.frombuffer(chunk.buffers()[1], dtype=np.uint8).reshape(-1, *shape)
            return self._groups[group]

    def map(self) -> MapView:
        """The stored layout, or its first two principal components until it is there."""
        if self.folder.map.is_file():
            table = self.folder.read_table(self.folder.map)
            return MapView(x=table["x"].to_numpy(), y=table["y"].to_numpy(), source="umap")
        from curation_app.represent.layout import principal_map

        xy = principal_map(self.features)
        return MapView(x=xy[:, 0], y=xy[:, 1], source="pca")

    def contains_text(self, needle: str) -> np.ndarray:
        """(n,) bool: rows with ``needle`` in any shown column or in the id, case ignored."""
        found = np.zeros(self.n, dtype=bool)
        columns = [self.rows[name] for name in dict.fromkeys((*self.shown, self.role("text"))) if name] + [self.table["id"]]
        for column in columns:
            hit = pc.match_substring(column, needle, ignore_case=True)
            found |= pc.fill_null(hit, False).to_numpy()
        return found

    def _artifact(self, name: str) -> pa.Table:
        return self.folder.read_table(self.folder.artifact(self.key, name))

    def _matrix(self, artifact: str, column: str) -> np.ndarray:
        chunked = self._artifact(artifact)[column].combine_chunks()
        flat = chunked.flatten() if not isinstance(chunked, pa.ChunkedArray) else chunked.chunk(0).flatten()
        return flat.to_numpy(zero_copy_only=False).reshape(self.n, -1)


def _coded(column: pa.ChunkedArray) -> tuple[np.ndarray, tuple[str, ...]]:
    encoded = column.combine_chunks().dictionary_encode()
    if isinstance(encoded, pa.ChunkedArray):
        encoded = encoded.combine_chunks()
    names = encoded.dictionary.to_pylist()
    order = sorted(range(len(names)), key=lambda position: names[position])
    place = np.empty(len(names) + 1, dtype=np.int32)
    place[[*order]] = np.arange(len(names), dtype=np.int32)
    place[-1] = -1
    codes = pc.fill_null(encoded.indices, len(names)).to_numpy(zero_copy_only=False)
    return place[codes], tuple(names[position] for position in order)


def open_data(path: Path) -> RunData:
    """The run in a folder. Raises NotFoundError when there is none."""
    folder = RunFolder(path)
    if not path.is_dir():
        raise NotFoundError(f"There is no run folder {path}.", hint=f"Make one: curation-app scan DATA --out {path}")
    return RunData(folder)
