"""Every way to tamper with a release is caught, each with words of its own."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from curation_app.domain.event_codec import decode_event, encode_line, sealed
from curation_app.release import verify
from curation_app.release.sums import SUMS, write_sums
from tests.unit.release.released import Released, release

EVENTS = 8


@pytest.fixture
def made(tmp_path: Path) -> Released:
    return release(tmp_path)


def details(made: Released, **options: object) -> str:
    return "\n".join(check.detail for check in verify(made.folder, **options).checks if check.ok is not True)


def lines(made: Released) -> list[bytes]:
    return (made.folder / "changes.jsonl").read_bytes().splitlines(keepends=True)


def flip_data(folder: Path) -> None:
    data = bytearray((folder / "cleaned.csv").read_bytes())
    data[-3] ^= 1
    (folder / "cleaned.csv").write_bytes(data)


def change_log(change: Callable[[list[bytes]], list[bytes]]) -> Callable[[Path], None]:
    def tamper(folder: Path) -> None:
        log = folder / "changes.jsonl"
        log.write_bytes(b"".join(change(log.read_bytes().splitlines(keepends=True))))

    return tamper


def edit_manifest(folder: Path) -> None:
    data = json.loads((folder / "manifest.json").read_text())
    data["counts"]["dropped"] = 2
    (folder / "manifest.json").write_text(json.dumps(data))


TAMPERING = {
    "flipped byte in the data": (flip_data, ["cleaned.csv: expected fingerprint", "first difference at byte", "(line 10)"]),
    "edited log line": (change_log(lambda log: [log[0].replace(b'"ann"', b'"eve"'), *log[1:]]), ["event 0: expected leaf", "(edited)"]),
    "deleted event": (change_log(lambda log: log[:2] + log[3:]), ["event 2: expected, found event 3 in its place (deleted)"]),
    "inserted event": (change_log(lambda log: [*log[:3], log[2], *log[3:]]), ["event 2: expected once, found 2 times (inserted)"]),
    "reordered events": (change_log(lambda log: [*log[:2], log[3], log[2], *log[4:]]), ["found event 3 in its place (reordered)"]),
    "cut tail": (change_log(lambda log: log[:-2]), ["event 6: expected, found the end of the log (tail cut off: 6 of 8"]),
    "cut in the middle of a line": (change_log(lambda log: [*log[:-1], log[-1][:40]]), ["line 8: expected a line end"]),
    "broken line": (change_log(lambda log: [*log[:3], b"{]\n", *log[4:]]), ["changes.jsonl, line 4: not JSON"]),
    "other spelling of a line": (
        change_log(lambda log: [log[0].replace(b'{"action"', b'{ "action"'), *log[1:]]),
        ["canonical form of event 0"],
    ),
    "extra file": (lambda folder: (folder / "more.txt").write_text("x"), ["extra file: more.txt"]),
    "missing data": (lambda folder: (folder / "cleaned.csv").unlink(), ["missing file: cleaned.csv"]),
    "missing log": (lambda folder: (folder / "changes.jsonl").unlink(), ["missing file: changes.jsonl"]),
    "missing manifest": (lambda folder: (folder / "manifest.json").unlink(), ["missing file: manifest.json"]),
    "missing digests": (lambda folder: (folder / SUMS).unlink(), ["missing file: SHA256SUMS"]),
    "manifest edited": (edit_manifest, ["(manifest edited)", "the log adds up to"]),
    "report edited": (lambda folder: (folder / "report.html").write_text("fine"), ["report.html: expected fingerprint"]),
    "table edited": (lambda folder: (folder / "changes.csv").write_text("row\n"), ["changes.csv: expected what the log says"]),
    "digests garbled": (lambda folder: (folder / SUMS).write_text("fine\n"), ["SHA256SUMS, line 1: expected a digest"]),
}


@pytest.mark.parametrize("what", TAMPERING)
def test_tampering_is_named(made: Released, what: str) -> None:
    tamper, expected = TAMPERING[what]
    tamper(made.folder)
    found = details(made)
    assert verify(made.folder).exit_code == 1
    assert [words for words in expected if words not in found] == [], found


@pytest.mark.parametrize(
    "what", [name for name in TAMPERING if name not in ("extra file", "missing digests", "digests garbled", "report edited")]
)
def test_new_digests_do_not_hide_it(made: Released, what: str) -> None:
    TAMPERING[what][0](made.folder)
    (made.folder / SUMS).unlink(missing_ok=True)
    write_sums(made.folder)
    assert verify(made.folder).ok is False


def test_a_log_written_anew_is_found_by_the_last_leaf(made: Released) -> None:
    events = [replace(decode_event(line), by="eve") for line in lines(made)]
    (made.folder / "changes.jsonl").write_bytes(b"".join(encode_line(sealed(event)[0]) for event in events))
    assert "(the log was written anew)" in details(made)


def test_a_decision_taken_out_with_all_hashes_made_again_is_found(made: Released) -> None:
    first = decode_event(lines(made)[0])
    harmless, _ = sealed(replace(first, body=dict(first.body) | {"verdict": "accept", "label": None}))
    (made.folder / "changes.jsonl").write_bytes(b"".join([encode_line(harmless), *lines(made)[1:]]))
    (made.folder / SUMS).unlink()
    write_sums(made.folder)
    assert "first difference" in details(made)
    assert "the log adds up to" in details(made)


def test_without_the_original_it_cannot_check_and_says_how(made: Released) -> None:
    made.original.rename(made.original.with_name("moved.csv"))
    found = verify(made.folder)
    assert (found.outcome, found.exit_code) == ("cannot check", 2)
    assert "--original FILE" in details(made)
    assert verify(made.folder, original=made.original.with_name("moved.csv")).ok is True


def test_another_original_cannot_check_and_names_both_fingerprints(made: Released) -> None:
    other = made.original.with_name("other.csv")
    other.write_bytes(b"id,label\n1,a\n")
    assert verify(made.folder, original=other).ok is None
    assert f"expected fingerprint {made.dataset.fingerprint}, found" in details(made, original=other)


def test_a_manifest_that_points_outside_is_refused(made: Released) -> None:
    data = json.loads((made.folder / "manifest.json").read_text())
    data["outputs"][0]["path"] = "../in.csv"
    (made.folder / "manifest.json").write_text(json.dumps(data))
    assert "expected a name inside the release" in details(made)


def test_tampering_inside_a_released_folder_is_named(tmp_path: Path) -> None:
    made = release(tmp_path, "folder")
    victim = next((made.folder / "cleaned").rglob("*.png"))
    victim.write_bytes(victim.read_bytes() + b"x")
    assert victim.relative_to(made.folder).as_posix() in details(made)
    assert "first difference" in details(made)
