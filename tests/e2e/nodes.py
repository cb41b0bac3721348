"""Asking the simulated nodes for streams, as a client does that has the link they leave out."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
import re
import ssl
from typing import Final
from urllib.parse import urlsplit

from scripts.lib.develop.client import Answer, request
from scripts.lib.develop.upstream import Upstream
from scripts.lib.develop.waiting import wait_for

PATIENCE: Final = 20.0
STREAM: Final = {"endpoint": "stream"}
"""The beginning of a rule."""


@contextmanager
def started(folder: Path, *words: str, nodes: bool = False) -> Iterator[Upstream]:
    """An upstream of a test's own, that streams."""
    upstream = Upstream(folder / "output.log", words, nodes=nodes)
    try:
        upstream.start()
        upstream.wait_for_streams()
        yield upstream
    finally:
        upstream.stop()


def ask(upstream: Upstream, url: str, timeout: float = 10) -> Answer:
    """Fetch from a node, with the link that it leaves out."""
    context = ssl.create_default_context(cafile=str(upstream.chain_file))
    return request("GET", url, timeout=timeout, context=context)


def address(upstream: Upstream, slug: str = "est", node: str = "") -> str:
    chosen = f"&overrideServer={node}" if node else ""
    url = f"{upstream.url}/streamUrl?channelName={slug}&useHttps=true{chosen}"
    return request("GET", url).body.decode()


def node_of(upstream: Upstream, url: str) -> str:
    origin = "{0.scheme}://{0.netloc}".format(urlsplit(url))
    return next(name for name, known in upstream.nodes.items() if known == origin)


def chunklist(upstream: Upstream, node: str = "n3", slug: str = "est") -> str:
    """Return where the chunklist of a node is."""
    master = address(upstream, slug, node)
    return master.replace("-playlist.m3u8", "-chunklist.m3u8")


def newest(upstream: Upstream, node: str = "n3", slug: str = "est") -> str:
    """Return where a node's newest segment is."""
    url = chunklist(upstream, node, slug)
    name = ask(upstream, url).body.decode().splitlines()[-1]
    return f"{url.rpartition('/')[0]}/{name}"


def sequence(upstream: Upstream, node: str = "n3", slug: str = "est") -> int:
    """Return the sequence number that a node's playlist begins with."""
    text = ask(upstream, chunklist(upstream, node, slug)).body.decode()
    found = re.search(r"#EXT-X-MEDIA-SEQUENCE:(\d+)", text)
    assert found
    return int(found[1])


def passes(upstream: Upstream, segments: int = 2) -> None:
    """Wait until the streams have gone on."""
    begun = upstream.streams()["clock"]["newest"]
    wait_for(
        lambda: upstream.streams()["clock"]["newest"] >= begun + segments, "no stream", PATIENCE
    )
