"""A test module that says `FAST_TIME = True` has a loop in which waiting takes no time."""

import asyncio
from collections.abc import Callable, Mapping

import pytest

from .fast_time import FastLoop


def pytest_asyncio_loop_factories(
    config: pytest.Config,  # the hook's own arguments
    item: pytest.Item,
) -> Mapping[str, Callable[[], asyncio.AbstractEventLoop]]:
    module = item.getparent(pytest.Module)
    if module and getattr(module.obj, "FAST_TIME", False):
        return {"fast": FastLoop}
    return {"real": asyncio.new_event_loop}
