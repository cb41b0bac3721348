"""One pull for the house: upstream is asked no more for ten viewers than for one, or for none."""

from collections.abc import Callable, Iterator
from pathlib import Path
import tempfile
from typing import Final

import pytest

from scripts.lib.develop.feed import Access
from scripts.lib.develop.home import Home
from scripts.lib.develop.upstream import Upstream
from scripts.lib.develop.waiting import wait_for
from tests.e2e.clients.party import Copy, Party
from tests.e2e.clients.programs import run
from tests.e2e.clients.relay import PATIENCE, Relay
from tests.e2e.clients.screens import Mpv, Program, Vlc
from tests.e2e.nodes import address, passes
from tests.e2e.plain_vlc import PLAYS, REFUSES, shared_folder, verdict
from tests.night import by_night
from tests.simulator.hls import TARGET_SECONDS

WATCHED: Final = 6
"""Segments that pass while upstream's requests are counted."""
OWN_TRUST: Final = ("env", "-u", "SSL_CERT_DIR", "-u", "SSL_CERT_FILE", "-u", "CURL_CA_BUNDLE")
OTHERS: Final[list[tuple[type[Program], str]]] = [
    *((Copy, kind) for kind in ("ts", "m3u8", "ts", "m3u8", "ts")),
    (Mpv, "m3u8"),
    (Mpv, "ts"),
    (Vlc, "m3u8"),
    (Vlc, "ts"),
]


@pytest.fixture
def relay(home: Home, access: Access, upstream: Upstream) -> Relay:
    relay = Relay(home, upstream, access)
    relay.begin_anew()
    upstream.clear_log()
    return relay


@pytest.fixture
def party() -> Iterator[Party]:
    # Not below pytest's own folder, which VLC's user may not enter.
    with tempfile.TemporaryDirectory() as name, Party(Path(name)) as party:
        Path(name).chmod(0o755)
        yield party


def look(relay: Relay) -> None:
    """See that upstream was asked for each thing once, at the pace of the target duration."""
    asked = relay.asked
    assert asked["master"] == 1
    assert asked["repeated"] == []
    assert asked["skipped"] == []
    assert asked["chunklist"] <= 1 + asked["chunklist_seconds"] / TARGET_SECONDS + 0.1
    assert set(relay.upstream.streams()["streams"]) == {"est"}


@pytest.mark.nightly
@pytest.mark.alone
def test_upstream_is_asked_once_for_all(relay: Relay, party: Party) -> None:
    first = party.invite(Copy, "0", relay.url("ts"))
    wait_for(lambda: first.has_begun, "Nothing came", PATIENCE, first.hint)
    passes(relay.upstream, WATCHED)
    look(relay)
    assert relay.status["viewers"] == 1

    for number, (kind, extension) in enumerate(OTHERS, 1):
        party.invite(kind, f"{number}", relay.url(extension))
    # Players of HLS in the same house that call themselves the same are one viewer.
    wait_for(lambda: relay.status["viewers"] >= 8, "Not all came", PATIENCE)
    passes(relay.upstream, WATCHED)
    party.check()
    look(relay)
    assert relay.status["upstream"] == 1

    party.leave()
    wait_for(lambda: relay.status["viewers"] == 0, "Somebody is still there", PATIENCE)
    relay.wait_until_idle()
    asked = relay.asked
    wait_for(lambda: not relay.upstream.streams()["connections"], "Connections stay", PATIENCE)
    passes(relay.upstream, WATCHED // 2)
    assert relay.asked == asked
    look(relay)


def curl(url: str, root: Path) -> bool:
    words = ("curl", "-s", "-o", "/dev/null", "--max-time", "5", "--cacert", root)
    # A stream without an end is one that was cut off in time.
    return run(*OWN_TRUST, *words, "-w", "%{exitcode}", url, check=False).stdout in {"0", "28"}


def ffmpeg(url: str, root: Path) -> bool:
    trust = ("-tls_verify", "1", "-ca_file", root) if url.startswith("https") else ()
    output = ("-t", "1", "-c", "copy", "-f", "null", "-")
    words = (*OWN_TRUST, "ffmpeg", "-v", "error", *trust, "-i", url, *output)
    return run(*words, check=False).returncode == 0


def vlc(url: str, root: Path) -> bool:
    with shared_folder() as folder:
        (folder / "trusted.pem").write_bytes(root.read_bytes())
        said = verdict(folder, url, "--no-gnutls-system-trust", f"--gnutls-dir-trust={folder}")
    assert (PLAYS in said) is not (REFUSES in said)
    return PLAYS in said


@pytest.mark.parametrize("player", by_night([curl, ffmpeg, vlc], keep=[ffmpeg]))
def test_who_refuses_the_node_plays_the_relay(
    home: Home, access: Access, upstream: Upstream, player: Callable[[str, Path], bool]
) -> None:
    """All of them trust the root, and nodes leave out what is between it and their own."""
    relay = Relay(home, upstream, access)
    assert not player(address(upstream), upstream.ca_file)
    assert player(relay.url("m3u8"), upstream.ca_file)
    assert player(relay.url("ts"), upstream.ca_file)
