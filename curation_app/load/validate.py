"""What must hold once the roles are known: ids that tell rows apart, labels as text, vectors that are numbers."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np

from curation_app.domain.image_files import is_image
from curation_app.domain.render import as_text
from curation_app.domain.roles import Roles
from curation_app.load.arrays import as_vectors
from curation_app.load.pictures import resolve, thumbnails
from curation_app.load.request import Content, Problems, Request

_MISSING_HINT = "Choose another id column (--id COL), or fill the empty cells."
_REPEATED_HINT = "Number the repeated ids (--number-duplicate-ids), or choose another id column (--id COL)."


def texts_of(content: Content, column: str) -> list[str | None]:
    """The n values of a column as text, exactly as the file has them; None where missing."""
    exact = content.texts(column)
    if exact is not None:
        return exact
    return [as_text(value) for value in content.columns[column].tolist()]


def ids_of(content: Content, column: str | None, problems: Problems, *, number_duplicates: bool) -> np.ndarray:
    """(n,) object array of unique text: the id column, or the position. Empty and repeated ids are problems."""
    texts = [str(row) for row in range(content.count)] if column is None else texts_of(content, column)
    first: dict[str, int] = {}
    for row, text in enumerate(texts):
        if text is None:
            problems.add("id-missing", "an id", "an empty cell", hint=_MISSING_HINT, line=content.lines(row), row=row, column=column)
        elif text not in first:
            first[text] = row
        elif not number_duplicates:
            found = f"{text!r} again (first in row {first[text]:,})"
            line = _line(content, row, problems)
            problems.add("duplicate-id", "ids that differ", found, hint=_REPEATED_HINT, line=line, row=row, column=column)
    if number_duplicates:
        texts = _numbered([text or "" for text in texts], problems, column)
    return _objects(texts)


def _line(content: Content, row: int, problems: Problems) -> int | None:
    """Finding a line costs a look at the file: only for problems that will be listed."""
    return content.lines(row) if problems.count < 100 else None


def _numbered(texts: Sequence[str], problems: Problems, column: str | None) -> list[str | None]:
    """Repeated ids as ``id#2``, ``id#3`` ...; the remark says how many."""
    taken, seen = set(texts), dict.fromkeys(texts, 0)
    numbered: list[str | None] = []
    for text in texts:
        seen[text] += 1
        name = text
        while seen[text] > 1 and (name := f"{text}#{seen[text]}") in taken:
            seen[text] += 1
        taken.add(name)
        numbered.append(name)
    changed = sum(old != new for old, new in zip(texts, numbered, strict=True))
    if changed:
        problems.add("numbered-ids", "ids that differ", f"{changed:,} repeated ids, numbered with #", column=column, fatal=False)
    return numbered


def labels_of(content: Content, column: str | None) -> np.ndarray:
    """(n,) object array: the given labels as text, None where the cell is empty."""
    if column is None:
        return _objects([None] * content.count)
    return _objects([text or None for text in texts_of(content, column)])


def _objects(values: Sequence[object]) -> np.ndarray:
    array = np.empty(len(values), dtype=object)
    array[:] = values
    return array


def vectors_of(content: Content, roles: Roles, embedding: np.ndarray | None, problems: Problems) -> np.ndarray | None:
    """(n, d) float32 from an embedding file, embedding columns, or the main array of an npz; None if there is none of them."""
    if embedding is not None:
        if len(embedding) != content.count:
            problems.add("embedding-rows", f"{content.count:,} rows of numbers in the embedding file", f"{len(embedding):,}",
                         hint="Each row of data needs its own row of numbers, in the same order.")  # fmt: skip
            return None
        return as_vectors(embedding, problems, "embedding")
    if roles.embedding:
        matrix = _from_columns(content, roles.embedding, problems)
        return None if matrix is None else as_vectors(matrix, problems, roles.embedding[0])
    if content.format == "npz" and content.matrices:
        name, array = next(iter(content.matrices.items()))
        return as_vectors(array, problems, name)
    return None


def _from_columns(content: Content, names: tuple[str, ...], problems: Problems) -> np.ndarray | None:
    """(n, d) from one list column, one column of JSON arrays, or several number columns."""
    if names[0] in content.matrices:
        return content.matrices[names[0]]
    rows: list[list[float]] = []
    columns = [content.columns[name].tolist() for name in names]
    for row in range(content.count):
        cells = [column[row] for column in columns]
        try:
            values = json.loads(cells[0]) if len(cells) == 1 and isinstance(cells[0], str) and cells[0][:1] == "[" else cells
            rows.append([float(value) if value not in (None, "") else float("nan") for value in values])
        except (ValueError, TypeError):
            problems.add("embedding", "numbers", repr(cells[0])[:60], line=_line(content, row, problems), row=row, column=names[0])
            continue
        if len(rows[-1]) != len(rows[0]):
            found = f"{len(rows[-1])}"
            problems.add("embedding", f"{len(rows[0])} numbers", found, line=_line(content, row, problems), row=row, column=names[0])
    return np.array(rows, dtype=np.float64) if len({len(row) for row in rows}) == 1 and len(rows) == content.count else None


def images_of(content: Content, column: str | None, request: Request) -> np.ndarray | None:
    """(n, h, w[, 3]) uint8: what the format holds, or the thumbnails of the files that an image column names."""
    if content.images is not None or column is None:
        return content.images
    folder, paths, problems = request.path.parent, [], request.problems
    for row, name in enumerate(texts_of(content, column)):
        place = resolve(name or "", folder)
        found = "an empty cell" if not name else repr(name)[:120]
        if place is None or not is_image(place.name):
            hint = "Paths are relative to the dataset's own folder, without '..' or links; nothing is fetched from the network."
            problems.add("image-path", "the path of an image below the dataset's folder", found, hint=hint,
                         line=_line(content, row, problems), row=row, column=column)  # fmt: skip
        elif not place.is_file():
            problems.add("image-missing", "an image file", f"none at {found}", line=_line(content, row, problems), row=row, column=column,
                         hint="Copy the images next to the dataset.")  # fmt: skip
        else:
            paths.append(place)
    return thumbnails(paths, request) if len(paths) == content.count else None


def embedding_path(named: Mapping[str, object], columns: Sequence[str]) -> Path | None:
    """The embedding role's file, if it names one: a Path, or text that is no column but ends like an array file."""
    value = named.get("embedding")
    if isinstance(value, str) and value not in columns and value.lower().endswith((".npy", ".npz")):
        return Path(value)
    return value if isinstance(value, Path) else None
