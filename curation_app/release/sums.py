"""SHA256SUMS: the digest of every file of a release, manifest included, in the format that `sha256sum -c` reads."""

from __future__ import annotations

import re
from pathlib import Path

from curation_app.errors import VerificationError
from curation_app.release.fingerprint import file_fingerprint, files_below

SUMS = "SHA256SUMS"

_LINE = re.compile(r"(\\?)([0-9a-f]{64})  (.+)", re.DOTALL)
# coreutils escapes these, and says so by a backslash in front of the line.
_ESCAPES = {"\\": "\\\\", "\n": "\\n", "\r": "\\r"}


def write_sums(folder: Path) -> None:
    """Digest everything that is in the folder."""
    lines = [_line(file_fingerprint(folder / name), name) for name in files_below(folder)]
    (folder / SUMS).write_bytes("".join(lines).encode("utf-8", "surrogateescape"))


def read_sums(folder: Path) -> dict[str, str]:
    """File name -> digest. Raises VerificationError when a line is no such pair."""
    text = (folder / SUMS).read_bytes().decode("utf-8", "surrogateescape")
    sums: dict[str, str] = {}
    for number, line in enumerate(text.split("\n")[:-1], start=1):
        match = _LINE.fullmatch(line)
        if match is None:
            raise VerificationError(f"{SUMS}, line {number}: expected a digest and a file name, found {line[:80]!r}")
        escaped, digest, name = match.groups()
        sums[_unescaped(name) if escaped else name] = digest
    return sums


def _line(digest: str, name: str) -> str:
    escaped = "".join(_ESCAPES.get(character, character) for character in name)
    return f"{chr(92) if escaped != name else ''}{digest}  {escaped}\n"


def _unescaped(name: str) -> str:
    plain = {after: before for before, after in _ESCAPES.items()}
    return re.sub(r"\\[\\nr]", lambda match: plain[match[0]], name)
