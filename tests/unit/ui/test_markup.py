"""The one place that builds HTML: nothing hostile gets through, nothing hidden stays hidden."""

from __future__ import annotations

from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from curation_app.ui.components.markup import Html, hidden, label, marked, show, tag, titled, visible


class Tags(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.names: set[str] = set()
        self.attributes: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.names.add(tag)
        self.attributes |= {name for name, _ in attrs}


def read(markup: Html) -> Tags:
    parser = Tags()
    parser.feed(markup)
    return parser


@given(st.text(max_size=80), st.text(max_size=80))
def test_no_text_makes_a_tag_or_an_attribute(body: str, title: str) -> None:
    found = read(tag("p", body, title=title))
    assert found.names == {"p"}
    assert found.attributes == {"title"}


@given(
    st.text(alphabet="<>&\"'a\u200b\u202e", max_size=40), st.lists(st.tuples(st.integers(-3, 45), st.integers(-3, 45), st.just("mislabel")))
)
def test_marks_never_break_the_text_whatever_their_ranges(text: str, marks: list[tuple[int, int, str]]) -> None:
    assert read(marked(text, marks)).names <= {"mark", "span"}


@pytest.mark.parametrize("character", ["\u200b", "\u202e", "\u2066", "\u00ad", "\ufeff", "\U000e0041", "\x07", "\u3164"])
def test_hidden_characters_are_written_out(character: str) -> None:
    assert hidden(character)
    assert visible(f"a{character}b") == f"a⟨U+{ord(character):04X}⟩b"


@pytest.mark.parametrize("text", ["naïve café", "日本語", "line\nbreak", "שלום", "❤️"])
def test_ordinary_text_stays_as_it_is(text: str) -> None:
    assert visible(text) == text


def test_a_mark_covers_exactly_its_characters() -> None:
    assert marked("told cf twice", [(5, 7, "backdoor")]) == 'told <mark class="k-backdoor">cf</mark> twice'


def test_a_widgets_label_holds_no_live_markdown() -> None:
    assert label("![x](http://a) :red[b] $c$ **d**") == r"\!\[x\]\(http\:\/\/a\) \:red\[b\] \$c\$ \*\*d\*\*".replace(r"\/", "/")


def test_a_title_keeps_each_figure_with_its_percent_sign() -> None:
    assert titled("by their words 42 % would be, not more than 5 %", 80) == "by their words 42\u00a0% would be, not more than 5\u00a0%"
    assert titled("a % b", 80) == "a % b"


def test_only_markup_of_this_module_is_shown() -> None:
    with pytest.raises(TypeError):
        show("<b>a plain string</b>")  # type: ignore[arg-type]
