"""Numbers as people read them."""

import pytest

from curation_app.ui.components import words


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ((125.3, 90.2, 161.0), (125, 90, 160)),
        ((220.4, 180.0, 270.0), (220, 180, 270)),
        ((33.2, 31.0, 34.0), (33, 31, 34)),
        ((0.0, 0.0, 0.0), (0, 0, 0)),
        ((4321.0, 1000.0, 9000.0), (4500, 1000, 9000)),
    ],
)
def test_an_estimate_has_no_more_digits_than_its_interval_bears(given: tuple[float, ...], said: tuple[int, ...]) -> None:
    assert words.rounded(*given) == said


@pytest.mark.parametrize(("share", "said"), [(0.0, "0 %"), (0.0004, "< 0.1 %"), (0.032, "3.2 %"), (0.31, "31 %"), (1.0, "100 %")])
def test_a_small_share_is_never_called_nothing(share: float, said: str) -> None:
    assert words.percent(share).replace(words.THIN, " ") == said


@pytest.mark.parametrize(("seconds", "said"), [(0.42, "0.4 s"), (59.6, "60 s"), (125.0, "2 min 5 s")])
def test_seconds_become_minutes_when_there_are_many(seconds: float, said: str) -> None:
    assert words.duration(seconds).replace(words.THIN, " ") == said


def test_a_moment_that_is_none_stays_as_it_came() -> None:
    assert words.when("2026-11-23T18:20:00.123Z") == "23 Nov 2026, 18:20"
    assert words.when("<b>yesterday</b>") == "<b>yesterday</b>"


def test_one_is_singular() -> None:
    assert words.counted(1, "row") == "1 row"
    assert words.counted(6920, "row").replace(words.THIN, " ") == "6 920 rows"
