"""Text files as UTF-8 bytes, and back to the very bytes they came from."""

from __future__ import annotations

import codecs
from collections.abc import Mapping
from dataclasses import dataclass

from curation_app.errors import UsageError

# UTF-32 first: its little-endian mark begins with the one of UTF-16.
_MARKS = (
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
# Names that ask for a byte-order mark, and what the bytes behind the mark are when it is absent.
_WITHOUT_MARK = {"utf-8-sig": "utf-8", "utf-16": "utf-16-le", "utf-32": "utf-32-le"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Encoding:
    """How text is stored: a Python codec name without byte-order mark, and the mark (0-4 bytes) before the text."""

    name: str
    mark: bytes = b""

    @property
    def is_utf8(self) -> bool:
        """Whether the bytes behind the mark can be used as they are."""
        return self.name in ("utf-8", "ascii")

    def to_utf8(self, data: bytes) -> bytes:
        """The text of a whole file, without its mark. Raises UnicodeError where the bytes are not this encoding.

        A text that would not encode to the same bytes again is refused too (UnicodeError): a release could not be faithful.
        """
        body = data[len(self.mark) :] if self.mark else data
        text = body.decode(self.name)
        if self.is_utf8:
            return body
        if text.encode(self.name) != body:
            raise UnicodeError(f"the bytes do not come back from {self.name}")
        return text.encode("utf-8")

    def from_utf8(self, data: bytes) -> bytes:
        """A piece of UTF-8 text as the file stores it, without mark. Raises UnicodeError where it cannot."""
        return data if self.name == "utf-8" else data.decode("utf-8").encode(self.name)

    def as_json(self) -> dict[str, object]:
        """Plain data for ``Dataset.options``."""
        return {"encoding": self.name, "mark": self.mark.hex()}

    @classmethod
    def from_json(cls, data: Mapping[str, object]) -> Encoding:
        """The inverse of :meth:`as_json`; other keys are ignored."""
        return cls(name=str(data.get("encoding", "utf-8")), mark=bytes.fromhex(str(data.get("mark", ""))))


def encoding_of(head: bytes, asked: str | None = None) -> Encoding:
    """The encoding of a file that begins with ``head`` (4 bytes suffice): the one asked for, else told by its mark, else UTF-8.

    Raises UsageError if ``asked`` is no text encoding, or if the mark says otherwise.
    """
    mark, marked = next(((mark, name) for mark, name in _MARKS if head.startswith(mark)), (b"", ""))
    if asked is None:
        return Encoding(name=marked or "utf-8", mark=mark)
    name = _codec_name(asked)
    if name in _WITHOUT_MARK:
        plain = _WITHOUT_MARK[name]
        return Encoding(name=marked, mark=mark) if marked[:5] == plain[:5] else Encoding(name=plain)
    return Encoding(name=name, mark=mark if marked == name else b"")


def _codec_name(asked: str) -> str:
    """The codec's own name."""
    hint = "Name one that Python knows, such as utf-8, latin-1, cp1252 or utf-16."
    try:
        info = codecs.lookup(asked)
    except LookupError:
        raise UsageError(f"No encoding is called {asked!r}.", hint=hint) from None
    if not getattr(info, "_is_text_encoding", True) or info.name in ("idna", "punycode", "undefined", "utf-7"):
        raise UsageError(f"{asked!r} is not an encoding of text files.", hint=hint)
    return info.name
