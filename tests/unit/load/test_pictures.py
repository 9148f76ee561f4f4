"""Folders of images: labels from subfolders, small thumbnails, nothing decoded that nobody expects."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from curation_app.errors import InputError
from curation_app.load import Limits, read_dataset


def save(folder: Path, name: str, image: Image.Image, **options: object) -> None:
    (folder / name).parent.mkdir(parents=True, exist_ok=True)
    image.save(folder / name, **options)  # type: ignore[arg-type]


def test_grey_stays_grey_and_small_images_keep_their_size(tmp_path: Path) -> None:
    save(tmp_path, "a/1.png", Image.new("L", (9, 5), 17))
    save(tmp_path, "b/2.png", Image.new("L", (9, 5), 18))
    dataset = read_dataset(tmp_path)
    assert dataset.images is not None
    assert dataset.images.shape == (2, 5, 9)
    assert dataset.images[:, 0, 0].tolist() == [17, 18]
    assert list(dataset.labels) == ["a", "b"]
    assert list(dataset.frame.columns) == ["path", "label"]
    assert (dataset.modality, dataset.format) == ("image", "folder")


def test_one_colour_image_makes_all_colour_and_large_ones_shrink(tmp_path: Path) -> None:
    save(tmp_path, "a/1.jpg", Image.new("RGB", (200, 100), "red"))
    save(tmp_path, "a/2.png", Image.new("L", (10, 10), 9))
    save(tmp_path, "a/3.webp", Image.new("RGBA", (10, 10), (0, 0, 0, 0)), lossless=True)
    images = read_dataset(tmp_path).images
    assert images is not None
    assert images.shape == (3, 64, 64, 3)
    assert images[1, 0, 0].tolist() == [9, 9, 9]
    assert images[2, 0, 0].tolist() == [255, 255, 255]


def test_only_the_first_frame_is_read(tmp_path: Path) -> None:
    frames = [Image.new("RGB", (8, 8), colour) for colour in ("red", "blue")]
    save(tmp_path, "a/1.gif", frames[0], save_all=True, append_images=frames[1:])
    images = read_dataset(tmp_path).images
    assert images is not None
    assert images[0, 0, 0].tolist() == [255, 0, 0]


def test_sixteen_bits_are_scaled_not_clipped(tmp_path: Path) -> None:
    save(tmp_path, "a/1.png", Image.fromarray(np.full((4, 4), 0x8000, dtype=np.uint16)))
    images = read_dataset(tmp_path).images
    assert images is not None
    assert images[0, 0, 0] == 128


def test_too_many_pixels_are_refused_by_the_header(tmp_path: Path) -> None:
    save(tmp_path, "a/1.png", Image.new("1", (3000, 3000)))
    with pytest.raises(InputError) as caught:
        read_dataset(tmp_path, limits=Limits(pixels=1_000_000))
    assert [problem.code for problem in caught.value.problems] == ["pixels"]  # type: ignore[attr-defined]


def test_another_format_behind_a_known_ending_is_refused(tmp_path: Path) -> None:
    save(tmp_path, "a/1.tiff", Image.new("L", (4, 4)))
    (tmp_path / "a" / "1.tiff").rename(tmp_path / "a" / "1.png")
    (tmp_path / "a" / "2.png").write_bytes(b"not an image")
    with pytest.raises(InputError) as caught:
        read_dataset(tmp_path)
    assert [problem.code for problem in caught.value.problems] == ["image", "image"]  # type: ignore[attr-defined]


def test_links_are_refused_and_other_files_counted(tmp_path: Path) -> None:
    save(tmp_path, "a/1.png", Image.new("L", (4, 4)))
    (tmp_path / "notes.txt").write_text("x")
    assert [problem.code for problem in read_dataset(tmp_path).remarks] == ["other-files"]
    (tmp_path / "a" / "2.png").symlink_to(tmp_path / "a" / "1.png")
    with pytest.raises(InputError) as caught:
        read_dataset(tmp_path)
    assert [problem.code for problem in caught.value.problems] == ["link"]  # type: ignore[attr-defined]


def test_images_named_in_a_table_are_read_below_its_folder(tmp_path: Path) -> None:
    save(tmp_path, "pics/1.png", Image.new("L", (4, 4), 5))
    (tmp_path / "data.csv").write_text("image,label\npics/1.png,a\n")
    dataset = read_dataset(tmp_path / "data.csv")
    assert dataset.modality == "image"
    assert dataset.images is not None
    assert dataset.images.max() == 5


def test_an_empty_folder_is_said_plainly(tmp_path: Path) -> None:
    with pytest.raises(InputError):
        read_dataset(tmp_path)
