"""Cleaning of text and addresses from outside."""

from collections.abc import Callable

from hypothesis import given, strategies as st
import pytest

from downlink.limits import MAX_URL_CHARS
from downlink.text import clean_line, clean_text, fold, is_usable_url, unescape

from .strategies import is_clean


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("Dexter", ("Dexter", False), id="as it is"),
        pytest.param("", ("", False), id="empty"),
        pytest.param(" \t a\n\r\n b\u00a0 c\u2028d ", ("a b c d", False), id="white space"),
        pytest.param("a\x00b\x0bc\x1f", ("abc", True), id="controls"),
        pytest.param("a\x7fb\x9fc", ("abc", True), id="C1 controls"),
        pytest.param("a\x85b", ("a b", False), id="next line"),
        pytest.param("\ud83dx", ("x", True), id="lone surrogate"),
        pytest.param("a\ufdd0\ufffe\uffff\U0010ffffb", ("ab", True), id="non-characters"),
        pytest.param(
            "Sakigake!! Kuromati Kôkô 🎌", ("Sakigake!! Kuromati Kôkô 🎌", False), id="other"
        ),
        pytest.param("123456789", ("123456789", False), id="at the limit"),
        pytest.param("1234567890", ("12345678…", True), id="over the limit"),
        pytest.param("1234567   89012", ("1234567…", True), id="no blank before the cut"),
    ],
)
def test_line(text: str, expected: tuple[str, bool]) -> None:
    limit = 9 if text.startswith("1") else 500
    assert clean_line(text, limit) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("a\r\nb\rc\nd", ("a\nb\nc\nd", False), id="line ends"),
        pytest.param("\n\n a  b \n\n\n\n\n c \n", ("a b\n\nc", False), id="blank lines"),
        pytest.param("a\x01\nb", ("a\nb", True), id="controls"),
        pytest.param("x" * 20, ("x" * 11 + "…", True), id="over the limit"),
    ],
)
def test_text(text: str, expected: tuple[str, bool]) -> None:
    assert clean_text(text, 12) == expected


@pytest.mark.parametrize("clean", [clean_line, clean_text])
@given(text=st.text(st.characters(), max_size=40), limit=st.integers(1, 40))
def test_what_is_clean_stays(
    clean: Callable[[str, int], tuple[str, bool]], text: str, limit: int
) -> None:
    kept, _ = clean(text, limit)
    assert len(kept) <= limit
    assert is_clean(kept)
    assert kept == kept.strip()
    assert clean(kept, limit) == (kept, False)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("Tom & Jerry < 3", "Tom & Jerry < 3", id="as it is"),
        pytest.param("Tom &amp; Jerry&apos;s", "Tom & Jerry's", id="names"),
        pytest.param("Pok&eacute;mon", "Pokémon", id="HTML's names"),
        pytest.param("It&#39;s &#x27;on&#X27;", "It's 'on'", id="numbers"),
        pytest.param("&#128512;&#x1F600;", "😀😀", id="beyond 16 bits"),
        pytest.param("&#1114111;&#x10FFFF;", "\U0010ffff" * 2, id="the last character"),
        pytest.param("&#1114112;&#x110000;", "&#1114112;&#x110000;", id="beyond the last"),
        pytest.param("&#12345678;&#x1234567;", "&#12345678;&#x1234567;", id="too many digits"),
        pytest.param("&nosuchname; &amp", "&nosuchname; &amp", id="no entities"),
        pytest.param("&amp;lt;", "&lt;", id="escaped once more"),
        pytest.param("a<br/>b<BR>c</p>d", "a\nb\nc\nd", id="line ends"),
        pytest.param("&lt;b&gt;A&lt;/b&gt; <x>", "A <x>", id="tags"),
    ],
)
def test_unescape(text: str, expected: str) -> None:
    assert unescape(text) == expected


@pytest.mark.parametrize(
    "url",
    [
        "http://n1.example.com/a.m3u8",
        "https://n4.toonamiaftermath.com:443/livehttporigin/est/x-playlist.m3u8?streamDelay=180",
        "https://m.media-amazon.com/images/M/MV5B@@._V1_UY1200_CR110,0,630,1200_AL_.jpg",
        "HTTPS://EXAMPLE.COM",
        "http://localhost:3000?x=1",
        "http://toonami_proxy:65535/",
        "http://example.com.:0080/#a",
        "http://192.0.2.1/",
        "http://[2001:db8::1]:8080/a",
        "http://example.com/".ljust(MAX_URL_CHARS, "a"),
    ],
)
def test_usable_url(url: str) -> None:
    assert is_usable_url(url)


@pytest.mark.parametrize(
    "url",
    [
        pytest.param("", id="empty"),
        pytest.param("<html>", id="a web page"),
        pytest.param("/a.m3u8", id="relative"),
        pytest.param("//example.com/a", id="no scheme"),
        pytest.param("rtsp://example.com/a", id="another scheme"),
        pytest.param("file:///etc/passwd", id="a file"),
        pytest.param("javascript:alert(1)//http://a/", id="a script"),
        pytest.param("http:///a", id="no host"),
        pytest.param("http://?a", id="no host but a query"),
        pytest.param("http://user@example.com/", id="user"),
        pytest.param("http://user:pass@example.com/", id="user and password"),
        pytest.param("http://good.example\\@evil.example/", id="backslash"),
        pytest.param("http://a..b/", id="empty label"),
        pytest.param("http://-a.example/", id="dash first"),
        pytest.param("http://a-.example/", id="dash last"),
        pytest.param("http://é.example/", id="host outside ASCII"),
        pytest.param("http://example.com/é", id="path outside ASCII"),
        pytest.param("http://example.com/a b", id="blank"),
        pytest.param("http://example.com/\n", id="line end"),
        pytest.param("http://example.com/a\x00", id="control"),
        pytest.param('http://example.com/"', id="quote"),
        pytest.param("http://example.com/<a>", id="angle brackets"),
        pytest.param("http://example.com/|User-Agent=x", id="Kodi's options"),
        pytest.param("http://example.com:0/", id="port 0"),
        pytest.param("http://example.com:65536/", id="port too high"),
        pytest.param("http://example.com:80a/", id="port no number"),
        pytest.param("http://example.com:/", id="port missing"),
        pytest.param("http://[::::]/", id="IPv6 that is none"),
        pytest.param("http://[2001:db8::1/", id="IPv6 not closed"),
        pytest.param("https://example.com/" + "a" * MAX_URL_CHARS, id="too long"),
    ],
)
def test_unusable_url(url: str) -> None:
    assert not is_usable_url(url)


@given(st.text(st.sampled_from("htps:/@[].-?#&:a1\\ \n\"'é")).map("http://".__add__))
def test_usable_urls_hold_nothing_dangerous(url: str) -> None:
    if is_usable_url(url):
        assert url.isascii()
        assert not set(url) & set(' \n"\\<>')
        assert "@" not in url.split("/")[2].split("?", maxsplit=1)[0].split("#", maxsplit=1)[0]


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("  Yu-Gi-Oh!\t", "yu gi oh"),
        ("Pokémon", "pokemon"),
        ("STRASSE straße", "strasse strasse"),
        ("snake_case", "snake case"),
        ("!?", ""),
        ("", ""),
    ],
)
def test_fold(text: str, folded: str) -> None:
    assert fold(text) == folded


def test_fold_reads_so_much_and_no_more() -> None:
    assert fold("ab" * 3, 5) == "ababa"
    assert fold("ab" * 3, 6) == "ababab"
