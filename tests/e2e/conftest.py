"""One Home Assistant, one upstream and one browser for all tests that share them.

The tests are plain functions, not coroutines: the browser's own event loop allows no other.
"""

from collections.abc import Callable, Iterator
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright
import pytest

from scripts.lib.develop.feed import Access, wait_for_feed
from scripts.lib.develop.flow import entry_id, set_up
from scripts.lib.develop.home import Home
from scripts.lib.develop.upstream import Upstream
from tests.e2e.browser import launch, open_page, overhear

TEST_TIMEOUT = 300
"""Seconds for a test and what it waits for, such as the start of Home Assistant."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if item.get_closest_marker("timeout") is None:
            item.add_marker(pytest.mark.timeout(TEST_TIMEOUT))


@pytest.fixture(scope="session", autouse=True)
def session_upstream(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Upstream]:
    """An upstream that streams over TLS, its certificate sent alone; what is started trusts it."""
    upstream = Upstream(tmp_path_factory.mktemp("upstream") / "output.log", nodes=True)
    with pytest.MonkeyPatch.context() as patch:
        for name, value in upstream.environment.items():
            patch.setenv(name, value)
        try:
            upstream.start()
            yield upstream
        finally:
            upstream.stop()


@pytest.fixture
def upstream(session_upstream: Upstream) -> Upstream:
    """The simulated upstream, with nothing wrong and nothing in its log."""
    session_upstream.set_faults({})
    session_upstream.clear_log()
    return session_upstream


@pytest.fixture
def streams_in_clear(upstream: Upstream) -> None:
    """For players that verify certificates and are sent to a node."""
    upstream.set_faults({"clear": True})


@pytest.fixture(scope="session")
def home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Home]:
    """A running Home Assistant that is logged in to; the integration may be set up or not."""
    home = Home(tmp_path_factory.mktemp("home"))
    try:
        home.start()
        yield home
    finally:
        home.stop()


@pytest.fixture
def make_home(tmp_path: Path) -> Iterator[Callable[[], Home]]:
    """Make Home Assistants of the test's own, to be broken and killed."""
    homes: list[Home] = []

    def make() -> Home:
        home = Home(tmp_path / f"home{len(homes)}")
        homes.append(home)
        return home

    yield make
    for home in homes:
        home.stop()
        home.end_orphans()


@pytest.fixture
def access(home: Home, upstream: Upstream) -> Access:
    """The shared Home Assistant with the integration set up on the simulated upstream."""
    if entry_id(home.client) is None:
        set_up(home.client, "bundled", {"api_url": upstream.url, "verify_tls": True})
        upstream.clear_log()
    return wait_for_feed(home.client)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = launch(playwright)
        yield browser
        browser.close()


@pytest.fixture
def console() -> list[str]:
    """What the browser complained about; a test that provokes it takes it out."""
    return []


@pytest.fixture
def page(browser: Browser, home: Home, console: list[str]) -> Iterator[Page]:
    """A page that is logged in to the shared Home Assistant; its console stays clean."""
    page = open_page(browser, home)
    overhear(page, home.base_url, console)
    yield page
    page.context.close()
    assert console == []
