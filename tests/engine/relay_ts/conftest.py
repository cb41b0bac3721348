"""The nodes, made once a run."""

import pytest

from .nodes import EAST, WEST


@pytest.fixture(scope="session")
def east(tmp_path_factory: pytest.TempPathFactory) -> list[bytes]:
    return EAST.make(tmp_path_factory.mktemp("nodes") / "east")


@pytest.fixture(scope="session")
def west(tmp_path_factory: pytest.TempPathFactory) -> list[bytes]:
    return WEST.make(tmp_path_factory.mktemp("nodes") / "west")
