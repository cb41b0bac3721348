"""Bodies that are made once for each published feed."""

from collections import OrderedDict
from collections.abc import Callable, Hashable
import gzip
import hashlib
from typing import Final

from ..engine.downlink.publication import Body, Publication

_KEPT: Final = 64


class Bodies:
    """What was made from the published feed, forgotten when there is another one."""

    def __init__(self) -> None:
        """Begin with nothing."""
        self._publication: Publication | None = None
        self._bodies: OrderedDict[Hashable, tuple[Hashable, Body]] = OrderedDict()

    def get(
        self,
        publication: Publication,
        key: Hashable,
        make: Callable[[], bytes | Body],
        *,
        state: Hashable = None,
    ) -> Body:
        """Return the body of that key; `make` it if there is none, or one of another state."""
        if publication is not self._publication:
            self._publication = publication
            self._bodies.clear()
        known = self._bodies.get(key)
        if known is None or known[0] != state:
            made = make()
            known = (state, made if isinstance(made, Body) else make_body(made))
            self._bodies[key] = known
        self._bodies.move_to_end(key)
        if len(self._bodies) > _KEPT:
            self._bodies.popitem(last=False)
        return known[1]


def make_body(content: bytes) -> Body:
    """Return a body for these bytes."""
    return Body(
        content=content,
        gzipped=gzip.compress(content, compresslevel=6, mtime=0),
        etag=f'"{hashlib.sha256(content).hexdigest()[:32]}"',
    )
