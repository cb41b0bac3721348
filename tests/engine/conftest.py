"""The engine works without Home Assistant: here it cannot be imported at all."""

from collections.abc import AsyncIterator
from pathlib import Path
import sys

from aiohttp import web
import pytest

sys.modules["homeassistant"] = None  # type: ignore[assignment]  # this is how an import is made to fail

from .authority import Certificate  # noqa: E402  # after what is left out above
from .certificate_shop import Shop  # noqa: E402  # after what is left out above
from .relay_ts.nodes import EAST, WEST  # noqa: E402  # after what is left out above
from .upstream import serving  # noqa: E402


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Certificate:
    """The only root that the system trusts."""
    root = Certificate.root()
    file = tmp_path / "roots.pem"
    file.write_bytes(root.pem)
    monkeypatch.setenv("SSL_CERT_FILE", str(file))
    monkeypatch.setenv("SSL_CERT_DIR", str(tmp_path / "none"))
    return root


@pytest.fixture
async def shop() -> AsyncIterator[Shop]:
    """Where certificates are handed out over plain HTTP."""
    shop = Shop()
    async with serving(web.get("/{name}", shop.answer)) as url:
        shop.url = url
        yield shop


@pytest.fixture(scope="session")
def east(tmp_path_factory: pytest.TempPathFactory) -> list[bytes]:
    """Six segments of a second each, as one encoder makes them."""
    return EAST.make(tmp_path_factory.mktemp("nodes") / "east")


@pytest.fixture(scope="session")
def west(tmp_path_factory: pytest.TempPathFactory) -> list[bytes]:
    """The same from another one."""
    return WEST.make(tmp_path_factory.mktemp("nodes") / "west")
