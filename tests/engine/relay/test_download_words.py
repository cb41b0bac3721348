"""What is said of a server that cannot be reached, where the system has no words for it."""

import pytest

from downlink.relay.errors import Reason, UpstreamError

from ..upstream import hanging_up
from .house import downloader
from .test_download_edges import BOUNDS


async def test_server_that_hangs_up_before_it_has_said_who_it_is() -> None:
    client = downloader()
    async with hanging_up() as url:
        with pytest.raises(UpstreamError, match=r"be reached: it does not answer\.$") as said:
            await client.get(f"{url}/p", BOUNDS)
        await client.close()
    assert said.value.reason is Reason.UNREACHABLE
