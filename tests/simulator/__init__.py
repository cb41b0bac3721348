"""A stand-in for the upstream: the same answers in shape, invented in content, on loopback.

Streams. With ``nodes=True`` (``--nodes``) `/streamUrl?useHttps=true` leads to eight nodes, n1 to
n8, each on a port of its own that speaks TLS and sends its certificate without the issuer, as
upstream's do; without ``useHttps``, through the mirror (``/est/playlist.m3u8``), with the fault
``clear`` or without ``nodes`` they are below the API's own address in clear (``/n3/livehttp…``).
What they show is ten minutes long and says in picture and sound where it is: see `counter`.

Faults. ``sim.set_faults(…)`` in the process, ``upstream.set_faults(…)`` of the tests' `Upstream`,
or a POST of the same JSON to ``/_sim/faults`` replace all that is wrong; ``{}`` heals everything.

- kill node n3, and make n4 silent: ``{"nodes": {"n3": "dead", "n4": "silent"}}``
- everything gone for five minutes of stream time, or until ``{}``:
  ``{"offline": True, "nodes": dict.fromkeys(NODES, "dead"), "seconds": 300}``
- let ``/streamUrl`` and the mirror draw dead nodes too, or n3 and n5 in turn: ``{"draw": "any"}``,
  ``{"draw": ["n3", "n5"]}``; otherwise they draw those that no fault names
- freeze the slug est on all nodes, on n3 alone:
  ``{"rules": [{"endpoint": "stream", "kind": "frozen", "slug": "est"}]}``, with ``"node": "n3"``
- the third segment anybody asks n3 for is cut short:
  ``{"endpoint": "stream", "kind": "short", "node": "n3", "part": "segment", "nth": [3]}``
- every fifth segment is missing everywhere:
  ``{… "kind": "missing", "part": "segment", "every": 5}``
- send the master's reader elsewhere:
  ``{… "kind": "addresses", "part": "master", "value": "http://10.0.0.1/{name}"}``

Kinds for every endpoint are in `spoilers.COMMON`, for streams (``part``: master, chunklist,
segment) also in `stream_spoilers.STREAM` and, with a ``value``, `VALUED`; `faults.VIEWS` are
``frozen``, ``late`` (by ``value`` seconds) and ``sequence_reset``. A rule that stays the same from
one call to the next goes on; a frozen stream does not thaw for a moment.

Counting. ``/_sim/log`` has each request with node, slug, part and live number; ``/_sim/streams``
has the sums: ``{"clock": {"seconds", "pace", "newest", "position"}, "idle": seconds since the
last stream request, "connections": open ones, "nodes": {node: requests}, "streams": {slug:
{"master", "chunklist", "chunklist_seconds": from the first to the last, by the clock of the
streams, "segment", "repeated": [numbers], "skipped": [numbers]}}}``. Both are on the control
address (``control_url``) as well, which stays when the API is ``offline``.

Time. ``pace=10`` makes a segment of two seconds every 0.2 s; ``window`` is how many are in a
playlist, and has to grow with it for clients that poll at their usual pace; ``position=590`` begins
ten seconds before the loop does, with its discontinuity.
"""

from .faults import NODES
from .server import Simulator

__all__ = ["NODES", "Simulator"]
