"""The simulated nodes: as strict, as unreliable and as hostile as the relay has to expect."""

from collections.abc import Iterator
from pathlib import Path
import socket
import ssl
from urllib.parse import urlsplit

import pytest

from scripts.lib.develop.client import request
from scripts.lib.develop.home import HOST
from scripts.lib.develop.upstream import Upstream
from scripts.lib.develop.waiting import wait_for
from tests.e2e.clients.programs import run
from tests.e2e.nodes import (
    PATIENCE,
    STREAM,
    address,
    ask,
    chunklist,
    newest,
    node_of,
    passes,
    sequence,
    started,
)
from tests.e2e.plain_vlc import PLAYS, REFUSES, shared_folder, verdict
from tests.night import by_night
from tests.simulator import NODES, counter

OWN_TRUST = ("env", "-u", "SSL_CERT_DIR", "-u", "SSL_CERT_FILE", "-u", "CURL_CA_BUNDLE")


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Upstream]:
    """An upstream with nodes, whose streams are ten times as fast; no list lacks much for that."""
    words = ("--pace", "10", "--window", "30", "--kilobits", "0")
    with started(tmp_path_factory.mktemp("nodes"), *words, nodes=True) as upstream:
        yield upstream


@pytest.fixture
def nodes(running: Upstream) -> Upstream:
    """The same with nothing wrong, and nothing in its log."""
    running.set_faults({})
    running.clear_log()
    return running


@pytest.fixture(scope="module")
def live(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Upstream]:
    """An upstream with nodes, at the pace that players expect."""
    with started(tmp_path_factory.mktemp("live"), nodes=True) as upstream:
        yield upstream


# Certificates


def test_addresses_are_on_eight_nodes_with_tls(nodes: Upstream) -> None:
    given = {node_of(nodes, address(nodes)) for _ in range(80)}

    assert given == set(NODES)
    assert all(origin.startswith("https://") for origin in nodes.nodes.values())
    assert len(set(nodes.nodes.values())) == 8


def trusting(upstream: Upstream, *, complete: bool) -> Path:
    return upstream.chain_file if complete else upstream.ca_file


@pytest.mark.parametrize(
    "complete", by_night([False, True], keep=[False]), ids=["leaf alone", "chain"]
)
def test_curl(live: Upstream, complete: bool) -> None:
    words = ("curl", "-s", "-o", "/dev/null", "--cacert", trusting(live, complete=complete))
    done = run(*OWN_TRUST, *words, "-w", "%{exitcode}", address(live), check=False)

    assert done.stdout == ("0" if complete else "60")


@pytest.mark.parametrize(
    "complete", by_night([False, True], keep=[False]), ids=["leaf alone", "chain"]
)
def test_ffmpeg_that_verifies(live: Upstream, complete: bool) -> None:
    trust = ("-tls_verify", "1", "-ca_file", trusting(live, complete=complete))
    output = ("-t", "1", "-c", "copy", "-f", "null", "-")
    done = run(
        *(*OWN_TRUST, "ffmpeg", "-v", "error", *trust, "-i", address(live), *output), check=False
    )

    assert done.returncode == (0 if complete else 1)
    assert ("Peer certificate failed verification" in done.stderr) is not complete


@pytest.mark.nightly
@pytest.mark.parametrize("complete", [False, True], ids=["leaf alone", "chain"])
def test_vlc(live: Upstream, complete: bool) -> None:
    with shared_folder() as folder:
        (folder / "trusted.pem").write_bytes(trusting(live, complete=complete).read_bytes())
        trust = ("--no-gnutls-system-trust", f"--gnutls-dir-trust={folder}")
        said = verdict(folder, address(live), *trust)

    assert (PLAYS in said) is complete
    assert ("The certificate issuer is unknown" in said) is not complete
    assert (REFUSES in said) is not complete


@pytest.mark.nightly
def test_mpv_does_not_verify(live: Upstream) -> None:
    words = ("--no-config", "--vo=null", "--ao=null", "--untimed", "--frames=10")
    assert "VO: [null] 640x480" in run("mpv", *words, address(live)).stdout


def test_python_needs_the_link_too(nodes: Upstream) -> None:
    context = ssl.create_default_context(cafile=str(nodes.ca_file))
    with pytest.raises(ssl.SSLCertVerificationError, match="unable to get local issuer"):
        request("GET", address(nodes), context=context)
    assert ask(nodes, address(nodes)).status == 200


@pytest.mark.nightly
def test_the_link_is_where_the_certificate_says(nodes: Upstream) -> None:
    answer = request("GET", f"{nodes.control_url}/_sim/intermediate.cer")
    link = ssl.DER_cert_to_PEM_cert(answer.body)

    assert link in nodes.chain_file.read_text()
    assert link not in nodes.ca_file.read_text()


@pytest.mark.nightly
def test_what_is_trusted_for_home_assistant_has_the_root(nodes: Upstream) -> None:
    bundle = Path(nodes.environment["SSL_CERT_FILE"])
    assert nodes.ca_file.read_text() in bundle.read_text()
    # Together with what this machine trusts: Home Assistant may have to install something.
    assert bundle.stat().st_size >= nodes.ca_file.stat().st_size


# Addresses


@pytest.mark.nightly
def test_addresses_in_clear(nodes: Upstream) -> None:
    plain = request("GET", f"{nodes.url}/streamUrl?channelName=est").body.decode()
    nodes.set_faults({"clear": True})

    assert plain.startswith(f"{nodes.url}/n")
    assert address(nodes).startswith(f"{nodes.url}/n")
    assert request("GET", address(nodes)).status == 200


@pytest.mark.nightly
@pytest.mark.parametrize("secure", [False, True], ids=["clear", "tls"])
def test_mirror_leads_to_a_node(nodes: Upstream, secure: bool) -> None:
    query = "?useHttps=true" if secure else ""
    master = request("GET", f"{nodes.url}/pst/playlist.m3u8{query}").body.decode()
    variant = master.splitlines()[-1]

    assert variant.endswith("-chunklist.m3u8?streamDelay=180")
    assert variant.startswith("https://" if secure else f"{nodes.url}/n")
    assert ask(nodes, variant).body.startswith(b"#EXTM3U\n")


@pytest.mark.nightly
def test_which_nodes_are_given_out(nodes: Upstream) -> None:
    wrong = {"nodes": {"n3": "dead"}, "rules": [STREAM | {"kind": "frozen", "node": "n5"}]}
    nodes.set_faults(wrong)
    good = {node_of(nodes, address(nodes)) for _ in range(60)}
    nodes.set_faults({**wrong, "draw": "any"})
    drawn = {node_of(nodes, address(nodes)) for _ in range(80)}
    nodes.set_faults({**wrong, "draw": ["n3", "n8"]})
    in_turn = [node_of(nodes, address(nodes)) for _ in range(4)]

    assert good == set(NODES) - {"n3", "n5"}
    assert drawn == set(NODES)
    assert sorted(in_turn[:2]) == ["n3", "n8"]
    assert in_turn[:2] == in_turn[2:]
    assert node_of(nodes, address(nodes, node="n3")) == "n3"


# Nodes


def test_a_dead_node_refuses_and_comes_back(nodes: Upstream) -> None:
    url = address(nodes, node="n3")
    port = urlsplit(url).port
    nodes.set_faults({"nodes": {"n3": "dead"}})

    with pytest.raises(ConnectionRefusedError):
        ask(nodes, url)
    with socket.socket() as other, pytest.raises(OSError, match="in use"):
        other.bind((HOST, port or 0))  # nobody else gets its place
    assert ask(nodes, address(nodes, node="n4")).status == 200
    nodes.set_faults({})
    assert ask(nodes, url).status == 200


def drain(connection: ssl.SSLSocket) -> None:
    """Read to the end."""
    while connection.recv(100_000):
        pass


@pytest.mark.nightly
def test_a_node_that_dies_cuts_its_connections(nodes: Upstream) -> None:
    nodes.set_faults({"rules": [STREAM | {"kind": "stall", "part": "segment"}]})
    parts = urlsplit(newest(nodes))
    context = ssl.create_default_context(cafile=str(nodes.chain_file))
    with (
        socket.create_connection((HOST, parts.port or 0), 10) as plain,
        context.wrap_socket(plain, server_hostname=HOST) as connection,
    ):
        connection.sendall(f"GET {parts.path} HTTP/1.1\r\nHost: {parts.netloc}\r\n\r\n".encode())
        assert connection.recv(1000)
        assert nodes.streams()["connections"] == 1
        nodes.set_faults({"nodes": {"n3": "dead"}})
        with pytest.raises(ConnectionResetError):
            drain(connection)
    wait_for(lambda: nodes.streams()["connections"] == 0, "it is still open", PATIENCE)


@pytest.mark.nightly
def test_a_silent_node_takes_connections(nodes: Upstream) -> None:
    url = address(nodes, node="n3")
    nodes.set_faults({"nodes": {"n3": "silent"}})

    with socket.create_connection((HOST, urlsplit(url).port or 0), 10) as waiting:
        with pytest.raises(TimeoutError):
            ask(nodes, url, timeout=0.5)
        nodes.set_faults({})
        context = ssl.create_default_context(cafile=str(nodes.chain_file))
        with context.wrap_socket(waiting, server_hostname=HOST):
            pass  # the one that has waited is served now
    assert ask(nodes, url).status == 200


@pytest.mark.nightly
def test_a_node_in_clear_fails_too(nodes: Upstream) -> None:
    url = f"{nodes.url}/n3/livehttporigin/est/aaaaaa-bbbbbb-playlist.m3u8"
    nodes.set_faults({"nodes": {"n3": "dead"}})
    with pytest.raises(ConnectionResetError):
        request("GET", url)
    nodes.set_faults({"nodes": {"n3": "silent"}})
    with pytest.raises(TimeoutError):
        request("GET", url, timeout=0.5)


@pytest.mark.nightly
def test_everything_is_gone_for_a_while(nodes: Upstream) -> None:
    url = address(nodes, node="n3")
    gone = {"offline": True, "nodes": dict.fromkeys(NODES, "dead")}
    nodes.set_faults(gone)
    for dead in (url, f"{nodes.url}/channelsCurrentMedia", f"{nodes.https_url}/playlists"):
        with pytest.raises(ConnectionRefusedError):
            ask(nodes, dead)
    assert nodes.log()["requests"]
    nodes.set_faults({**gone, "seconds": 20})

    wait_for(lambda: _answers(nodes, url), "it stayed away", PATIENCE)
    assert _answers(nodes, f"{nodes.url}/channelsCurrentMedia")


def _answers(upstream: Upstream, url: str) -> bool:
    try:
        return ask(upstream, url).status == 200
    except ConnectionError:
        return False


# Views


@pytest.mark.nightly
def test_frozen_on_one_node(nodes: Upstream) -> None:
    rule = STREAM | {"kind": "frozen", "node": "n3", "slug": "est"}
    nodes.set_faults({"rules": [rule]})
    stopped = sequence(nodes)
    passes(nodes, 3)
    nodes.set_faults({"rules": [rule], "draw": "any"})  # nothing thaws on the way

    assert sequence(nodes) == stopped
    assert sequence(nodes, "n4") >= stopped + 3
    assert sequence(nodes, slug="mtv97") >= stopped + 3
    nodes.set_faults({})
    assert sequence(nodes) >= stopped + 3


@pytest.mark.nightly
def test_frozen_everywhere_begins_anew_after_it_was_healed(nodes: Upstream) -> None:
    rule = STREAM | {"kind": "frozen", "slug": "est"}
    nodes.set_faults({"rules": [rule]})
    stopped = sequence(nodes)
    assert sequence(nodes, "n8") == stopped
    nodes.set_faults({})
    passes(nodes)
    nodes.set_faults({"rules": [rule]})

    assert sequence(nodes) >= stopped + 2


@pytest.mark.nightly
def test_late_node(nodes: Upstream) -> None:
    nodes.set_faults({"rules": [STREAM | {"kind": "late", "node": "n3", "value": 60}]})
    late, early = sequence(nodes), sequence(nodes, "n4")

    assert 30 <= early - late < 40
    assert ask(nodes, newest(nodes)).status == 200


@pytest.mark.nightly
def test_a_node_that_counts_anew_has_the_same_pictures(nodes: Upstream) -> None:
    nodes.set_faults({"rules": [STREAM | {"kind": "sequence_reset", "node": "n3"}]})
    passes(nodes)
    nodes.clear_log()
    text = ask(nodes, chunklist(nodes)).body.decode()
    url = newest(nodes)
    (shown, *_) = counter.positions("pipe:0", data=ask(nodes, url).body)

    assert "#EXT-X-MEDIA-SEQUENCE:0\n" in text
    assert "-media-0.ts\n" in text
    logged = nodes.log()["requests"][-1]
    number = logged["number"]
    assert number > 1000 > int(url.rpartition("-")[2].removesuffix(".ts"))
    assert number % 300 * 2 == shown


# Time and counting


def test_pace_makes_more_segments(nodes: Upstream) -> None:
    text = ask(nodes, chunklist(nodes)).body.decode()
    assert text.count("#EXTINF:2.0,") == 30
    assert "#EXT-X-TARGETDURATION:3" in text
    before = nodes.streams()["clock"]
    passes(nodes, 5)
    after = nodes.streams()["clock"]

    assert before["pace"] == 10
    assert after["seconds"] - before["seconds"] >= 8
    assert (after["newest"] - before["newest"]) * 2 == counter.forward(
        before["position"], after["position"]
    )


def test_old_and_coming_segments_are_not_there(nodes: Upstream) -> None:
    base, _, last = newest(nodes).rpartition("-")
    number = int(last.removesuffix(".ts"))

    assert ask(nodes, f"{base}-{number - 40}.ts").status == 200
    assert ask(nodes, f"{base}-{number - 200}.ts").status == 404
    assert ask(nodes, f"{base}-{number + 1000}.ts").status == 404


@pytest.mark.nightly
def test_log_tells_what_of_which_stream(nodes: Upstream) -> None:
    url = newest(nodes, "n6", "mtv97")
    ask(nodes, url)
    (drawn, listed, fetched) = nodes.log()["requests"]
    of_stream = {"node": "n6", "slug": "mtv97", "secure": True, "endpoint": "stream"}

    assert (drawn["endpoint"], drawn["node"], drawn["slug"]) == ("streamurl", "n6", "mtv97")
    assert listed.items() >= {**of_stream, "part": "chunklist", "number": None}.items()
    number = int(url.rpartition("-")[2].removesuffix(".ts"))
    assert fetched.items() >= {**of_stream, "part": "segment", "number": number}.items()
    assert fetched["at"] >= listed["at"] >= number * 2 - 200


@pytest.mark.nightly
def test_sums(nodes: Upstream) -> None:
    assert nodes.streams()["idle"] is None
    request("GET", f"{nodes.url}/radio/playlist.m3u8?overrideServer=n1")
    base, _, last = newest(nodes).rpartition("-")
    number = int(last.removesuffix(".ts"))
    for which in (number, number, number - 2):
        ask(nodes, f"{base}-{which}.ts")
    passes(nodes, 3)  # of two seconds, the first of them perhaps almost over
    sequence(nodes)
    found = nodes.streams()

    est = found["streams"]["est"]
    assert (est["master"], est["chunklist"], est["segment"]) == (0, 2, 3)
    assert (est["repeated"], est["skipped"]) == ([number], [number - 1])
    assert 4 <= est["chunklist_seconds"] < 300
    assert found["streams"]["radio"]["master"] == 1
    assert found["nodes"]["n3"] == 5
    assert found["idle"] >= 0
