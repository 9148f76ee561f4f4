"""How much a reader takes in before it refuses: nobody vouches for the file."""

from __future__ import annotations

from dataclasses import dataclass

MIB = 1 << 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """The most that is read, by path. Sizes are in bytes; see :data:`UPLOAD` for what a browser may send."""

    # Eight million rows of 250 bytes: more does not fit the two-core machine this is made for.
    file_bytes: int = 2048 * MIB
    # 232 KB of Parquet can unfold to 2 GB; a million rows of 128 float32 need half of one.
    decoded_bytes: int = 1024 * MIB
    # A novel fits; a cell above this is a file in disguise.
    cell_bytes: int = MIB
    # One-hot tables end about here; wider ones are matrices and belong into an npz.
    columns: int = 2_000
    # A hundred million cells are about 10 GB as text objects.
    cells: int = 100_000_000
    # 50 megapixels is a large photograph; Pillow itself warns at 89.
    pixels: int = 50_000_000
    # One inode each; more belongs into an npz.
    files: int = 500_000


# What the browser may send: the server holds it in memory before anybody looked at it.
UPLOAD = Limits(file_bytes=200 * MIB)
