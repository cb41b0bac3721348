"""What outsiders wrote is shown as text: nothing in it becomes a link, a picture or markup."""

import re

import pytest

from custom_components.toonami_downlink.refreshing.texts import markdown, quoted

HOSTILE = [
    pytest.param("![x](http://evil.example/x.png)", id="picture"),
    pytest.param("[x](https://evil.example)", id="link"),
    pytest.param("https://evil.example/a?b=c", id="bare link"),
    pytest.param("HTTP://evil.example", id="bare link in capitals"),
    pytest.param("see www.evil.example, or WWW.evil.example", id="bare name"),
    pytest.param("me@evil.example", id="mail"),
    pytest.param("<https://evil.example>", id="autolink"),
    pytest.param("<img src=https://evil.example/x.png>", id="html"),
    pytest.param("[x]: https://evil.example", id="definition"),
    pytest.param("**bold** _and_ ~~gone~~ | table |", id="emphasis"),
    pytest.param("a\n\n# heading\n\n    code", id="blocks"),
    pytest.param("\\![x](http://evil.example)", id="escaped already"),
    pytest.param("`` ` ![x](y) ` ``", id="code"),
    pytest.param("&lt;img&gt; &#60;", id="entities"),
]
ACTIVE = re.compile(r"(?<!\\)(?:\\\\)*[`*_{}\[\]<>#|~!&@]|https?:|ftp:|www\.", re.IGNORECASE)
"""What still means something after the backslashes are taken into account."""


@pytest.mark.parametrize("words", HOSTILE)
def test_markdown_has_no_markup_left(words: str) -> None:
    shown = markdown(words)
    assert not ACTIVE.search(shown)
    assert "\n" not in shown
    assert re.sub(r"\\(.)", r"\1", shown) == " ".join(words.split()), "and people read the same"


@pytest.mark.parametrize("words", HOSTILE)
def test_a_quotation_cannot_be_left(words: str) -> None:
    shown = quoted(words)
    assert (shown[0], shown[-1], shown.count("`")) == ("`", "`", 2)
    assert "\n" not in shown


@pytest.mark.parametrize(("length", "is_cut"), [(300, False), (301, True)])
def test_length(length: int, is_cut: bool) -> None:
    for shown in (markdown("x" * length), quoted("x" * length).strip("`")):
        assert len(shown) == 300
        assert shown.endswith("…") == is_cut


def test_plain_words_stay_as_they_are() -> None:
    assert markdown("192.168.1.5 (TiviMate), at 12:30 - really.") == (
        "192.168.1.5 (TiviMate), at 12:30 - really."
    )
    assert quoted("") == quoted("\x07 ") == ""
