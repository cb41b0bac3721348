"""Old addresses: each that was ever made here is read, and nothing else."""

from hypothesis import given, strategies as st
import pytest

from downlink.limits import MAX_URL_CHARS
from downlink.old_address import OldAddressError, OldSecrets, Refusal, read_old_address
from downlink.player_secrets import is_shaped

TOKEN = "Zk3vQ9bX7mT2pL8nR4sW6yA1cE5gJ0hKdFuViOqBtNz"
USER, PASSWORD = "toonamik3x9qz", "pW7xK2mQ9vL4nT8bR3zC"
CODE = "k7f3qx9m"
HOST = "http://192.168.1.5:8123"
API = f"{HOST}/api/toonami_downlink"
LOGIN = f"username={USER}&password={PASSWORD}"


@pytest.mark.parametrize(
    "address",
    [
        f"{API}/{TOKEN}/playlist.m3u",
        f"{API}/{TOKEN}/guide.xml",
        f"{API}/{TOKEN}/guide.xml.gz",
        f"{API}/{TOKEN}/stream/3.ts",
        f"{API}/{TOKEN}/recordings/12.mp4",
        f"{API}/{TOKEN}/timeshift/1/1795521600/1800.ts",
        f"{API}/hdhr/{TOKEN}",
        f"{API}/hdhr/{TOKEN}/discover.json",
        f"{API}/hdhr/{TOKEN}/auto/v1?transcode=none",
        f"{API}/{TOKEN}",
        f"  {API}/{TOKEN}/playlist.m3u\r\n",
        f"HTTPS://tv.example.com/api/toonami_downlink/{TOKEN}/playlist.m3u?x=1#y",
        f"http://user:word@[fd00::5]:8123/api/toonami_downlink/{TOKEN}/playlist.m3u",
        f"homeassistant.local:8123/api/toonami_downlink/{TOKEN}/guide.xml",
        f"/api/toonami_downlink/{TOKEN}/guide.xml",
        f"{HOST}//api//toonami_downlink/{TOKEN}/guide.xml",
        f"{API}/{TOKEN}/stream/3.m3u8|User-Agent=Kodi",
        f"{API}/%5A{TOKEN[1:]}/playlist.m3u",
    ],
)
def test_a_token(address: str) -> None:
    assert read_old_address(address) == OldSecrets(feed_token=TOKEN)


@pytest.mark.parametrize(
    "address",
    [
        f"{HOST}/get.php?{LOGIN}&type=m3u_plus&output=ts",
        f"{HOST}/get.php?type=m3u_plus&password={PASSWORD}&username={USER}",
        f"{HOST}//player_api.php?{LOGIN}&action=get_live_streams",
        f"{HOST}/panel_api.php?{LOGIN}",
        f"{HOST}/xmltv.php?{LOGIN}",
        f"{API}/xtream/get.php?{LOGIN}",
        f"{API}/xtream//player_api.php?{LOGIN}",
        f"{HOST}/streaming/timeshift.php?{LOGIN}&stream=1",
        f"{HOST}/live/{USER}/{PASSWORD}/3.ts",
        f"{HOST}/movie/{USER}/{PASSWORD}/3.mp4",
        f"{HOST}/series/{USER}/{PASSWORD}/3.mp4",
        f"{HOST}/timeshift/{USER}/{PASSWORD}/30/2026-11-26:20-30/1.ts",
        f"{HOST}/{USER}/{PASSWORD}/3.ts",
        f"{HOST}/{USER}/{PASSWORD}/3",
        f"{HOST}/{USER}/{PASSWORD}/3/17",
        f"{API}/xtream/live/{USER}/{PASSWORD}/3.m3u8",
        f"192.168.1.5:8123/{USER}/{PASSWORD}/3.ts",
    ],
)
def test_a_login(address: str) -> None:
    assert read_old_address(address) == OldSecrets(username=USER, password=PASSWORD)


@pytest.mark.parametrize(
    "address",
    [
        f"{HOST}/tv/{CODE}",
        f"{HOST}/TV/{CODE.upper()}",
        f"{HOST}/Tv/k7f3-qx9m/guide.xml.gz",
        f"192.168.1.5:8123/tv/{CODE}/",
        f"/tv/{CODE}",
        f"{HOST}/tv/k7f3%20qx9m",
    ],
)
def test_a_code(address: str) -> None:
    assert read_old_address(address) == OldSecrets(code=CODE)


@pytest.mark.parametrize(
    ("address", "refusal"),
    [
        ("", Refusal.EMPTY),
        (" \r\n", Refusal.EMPTY),
        (TOKEN, Refusal.NOT_OURS),
        (HOST, Refusal.NOT_OURS),
        (f"{HOST}/", Refusal.NOT_OURS),
        (f"{HOST}/{TOKEN}/playlist.m3u", Refusal.NOT_OURS),
        (f"{HOST}/toonami-downlink/connect", Refusal.NOT_OURS),
        (f"{HOST}/get.php?username=bob&password={PASSWORD}", Refusal.NOT_OURS),
        (f"{HOST}/get.php", Refusal.NOT_OURS),
        (f"{HOST}/live/bob/{PASSWORD}/3.ts", Refusal.NOT_OURS),
        (f"{HOST}/bob/secret/3.ts", Refusal.NOT_OURS),
        (f"{HOST}/live/{USER}", Refusal.NOT_OURS),
        (f"{HOST}/{USER}/{PASSWORD}", Refusal.NOT_OURS),
        (f"{HOST}/tv", Refusal.NOT_OURS),
        (f"{API}/xtream", Refusal.NOT_OURS),
        (f"ftp://192.168.1.5/api/toonami_downlink/{TOKEN}/guide.xml", Refusal.NOT_OURS),
        (f"javascript://x/tv/{CODE}", Refusal.NOT_OURS),
        (f"{HOST}/get.php?{LOGIN}{'&a=b' * 31}", Refusal.NOT_OURS),
        (f"{API}/{TOKEN}\n/guide.xml", Refusal.NOT_OURS),
        (f"{API}/{TOKEN}\0/guide.xml", Refusal.NOT_OURS),
        (f"{HOST}/tv/\N{KELVIN SIGN}7f3qx9m", Refusal.NOT_OURS),
        (f"{API}/{TOKEN[:-1]}/playlist.m3u", Refusal.DAMAGED),
        (f"{API}/{TOKEN}x/playlist.m3u", Refusal.DAMAGED),
        (f"{API}/{TOKEN[:-1]}-/playlist.m3u", Refusal.DAMAGED),
        (f"{API}/{TOKEN[:-1]}%ff/playlist.m3u", Refusal.DAMAGED),
        (f"{API}/{TOKEN[:-1]}%C3%A9/playlist.m3u", Refusal.DAMAGED),
        (f"{API}/hdhr/{TOKEN[:-1]}", Refusal.DAMAGED),
        (f"{API}/logos/toonami_east.png", Refusal.DAMAGED),
        (f"{HOST}/tv/{CODE[:-1]}", Refusal.DAMAGED),
        (f"{HOST}/tv/{CODE}m", Refusal.DAMAGED),
        (f"{HOST}/tv/k7f3qx9l", Refusal.DAMAGED),
        (f"{HOST}/get.php?username={USER}", Refusal.DAMAGED),
        (f"{HOST}/get.php?username={USER}&password={PASSWORD[:-1]}", Refusal.DAMAGED),
        (f"{HOST}/get.php?username={USER}&password={PASSWORD}x", Refusal.DAMAGED),
        (f"{HOST}/get.php?username={USER[:-1]}&password={PASSWORD}", Refusal.DAMAGED),
        (f"{HOST}/get.php?username={USER}x&password={PASSWORD}", Refusal.DAMAGED),
        (f"{HOST}/get.php?username=toonamiK3X9QZ&password={PASSWORD}", Refusal.DAMAGED),
        (f"{API}/watch/{'a' * 42}/1.m3u8", Refusal.TEMPORARY),
    ],
)
def test_what_is_none(address: str, refusal: Refusal) -> None:
    with pytest.raises(OldAddressError) as caught:
        read_old_address(address)
    assert caught.value.refusal is refusal
    # It may be somebody's secret: it is not repeated to anybody.
    assert not address.strip() or address.strip() not in str(caught.value)


def test_fields_to_the_limit() -> None:
    assert read_old_address(f"{HOST}/get.php?{LOGIN}{'&a=b' * 30}").username == USER


def test_length() -> None:
    start = f"{API}/{TOKEN}/"
    longest = start + "x" * (MAX_URL_CHARS - len(start))
    assert read_old_address(longest).feed_token == TOKEN
    with pytest.raises(OldAddressError) as caught:
        read_old_address(f"{longest}x")
    assert caught.value.refusal is Refusal.TOO_LONG


@pytest.mark.parametrize("refusal", Refusal)
def test_each_refusal_has_words(refusal: Refusal) -> None:
    assert str(OldAddressError(refusal))


PIECES = st.sampled_from(
    [
        *("/", "api", "toonami_downlink", "tv", "live", "get.php", "?", "&", "=", "username"),
        *("password", "%", "%2F", "|", "#", "://", "http", "\0", " ", "\ufdfa"),
        *(TOKEN, USER, PASSWORD, CODE),
    ]
)


@given(st.one_of(st.text(max_size=200), st.lists(PIECES, max_size=30).map("".join)))
def test_whatever_comes(text: str) -> None:
    """Nothing else than ours comes out of it, and no other error."""
    try:
        found = read_old_address(text)
    except OldAddressError:
        return
    given = {name: getattr(found, name) for name in ("feed_token", "username", "password", "code")}
    secrets = {name: value for name, value in given.items() if value is not None}
    assert set(secrets) in ({"feed_token"}, {"username", "password"}, {"code"})
    assert secrets.pop("code", CODE).isalnum()
    assert all(is_shaped(name, value) for name, value in secrets.items())
