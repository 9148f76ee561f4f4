"""Parquet and Arrow: the same schema, metadata and order, rows taken out and labels put in."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.ipc
import pyarrow.parquet as pq

from curation_app.domain.render import as_text, from_text
from curation_app.errors import UsageError
from curation_app.release.plan import Plan, cannot_hold


def rewrite_columnar(original: Path, out: Path, options: Mapping[str, object], plan: Plan) -> None:
    """Write the table with the edits applied, as the kind of file it was."""
    if "container" not in options:
        with pq.ParquetFile(original) as file:
            table = _edited(file.read(use_threads=False), plan)
            settings = _parquet_settings(file.metadata)
        pq.write_table(table, out, **settings)
        return
    with pa.memory_map(str(original)) as source:
        reader = pyarrow.ipc.open_file(source) if options["container"] == "file" else pyarrow.ipc.open_stream(source)
        table = reader.read_all()
        chunk = max((len(batch) for batch in table.to_batches()), default=1)
        table = _edited(table, plan)
        make = pyarrow.ipc.new_file if options["container"] == "file" else pyarrow.ipc.new_stream
        with out.open("wb") as sink, make(sink, table.schema) as writer:
            writer.write_table(table, max_chunksize=max(chunk, 1))


def _parquet_settings(meta: Any) -> dict[str, Any]:
    """How the original was written, as far as the file tells."""
    groups = [meta.row_group(i) for i in range(meta.num_row_groups)]
    settings: dict[str, Any] = {"version": meta.format_version if meta.format_version in ("1.0", "2.4", "2.6") else "2.6"}
    if groups:
        columns = [groups[0].column(i) for i in range(groups[0].num_columns)]
        settings["row_group_size"] = max(1, *(group.num_rows for group in groups))
        settings["compression"] = {column.path_in_schema: _codec(column.compression) for column in columns}
        settings["use_dictionary"] = [column.path_in_schema for column in columns if column.has_dictionary_page] or False
    return settings


def _codec(name: str) -> str:
    return "none" if name == "UNCOMPRESSED" else name.lower()


def _edited(table: Any, plan: Plan) -> Any:
    """The table with new labels, then without the dropped rows."""
    plan.check_rows(table.num_rows)
    if plan.labels and plan.label_column is not None:
        table = _relabelled(table, plan, plan.label_column)
    return table.filter(pa.array(plan.kept(table.num_rows))) if plan.drops else table


def _relabelled(table: Any, plan: Plan, column: str) -> Any:
    if column not in table.schema.names:
        raise UsageError(f"There is no column {column!r}.", hint=f"The columns are: {', '.join(table.schema.names)}.")
    index = table.schema.get_field_index(column)
    field = table.schema.field(index)
    plain = field.type.value_type if pa.types.is_dictionary(field.type) else field.type
    values = table.column(index).to_pylist()
    for row, label in sorted(plan.labels.items()):
        values[row] = _value(row, label, column, plain, nullable=field.nullable)
    array = pa.array(values, type=plain)
    if pa.types.is_dictionary(field.type):
        array = _encoded(array, table.column(index), field.type)
    return table.set_column(index, field, array)


def _value(row: int, label: str, column: str, kind: Any, *, nullable: bool) -> Any:
    """The label as a value of the column's type. Raises UsageError where that would not read back as the same label."""
    if label == "" and nullable and not pa.types.is_string(kind):
        return None
    types = pa.types
    try:
        if types.is_boolean(kind) or types.is_integer(kind) or types.is_floating(kind):
            name = "bool" if types.is_boolean(kind) else "int" if types.is_integer(kind) else "float"
            value: Any = pa.array([from_text(label, name)], type=kind)[0].as_py()
        elif types.is_binary(kind) or types.is_large_binary(kind):
            value = label.encode("utf-8")
        else:
            value = pa.array([label], type=pa.string()).cast(kind)[0].as_py()
        same = types.is_floating(kind) or as_text(value) == (label or None)
    except (pa.ArrowException, ValueError, OverflowError, TypeError, NotImplementedError) as error:
        raise cannot_hold(row, label, column, str(kind)) from error
    if not same:
        raise cannot_hold(row, label, column, str(kind))
    return value


def _encoded(array: Any, before: Any, kind: Any) -> Any:
    """``array`` in the dictionary type it had, the old dictionary first and new labels behind, so that old codes keep their meaning."""
    known: dict[Any, int] = {}
    for chunk in before.chunks:
        for value in chunk.dictionary.to_pylist():
            known.setdefault(value, len(known))
    codes = [None if value is None else known.setdefault(value, len(known)) for value in array.to_pylist()]
    try:
        indices, dictionary = pa.array(codes, kind.index_type), pa.array(list(known), kind.value_type)
        return pa.DictionaryArray.from_arrays(indices, dictionary, ordered=kind.ordered)
    except (pa.ArrowException, OverflowError) as error:
        raise UsageError(f"The column's type {kind} has no room for new labels.", hint="Use labels that it already has.") from error
