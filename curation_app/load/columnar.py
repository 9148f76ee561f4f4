"""Parquet and Arrow: the file's own types, decoded batch by batch under a byte budget."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.ipc
import pyarrow.parquet as pq

from curation_app.load.delimited import note_repeated_names
from curation_app.load.limits import MIB
from curation_app.load.request import Content, Problems, Request

# Rows decoded at once: a batch of the widest cells allowed stays far below the budget's size.
_BATCH = 8_192
_HINT = "Is the file complete? Write it again with a current library."


def read_parquet(request: Request) -> Content:
    """Read a Parquet file. Declared sizes are checked before anything is decoded."""
    request.check_size()
    try:
        with pq.ParquetFile(request.path, page_checksum_verification=True) as probe:
            schema, meta = probe.schema_arrow, probe.metadata
            declared = sum(meta.row_group(i).total_byte_size for i in range(meta.num_row_groups))
            _check_shape(schema, meta.num_rows, declared, request)
        texts = [field.name for field in schema if _is_text(field.type)]
        with pq.ParquetFile(request.path, read_dictionary=texts, page_checksum_verification=True) as file:
            table = _within_budget(file.iter_batches(_BATCH, use_threads=False), request)
    except (pa.ArrowException, OSError, ValueError) as error:
        _refuse(error, "a Parquet file", request.problems)
    return _content("parquet", table, schema, request, {})


def read_arrow(request: Request) -> Content:
    """Read an Arrow IPC file or stream."""
    request.check_size()
    container = "stream"
    try:
        with pa.memory_map(str(request.path)) as source:
            if source.read(6) == b"ARROW1":
                container = "file"
            source.seek(0)
            reader = pyarrow.ipc.open_file(source) if container == "file" else pyarrow.ipc.open_stream(source)
            schema = reader.schema
            _check_shape(schema, 0, 0, request)
            table = _within_budget(_batches(reader), request)
    except (pa.ArrowException, OSError, ValueError) as error:
        _refuse(error, "an Arrow IPC file or stream", request.problems)
    return _content("arrow", table, schema, request, {"container": container})


def _batches(reader: Any) -> Iterator[Any]:
    if hasattr(reader, "num_record_batches"):
        yield from (reader.get_batch(i) for i in range(reader.num_record_batches))
    else:
        yield from reader


def _refuse(error: Exception, expected: str, problems: Problems) -> None:
    from curation_app.errors import InputError

    if isinstance(error, InputError):
        raise error
    problems.add("format", expected, str(error).splitlines()[0] if str(error) else type(error).__name__, hint=_HINT)
    problems.stop_if_any()


def _check_shape(schema: Any, rows: int, declared: int, request: Request) -> None:
    """Refuse by what the file says of itself, before it is decoded."""
    limits, problems = request.limits, request.problems
    if len(schema) > limits.columns:
        problems.add("columns", f"at most {limits.columns:,} columns", f"{len(schema):,}")
    if rows * len(schema) > limits.cells:
        problems.add("cells", f"at most {limits.cells:,} cells", f"{rows * len(schema):,}", hint="Split the file.")
    if declared > limits.decoded_bytes:
        _too_big(declared, request)
    note_repeated_names(list(schema.names), problems)
    problems.stop_if_any()


def _too_big(size: int, request: Request) -> None:
    expected = f"at most {request.limits.decoded_bytes / MIB:,.0f} MiB once decoded"
    request.problems.add("decoded-too-large", expected, f"{size / MIB:,.0f} MiB or more", hint="Split the file, or raise the limit.")


def _within_budget(batches: Iterable[Any], request: Request) -> Any:
    """All batches as one table, text still dictionary-encoded; refused as soon as what they unfold to is above the budget."""
    kept, total, rows = [], 0, 0
    for batch in batches:
        batch.validate(full=True)
        total += sum(_unfolded_bytes(column) for column in batch.columns)
        rows += batch.num_rows
        if total > request.limits.decoded_bytes or rows * batch.num_columns > request.limits.cells:
            _too_big(total, request)
            request.problems.stop_if_any()
        kept.append(batch)
    return kept


def _unfolded_bytes(column: Any) -> int:
    """Bytes of a column with its dictionary replaced by the values; runs likewise."""
    if pa.types.is_dictionary(column.type) and _is_text(column.type.value_type):
        lengths = pc.binary_length(column.dictionary).fill_null(0).to_numpy(zero_copy_only=False)
        indices = column.indices.drop_null().to_numpy(zero_copy_only=False)
        return int(lengths[indices].sum()) if len(lengths) else 0
    if pa.types.is_run_end_encoded(column.type):
        return int(pc.run_end_decode(column).nbytes)
    return int(column.nbytes)


def _is_text(kind: Any) -> bool:
    types = pa.types
    return bool(types.is_string(kind) or types.is_large_string(kind) or types.is_binary(kind) or types.is_large_binary(kind))


def _content(format_name: Any, batches: list[Any], schema: Any, request: Request, options: dict[str, object]) -> Content:
    """Columns as arrays. Lists of numbers of one length become matrices; other nested values JSON text."""
    columns: dict[str, np.ndarray] = {}
    matrices: dict[str, np.ndarray] = {}
    for i, name in enumerate(schema.names):
        pieces = [_plain(batch.column(i)) for batch in batches]
        column = pa.concat_arrays(pieces) if pieces else pa.array([], _plain_type(schema.field(i).type))
        matrix = _matrix(column)
        if matrix is not None:
            matrices[name] = matrix
            continue
        columns[name] = _array(column)
        _check_cells(columns[name], name, request)
    request.problems.stop_if_any()
    return Content(
        format=format_name,
        count=sum(batch.num_rows for batch in batches),
        columns=columns,
        matrices=matrices,
        digests=_matrix_digests(matrices),
        options={"columns": list(schema.names), **options},
    )


def _plain_type(kind: Any) -> Any:
    return kind.value_type if pa.types.is_dictionary(kind) or pa.types.is_run_end_encoded(kind) else kind


def _plain(column: Any) -> Any:
    if pa.types.is_dictionary(column.type):
        return column.dictionary_decode()
    return pc.run_end_decode(column) if pa.types.is_run_end_encoded(column.type) else column


def _matrix(column: Any) -> np.ndarray | None:
    """(n, d) numbers of a list column whose lists are all as long, or None."""
    kind = column.type
    nested = pa.types.is_list(kind) or pa.types.is_large_list(kind) or pa.types.is_fixed_size_list(kind)
    if not nested or not (pa.types.is_floating(kind.value_type) or pa.types.is_integer(kind.value_type)):
        return None
    if not len(column) or column.null_count:
        return None
    width = len(column[0])
    values = column.flatten()
    if width == 0 or len(values) != width * len(column) or not pc.all(pc.equal(pc.list_value_length(column), width)).as_py():
        return None
    return values.to_numpy(zero_copy_only=False).reshape(len(column), width)


def _matrix_digests(matrices: dict[str, np.ndarray]) -> Any:
    if not matrices:
        return None
    return lambda row: b"".join(matrix[row].tobytes() for matrix in matrices.values())


def _array(column: Any) -> np.ndarray:
    """(n,) values in the type nearest to the file's: integers with gaps stay exact integers, text is ``str`` or None."""
    kind, types = column.type, pa.types
    if types.is_floating(kind) and not types.is_float16(kind):
        return column.to_numpy(zero_copy_only=False)
    if (types.is_integer(kind) or types.is_boolean(kind)) and column.null_count == 0:
        return column.to_numpy(zero_copy_only=False)
    if types.is_timestamp(kind) and kind.tz is None and column.null_count == 0:
        return column.to_numpy(zero_copy_only=False)
    values = column.to_pylist()
    if types.is_nested(kind):
        values = [None if value is None else json.dumps(value, ensure_ascii=False, default=str) for value in values]
    array = np.empty(len(values), dtype=object)
    array[:] = values
    return array


def _check_cells(column: np.ndarray, name: str, request: Request) -> None:
    most = request.limits.cell_bytes
    if column.dtype != object:
        return
    for row, value in enumerate(column.tolist()):
        if isinstance(value, str | bytes) and len(value) * 4 > most:
            size = len(value if isinstance(value, bytes) else value.encode("utf-8", "surrogatepass"))
            if size > most:
                request.problems.add("cell-too-large", f"a cell of at most {most:,} bytes", f"{size:,} bytes", row=row, column=name)
