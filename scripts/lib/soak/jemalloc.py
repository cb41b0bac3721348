"""The allocator of Home Assistant's own image, so that its memory is measured as people have it.

The system's keeps what threads leave in pieces; the image preloads jemalloc for that reason.
Source: rootfs/etc/services.d/home-assistant/run in home-assistant/core.
"""

from collections.abc import Mapping
from ctypes.util import find_library
from typing import Final

from ..develop.waiting import DevelopError

_CONF: Final = "background_thread:true,metadata_thp:auto,dirty_decay_ms:20000,muzzy_decay_ms:20000"


def with_jemalloc(env: Mapping[str, str]) -> Mapping[str, str]:
    """Return an environment in which programs have it, after what they preload already.

    Raises DevelopError where it is not installed.
    """
    library = find_library("jemalloc")
    if library is None:
        raise DevelopError("Memory is measured with jemalloc: install libjemalloc2.")
    preloaded = [one for one in (env.get("LD_PRELOAD"), library) if one]
    return {**env, "LD_PRELOAD": ":".join(preloaded), "MALLOC_CONF": _CONF}
