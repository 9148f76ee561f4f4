"""One strict way in: a file or folder becomes a Dataset, or every reason why not."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from curation_app.domain.dataset import Dataset, LabelKind, Modality
from curation_app.domain.hidden import count_hidden
from curation_app.domain.roles import Roles
from curation_app.errors import InputError, NotFoundError
from curation_app.load.fingerprint import file_fingerprint, row_fingerprints
from curation_app.load.label_kind import kind_of_labels
from curation_app.load.limits import Limits
from curation_app.load.request import Content, Problems, Request
from curation_app.load.roles import Guess, settle_roles
from curation_app.load.validate import embedding_path, ids_of, images_of, labels_of, vectors_of

if TYPE_CHECKING:
    import pandas as pd

_PICKLES = frozenset({".pkl", ".pickle", ".joblib", ".pt", ".pth", ".dill", ".bin", ".ckpt"})
_KNOWN = "CSV, TSV, Parquet, JSON Lines (.jsonl), Arrow, .npz, or a folder of images whose subfolders are labels"


def read_dataset(
    path: Path | str,
    *,
    roles: Mapping[str, object] | None = None,
    no_label: bool = False,
    guess: Guess = "names",
    limits: Limits | None = None,
    encoding: str | None = None,
    skip_bad_rows: bool = False,
    rejects: Path | None = None,
    number_duplicate_ids: bool = False,
    label_kind: LabelKind | None = None,
) -> Dataset:
    """Read a dataset strictly: text stays text, nothing is guessed silently, every problem is reported at once.

    Parameters
    ----------
    roles
        Role -> column, or columns for ``features`` and ``embedding``; None says that no column has the role. ``embedding`` may be the
        Path of an ``.npy`` or ``.npz`` file.
    guess
        ``names``: roles only from unmistakable column names. ``content``: also from the values.
    encoding
        Of a text file without byte-order mark that is not UTF-8.
    skip_bad_rows
        Leave unreadable records out, with a remark each, and write them to ``rejects`` if that is given.
    number_duplicate_ids
        Tell repeated ids apart as ``id#2``, ``id#3`` instead of refusing them.
    label_kind
        What a label is: ``class``, ``number`` or ``tags``; told from the values when left out.

    Raises
    ------
    InputError
        With every problem of the file.
    UsageError
        An unknown role, column or encoding.
    NotFoundError
        There is no such file.

    Examples
    --------
    >>> from pathlib import Path
    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as folder:
    ...     file = Path(folder, "two.csv")
    ...     _ = file.write_text("id,text,label\\n007,hello,NA\\n1e5,world,\\n")
    ...     dataset = read_dataset(file)
    >>> list(dataset.ids), list(dataset.labels)
    (['007', '1e5'], ['NA', None])
    """
    path, named = Path(path), dict(roles or {})
    reader = _reader(path)
    problems = Problems(path.name)
    request = Request(
        path=path, problems=problems, limits=limits or Limits(), encoding=encoding, skip_bad_rows=skip_bad_rows, rejects=rejects
    )
    content = reader(request)
    if content.count == 0:
        problems.add("empty", "at least one row", "none" + (", the rest was left out" if problems.remarks else ""),
                     hint="Choose a file with data in it.")  # fmt: skip
        problems.stop_if_any()
    content, named, embedding = _with_embedding_file(content, named, request)
    settled = settle_roles(content, named, no_label=no_label, guess=guess)
    return _dataset(content, settled, embedding, request, number_duplicate_ids, label_kind)


def _reader(path: Path) -> Callable[[Request], Content]:
    """The reader for a path, by its ending. Raises for a pickle, an unknown ending, a missing file."""
    if not path.exists():
        raise NotFoundError(f"There is no file or folder {path}.", hint="Check the path.")
    suffix = path.suffix.lower()
    if path.is_dir():
        from curation_app.load.folder import read_folder

        return read_folder
    if suffix in _PICKLES:
        raise InputError(
            f"{path.name} looks like a pickle, and opening one can run code.", hint="Save the data as CSV, Parquet or npz and open that."
        )
    if suffix in (".csv", ".tsv", ".tab"):
        from curation_app.load.delimited import read_delimited

        return read_delimited
    if suffix in (".jsonl", ".ndjson"):
        from curation_app.load.json_lines import read_json_lines

        return read_json_lines
    if suffix in (".parquet", ".pq"):
        from curation_app.load.columnar import read_parquet

        return read_parquet
    if suffix in (".arrow", ".arrows", ".feather", ".ipc"):
        from curation_app.load.columnar import read_arrow

        return read_arrow
    if suffix == ".npz":
        from curation_app.load.npz import read_npz

        return read_npz
    hint = "Unpack it first." if suffix in (".gz", ".zip", ".bz2", ".xz", ".zst", ".7z", ".tar") else f"Known are {_KNOWN}."
    raise InputError(f"{path.name} is in no format that can be read here.", hint=hint)


def _with_embedding_file(
    content: Content, named: dict[str, object], request: Request
) -> tuple[Content, dict[str, object], np.ndarray | None]:
    """Read the embedding file if the embedding role names one; how it was read joins the options."""
    place = embedding_path(named, [*content.columns, *content.matrices])
    if place is None:
        return content, named, None
    from curation_app.load.arrays import read_matrix

    matrix = read_matrix(place, request)
    beside = {"path": str(place), "sha256": file_fingerprint(place)}
    return replace(content, options={**content.options, "embedding_file": beside}), named | {"embedding": place}, matrix


def _dataset(
    content: Content, roles: Roles, embedding: np.ndarray | None, request: Request, number_duplicates: bool, named_kind: LabelKind | None
) -> Dataset:
    """Check what the roles promise, and put it all together."""
    problems = request.problems
    ids = ids_of(content, roles.id, problems, number_duplicates=number_duplicates)
    labels = labels_of(content, roles.label)
    vectors = vectors_of(content, roles, embedding, problems)
    images = images_of(content, roles.image, request)
    problems.stop_if_any()
    label_kind, roles = kind_of_labels(labels, roles, named_kind)
    arrays = [ids, labels, *(array for array in (vectors, images) if array is not None)]
    prints = row_fingerprints(content.columns, content.count, content.digests)
    hidden = count_hidden(content.columns.values(), content.count)
    for array in (*arrays, prints, hidden):
        array.flags.writeable = False
    return Dataset(
        name=request.path.name,
        format=content.format,
        modality=_modality(content, roles, embedding is not None, images is not None),
        frame=_frame(content),
        roles=roles,
        ids=ids,
        labels=labels,
        fingerprint=content.fingerprint or file_fingerprint(request.path),
        row_fingerprints=prints,
        vectors=vectors,
        images=images,
        hidden_characters=hidden,
        remarks=problems.accepted(),
        options=content.options,
        label_kind=label_kind,
    )


def _modality(content: Content, roles: Roles, embedded: bool, pictured: bool) -> Modality:
    """What a row mainly is. Given embeddings win: somebody made them for this; then images, then text."""
    if embedded or roles.embedding:
        return "embedding"
    if pictured:
        return "image"
    return "text" if roles.text else "table"


def _frame(content: Content) -> pd.DataFrame:
    """The columns as they are: text stays ``object``, so that no value becomes a missing one."""
    import pandas as pd

    series = {name: pd.Series(column, dtype=column.dtype, copy=False) for name, column in content.columns.items()}
    return pd.DataFrame(series, index=pd.RangeIndex(content.count), columns=pd.Index(list(series), dtype=object))
