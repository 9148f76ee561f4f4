from __future__ import annotations

import pytest
import rfc8785
from hypothesis import given
from hypothesis import strategies as st

from curation_app.domain.decision import Event
from curation_app.domain.event_codec import canonical, decode_event, encode_event, encode_line, leaf_hash, sealed
from curation_app.errors import UsageError, VerificationError

TEXT = st.text(st.characters(exclude_categories=["Cs"]))
WHOLE = st.integers(-(2**53) + 1, 2**53 - 1)
VALUES = st.recursive(
    st.none() | st.booleans() | WHOLE | st.floats(allow_nan=False, allow_infinity=False) | TEXT,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXT, inner, max_size=4),
    max_leaves=12,
)


@given(VALUES)
def test_the_quick_way_writes_what_rfc_8785_says(value: object) -> None:
    assert canonical(value) == rfc8785.dumps(value)


@given(st.dictionaries(TEXT, VALUES, max_size=4))
def test_an_event_read_back_has_the_same_bytes_and_leaf(body: dict) -> None:
    event, raw = sealed(Event(seq=3, kind="decide", item="row:1", version=1, action="a", by="ann", at="now", body=body))
    assert encode_event(decode_event(raw, event.leaf)) == raw
    line = encode_line(event)
    assert encode_line(decode_event(line)) == line
    assert decode_event(line).leaf == leaf_hash(raw)


def test_the_leaf_of_nothing_is_the_published_one() -> None:
    # Certificate Transparency's reference vectors: the leaf hash of the empty entry, and of the entry 0x00.
    assert leaf_hash(b"") == "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d"
    assert leaf_hash(b"\x00") == "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7"


@pytest.mark.parametrize("value", ["\ud800", float("nan"), float("inf"), 2**53, {1: 2}, {"a": object()}])
def test_what_json_cannot_hold_is_refused(value: object) -> None:
    with pytest.raises(UsageError, match="cannot be written to the log"):
        canonical(value)


@pytest.mark.parametrize("raw", [b"", b"[]", b"{}", b"\xff", b'{"seq":"0"}', b"[" * 100_000])
def test_what_is_no_event_is_refused(raw: bytes) -> None:
    with pytest.raises(VerificationError):
        decode_event(raw)
