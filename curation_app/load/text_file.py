"""The bytes of a text file as UTF-8, or every place where they are not what they should be."""

from __future__ import annotations

from curation_app.domain.encoding import Encoding, encoding_of
from curation_app.load.request import MOST_LISTED, Problems, Request

_HINT = "Choose the file's encoding, for example latin-1 or cp1252 (--encoding latin-1)."


def read_text(request: Request) -> tuple[bytes, Encoding]:
    """(UTF-8 bytes without byte-order mark, how the file stores them). Notes wrong encodings; the caller may still look at the bytes."""
    request.check_size()
    data = request.path.read_bytes()
    encoding = encoding_of(data[:4], request.encoding)
    try:
        return encoding.to_utf8(data), encoding
    except UnicodeDecodeError:
        body = data[len(encoding.mark) :]
        _note_undecodable(body, encoding, request.problems)
        if encoding.is_utf8:
            return body, encoding
    except UnicodeError as error:
        request.problems.add("encoding", f"text in {encoding.name}", str(error), hint=_HINT)
    request.problems.stop_if_any()
    raise AssertionError("a decoding error is always noted")


def _note_undecodable(body: bytes, encoding: Encoding, problems: Problems) -> None:
    """One problem for each line that is not in the encoding, and none for what follows from it."""
    at, line, noted = 0, 1, 0
    while noted < MOST_LISTED:
        try:
            body[at:].decode(encoding.name) if at else body.decode(encoding.name)
            return
        except UnicodeDecodeError as error:
            start = at + error.start
            line += body.count(b"\n", at, start)
            found = f"the byte 0x{body[start]:02x} ({error.reason})"
            problems.add("encoding", f"text in {encoding.name}", found, hint=_HINT, line=line)
            noted += 1
            end = body.find(b"\n", start)
            if end < 0 or not encoding.is_utf8:
                return
            at, line = end + 1, line + 1
