"""The report's plots are well-formed, hold every number they are given, and run nothing."""

from xml.etree import ElementTree

import numpy as np
import pytest

from curation_app.figures.report_plots import MOST_CLASSES, MOST_POINTS, classes_svg, histogram_svg, map_svg, report_plots

SVG = "{http://www.w3.org/2000/svg}"
HOSTILE = "<script>alert(1)</script>\u202e\x00"


def plots(n: int = 200, name: str = "spam") -> dict[str, str]:
    rng = np.random.default_rng(3)
    suspicion = rng.random(n)
    return dict(
        report_plots(
            x=rng.normal(size=n).astype(np.float32),
            y=rng.normal(size=n).astype(np.float32),
            kinds=np.where(suspicion > 0.9, 1, 0),
            kind_names=("none", "mislabel"),
            flagged=suspicion > 0.9,
            suspicion=suspicion,
            per_class=((name, n // 2, n // 2 - 3), ("ham", n // 2, n // 2)),
        )
    )


def test_every_plot_is_one_well_formed_svg_with_a_name_for_assistive_technology() -> None:
    for svg in plots().values():
        root = ElementTree.fromstring(svg)
        assert root.tag == f"{SVG}svg"
        assert root.get("aria-label")


def test_the_map_draws_each_suspect_once_and_counts_it_in_the_legend() -> None:
    flagged = np.array([True, False, True, True])
    kinds = np.array([1, 0, 1, 2])
    root = ElementTree.fromstring(map_svg(np.arange(4.0), np.arange(4.0), kinds, ("none", "mislabel", "drift"), flagged))
    points = [circle for circle in root.iter(f"{SVG}circle") if circle.get("r") == "3"]
    assert len(points) == 3
    assert {text.text for text in root.iter(f"{SVG}text")} == {"mislabel 2", "drift 1"}


def test_the_map_holds_suspects_and_density_to_a_bound() -> None:
    rng = np.random.default_rng(0)
    n = 100_000
    svg = map_svg(rng.normal(size=n), rng.normal(size=n), np.zeros(n, int), ("mislabel",), np.ones(n, bool))
    assert svg.count('r="3"') == MOST_POINTS
    assert len(svg) < 1_500_000


def test_points_that_do_not_differ_are_drawn_in_the_middle() -> None:
    root = ElementTree.fromstring(map_svg(np.ones(2), np.ones(2), np.zeros(2, int), ("mislabel",), np.ones(2, bool)))
    assert all(np.isfinite(float(circle.get("cx", "nan"))) for circle in root.iter(f"{SVG}circle"))


def test_the_histogram_counts_every_row_that_has_a_score() -> None:
    scores = np.array([0.0, 0.2, 0.2, 1.0, np.nan])
    root = ElementTree.fromstring(histogram_svg(scores, scores > 0.9))
    titles = [title.text or "" for title in root.iter(f"{SVG}title")]
    assert sum(int(title.split()[0]) for title in titles) == 4
    assert titles[-1] == "1 rows, 1 flagged"


def test_classes_beyond_the_bound_are_counted_not_drawn() -> None:
    svg = classes_svg([(f"class {number}", 10, 9) for number in range(MOST_CLASSES + 5)])
    assert "and 5 smaller classes" in svg


@pytest.mark.parametrize("part", ["<script", "\u202e", "\x00"])
def test_a_hostile_class_name_stays_text(part: str) -> None:
    joined = "".join(plots(name=HOSTILE).values())
    assert part not in joined
    assert "&lt;script&gt;" in joined


def test_nothing_to_draw_gives_no_plot() -> None:
    empty = np.array([])
    found = report_plots(
        x=empty, y=empty, kinds=empty.astype(int), kind_names=(), flagged=empty.astype(bool), suspicion=empty, per_class=()
    )
    assert found == {}
