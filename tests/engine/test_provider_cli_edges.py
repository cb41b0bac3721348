"""What the options of the command line become, at their limits and when they are not given."""

import asyncio
from collections.abc import Iterator
import logging
from pathlib import Path

import pytest

from downlink.errors import UpstreamUnreachableError
from downlink.models import Feed
from downlink.provider import fetch
from downlink.provider.cli import main
from downlink.provider.fetch import OnProgress, ProviderConfig

from .upstream import forget_logging


class Asked:
    """In place of the fetching: notes what it is asked for, and brings nothing."""

    def __init__(self) -> None:
        self.configs: list[ProviderConfig] = []

    async def fetch(self, config: ProviderConfig, _on_progress: OnProgress) -> Feed:
        await asyncio.sleep(0)
        self.configs.append(config)
        raise UpstreamUnreachableError("Nothing there.")

    def call(self, *arguments: str) -> ProviderConfig:
        assert main(["run", *arguments]) == UpstreamUnreachableError.exit_code
        return self.configs[-1]


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> Iterator[Asked]:
    made = Asked()
    monkeypatch.setattr(fetch, "fetch", made.fetch)
    yield made
    forget_logging()


def test_what_is_not_given(asked: Asked) -> None:
    config = asked.call()
    assert config.api_url == "https://api.toonamiaftermath.com"
    assert config.guide_days == 7
    assert config.verify_tls
    assert config.cache_file == Path("cache.json")
    assert (config.timeouts.answer, config.timeouts.run, config.timeouts.details) == (15, 270, 135)


def test_what_is_given(asked: Asked) -> None:
    config = asked.call(
        *("--insecure", "-C", "", "--time-limit", "60", "--answer-timeout", "2.5"),
        *("--api-url", "http://a.example:1"),
    )
    assert config.api_url == "http://a.example:1"
    assert not config.verify_tls
    assert config.cache_file is None
    assert (config.timeouts.answer, config.timeouts.run, config.timeouts.details) == (2.5, 60, 30)


@pytest.mark.parametrize("days", [1, 14])
def test_fewest_and_most_days(asked: Asked, days: int) -> None:
    assert asked.call("--guide-days", str(days)).guide_days == days


@pytest.mark.parametrize("option", ["--time-limit", "--answer-timeout"])
@pytest.mark.parametrize(
    ("seconds", "is_good"),
    [("0", False), ("0.001", True), ("86400", True), ("86400.1", False), ("nan", False)],
)
def test_shortest_and_longest_times(asked: Asked, option: str, seconds: str, is_good: bool) -> None:
    code = main(["run", option, seconds])
    assert code == (UpstreamUnreachableError.exit_code if is_good else 2)
    assert len(asked.configs) == is_good


@pytest.mark.parametrize("url", ["http://", "https://a:0", "a.example", "http://[a"])
def test_addresses_without_a_place(asked: Asked, url: str) -> None:
    assert main(["run", "--api-url", url]) == 2
    assert not asked.configs


@pytest.mark.parametrize(
    ("name", "level"),
    [
        ("trace", logging.DEBUG),
        ("debug", logging.DEBUG),
        ("Info", logging.INFO),
        ("warn", logging.WARNING),
        ("WARNING", logging.WARNING),
        ("error", logging.ERROR),
        ("fatal", logging.CRITICAL),
        ("panic", logging.CRITICAL),
    ],
)
def test_levels_of_the_log(asked: Asked, name: str, level: int) -> None:
    asked.call("-l", name)
    logger = logging.getLogger("downlink")
    assert logger.level == level
    assert not logger.propagate
    assert len(logger.handlers) == 1
    asked.call()
    assert logger.level == logging.INFO
    assert len(logger.handlers) == 1
