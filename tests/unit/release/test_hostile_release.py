"""A release that somebody made to do harm: nothing outside is touched, and a sentence says why."""

from __future__ import annotations

import contextlib
import json
import os
from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image

from curation_app.domain.recipe import recipe_named
from curation_app.errors import CurationError, InputError, VerificationError
from curation_app.load import read_dataset
from curation_app.release import replay, verify, write_release
from curation_app.release.fingerprint import folder_fingerprint
from curation_app.release.rewrite import rewrite
from curation_app.release.sums import SUMS, write_sums
from tests.unit.release.released import CREATED, Released, release

OUTSIDE = [
    "../../escaped.png",
    "/tmp/escaped.png",
    "ham/../../../escaped.png",
    "ham\\..\\escaped.png",
    "ham//00.png",
    "ham/./00.png",
    "",
    7,
]


def forge(made: Released, change: Callable[[dict], object]) -> None:
    """Change the manifest, and make the digests again so that they agree with it."""
    place = made.folder / "manifest.json"
    data = json.loads(place.read_text())
    change(data)
    place.write_text(json.dumps(data))
    (made.folder / SUMS).unlink()
    write_sums(made.folder)


def everything(folder: Path) -> set[str]:
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*")}


@pytest.mark.parametrize("name", OUTSIDE)
def test_no_name_of_a_manifest_leads_outside(tmp_path: Path, name: object) -> None:
    made = release(tmp_path, "folder")
    # The file is there and its fingerprint is right: only the name itself speaks against it.
    (tmp_path / "escaped.png").write_bytes(b"x")
    forge(made, lambda data: data["options"].update(files=[name, *data["options"]["files"][1:]]))
    before = everything(tmp_path)
    with pytest.raises(VerificationError, match=r"expected the path of an image inside the folder"):
        replay(made.original, made.folder, tmp_path / "out")
    assert verify(made.folder).ok is False
    assert everything(tmp_path) == before


@pytest.mark.parametrize("name", OUTSIDE)
def test_the_writer_refuses_such_names_too(tmp_path: Path, name: object) -> None:
    made = release(tmp_path, "folder")
    files = [name, *made.dataset.options["files"][1:]]
    with pytest.raises(VerificationError, match="inside the folder"):
        rewrite(made.original, tmp_path / "out", format="folder", options={"files": files}, label_column="label", edits=[])
    assert not (tmp_path / "out").exists()


FORGERIES: dict[str, Callable[[dict], object]] = {
    "no options": lambda data: data.update(options={}),
    "options of another type": lambda data: data.update(options=[1]),
    "header far away": lambda data: data["options"].update(header=10**9),
    "skipped of another type": lambda data: data["options"].update(skipped="all"),
    "another format": lambda data: data.update(format="npz"),
    "a format nobody knows": lambda data: data.update(format="exe"),
    "parquet": lambda data: data.update(format="parquet"),
    "folder of files": lambda data: data.update(format="folder", options={"files": ["a"] * 12}),
    "encoding": lambda data: data["options"].update(encoding="nope"),
    "counts": lambda data: data.update(counts=3),
    "events": lambda data: data.update(events="many"),
    "original of another type": lambda data: data.update(original=None),
    "original with a zero": lambda data: data.update(original="a\0b"),
    "output of another type": lambda data: data["outputs"][0].update(path=3),
    "output with a zero": lambda data: data["outputs"][0].update(path="a\0b"),
}


@pytest.mark.parametrize("what", FORGERIES)
def test_a_forged_manifest_ends_in_a_sentence(tmp_path: Path, what: str) -> None:
    made = release(tmp_path)
    forge(made, FORGERIES[what])
    found = verify(made.folder)
    assert found.ok is not True
    assert all(check.detail for check in found.checks)
    again = tmp_path / "again.csv"
    # What plays no part in making the data is left to verify.
    with contextlib.suppress(CurationError):
        replay(made.original, made.folder, again)
    assert not again.exists() or again.read_bytes() == (made.folder / "cleaned.csv").read_bytes()


@pytest.mark.parametrize("line", [b'{"seq":NaN}\n', b"[" * 100_000 + b"\n", b"\xff\n", b'{"item":"row:x"}\n'])
def test_a_forged_log_ends_in_a_sentence(tmp_path: Path, line: bytes) -> None:
    made = release(tmp_path)
    with (made.folder / "changes.jsonl").open("ab") as file:
        file.write(line)
    assert "line 9" in "".join(check.detail for check in verify(made.folder).checks if check.name == "log")
    with pytest.raises(VerificationError, match="line 9"):
        replay(made.original, made.folder, tmp_path / "again.csv")


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no named pipes")
@pytest.mark.parametrize("name", ["cleaned.csv", "changes.csv"])
def test_links_and_pipes_are_named_and_never_read(tmp_path: Path, name: str) -> None:
    made = release(tmp_path)
    (made.folder / name).unlink()
    os.mkfifo(made.folder / name)
    (made.folder / "report.html").unlink()
    (made.folder / "report.html").symlink_to("/dev/zero")
    found = verify(made.folder)
    details = "\n".join(check.detail for check in found.checks)
    assert found.ok is False
    assert f"{name}: expected a file, found a device" in details
    assert "report.html: expected a file, found a link" in details


def test_a_full_disk_is_said_and_is_no_tampering(tmp_path: Path) -> None:
    resource = pytest.importorskip("resource", reason="this system has no limits on file sizes")
    made = release(tmp_path)
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (16, before[1]))
    try:
        found = verify(made.folder)
        with pytest.raises(InputError, match="File too large"):
            replay(made.original, made.folder, tmp_path / "again.csv")
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    assert found.ok is None
    assert "File too large" in found.checks[-1].detail
    assert not [path for path in tmp_path.iterdir() if "again" in path.name]


def test_an_image_added_or_removed_since_the_scan_is_noticed(tmp_path: Path) -> None:
    made = release(tmp_path, "folder")
    extra = made.original / "ham" / "zz.png"
    Image.new("RGB", (4, 4)).save(extra)
    for call in (
        lambda: write_release(
            made.original, tmp_path / "b", dataset=made.dataset, events=[], recipe=recipe_named("fast"), seed=7, created=CREATED
        ),
        lambda: replay(made.original, made.folder, tmp_path / "b"),
    ):
        with pytest.raises(InputError, match=r"expected 12 images, found 13 \('ham/zz.png', which was not there\)"):
            call()
    assert not (tmp_path / "b").exists()
    assert verify(made.folder).ok is None
    extra.unlink()
    # Notes beside the images are no rows, and were left alone by the scan as well.
    (made.original / "notes.txt").write_text("x")
    assert verify(made.folder).ok is True


def test_an_image_behind_a_link_is_none_of_the_original(tmp_path: Path) -> None:
    made = release(tmp_path, "folder")
    (tmp_path / "private").mkdir()
    (tmp_path / "private" / "p.png").write_bytes(b"secret")
    (made.original / "way").symlink_to(tmp_path / "private")
    names = sorted([*made.dataset.options["files"], "way/p.png"])

    def point(data: dict) -> None:
        data["options"]["files"] = names
        data["sha256"] = folder_fingerprint(made.original, names)

    forge(made, point)
    with pytest.raises(InputError, match="found 12"):
        replay(made.original, made.folder, tmp_path / "out")


def test_the_reader_refuses_what_no_release_could_write(tmp_path: Path) -> None:
    (tmp_path / "in" / "ham").mkdir(parents=True)
    try:
        Image.new("RGB", (4, 4)).save(tmp_path / "in" / "ham" / "a\\b.png")
    except OSError:
        pytest.skip("this disk has no such names")
    with pytest.raises(InputError, match="without backslashes"):
        read_dataset(tmp_path / "in")
