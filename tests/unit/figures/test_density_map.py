"""The map: what it draws, and that its weight does not grow with the rows."""

from __future__ import annotations

import base64
import io
import json

import numpy as np
import pytest
from PIL import Image

from curation_app.figures.density_map import ANCHOR_CELLS, POINTS_UP_TO, SUSPECTS_UP_TO, MapColours, density_map
from curation_app.figures.png import data_address, png


def _map(rows: int, loud: int, **more: object) -> object:
    rng = np.random.default_rng(0)
    spots = rng.normal(size=(rows, 2)).astype(np.float32)
    mask = np.zeros(rows, dtype=bool)
    mask[rng.choice(rows, loud, replace=False)] = True
    colours = MapColours(codes=np.arange(rows) % 3, tones=("#111111", "#222222", "#333333"), loud=mask)
    return density_map(spots[:, 0], spots[:, 1], colours, ground="#ffffff", ink="#000000", **more), mask


def test_small_map_draws_every_row_once_and_suspects_on_top() -> None:
    figure, loud = _map(500, 40)
    quiet, suspects = figure.data
    assert sorted([*quiet.customdata, *suspects.customdata]) == list(range(500))
    assert set(suspects.customdata) == set(np.flatnonzero(loud))


def test_large_map_draws_density_anchors_and_suspects_only() -> None:
    figure, _ = _map(POINTS_UP_TO + 1, 60)
    anchors, suspects = figure.data
    assert len(figure.layout.images) == 1
    assert len(anchors.x) <= ANCHOR_CELLS**2
    assert len(suspects.x) == 60


def test_a_million_rows_weigh_no_more_than_a_hundred_thousand() -> None:
    small, large = (len(_map(rows, 5_000)[0].to_json()) for rows in (100_000, 1_000_000))
    assert large < 1.3 * small


def test_too_many_suspects_leave_the_most_suspicious_with_the_first_of_them_on_top() -> None:
    rows = SUSPECTS_UP_TO + 500
    order = np.arange(rows)[::-1]
    spots = np.zeros(rows, np.float32)
    colours = MapColours(codes=np.zeros(rows, int), tones=("#111111",), loud=np.ones(rows, dtype=bool))
    figure = density_map(spots, spots, colours, ground="#fff", ink="#000", order=order)
    drawn = figure.data[-1].customdata
    assert list(drawn) == list(order[:SUSPECTS_UP_TO][::-1])


def test_each_code_keeps_its_own_colour() -> None:
    figure, _ = _map(300, 30)
    marker = figure.data[1].marker
    low, high = marker.cmin, marker.cmax
    for code, tone in enumerate(("#111111", "#222222", "#333333")):
        place = (code - low) / (high - low)
        below = [colour for at, colour in marker.colorscale if at <= place]
        above = [colour for at, colour in marker.colorscale if at >= place]
        assert below[-1] == above[0] == tone


def test_selected_and_located_rows_are_ringed_where_they_are() -> None:
    figure, _ = _map(200, 10, selected=np.array([3, 5]), located=7)
    ring, here = figure.data[-2:]
    assert len(ring.x) == 2
    assert len(here.x) == 1
    assert float(here.x[0]) == pytest.approx(float(np.random.default_rng(0).normal(size=(200, 2)).astype(np.float32)[7, 0]))


@pytest.mark.parametrize("rows", [0, 1, 2])
def test_a_map_of_almost_nothing_is_still_a_figure(rows: int) -> None:
    spots = np.zeros(rows, np.float32)
    colours = MapColours(codes=np.zeros(rows, int), tones=(), loud=np.zeros(rows, dtype=bool))
    assert json.loads(density_map(spots, spots, colours, ground="#fff", ink="#000").to_json())["layout"]


@pytest.mark.parametrize("shape", [(5, 7), (5, 7, 1), (5, 7, 3), (5, 7, 4)])
def test_pixels_come_back_from_the_png_as_they_went_in(shape: tuple[int, ...]) -> None:
    pixels = np.random.default_rng(1).integers(0, 256, shape, dtype=np.uint8)
    read = np.asarray(Image.open(io.BytesIO(png(pixels))))
    assert np.array_equal(read, pixels.reshape(read.shape))
    assert base64.b64decode(data_address(pixels).split(",")[1]) == png(pixels)
