"""One Home Assistant, one upstream and one browser for all tests that share them.

The tests are plain functions, not coroutines: the browser's own event loop allows no other.
"""

from collections.abc import Callable, Generator, Iterator
from contextlib import ExitStack
import fcntl
from itertools import cycle
from pathlib import Path
import time

from playwright.sync_api import Browser, Page, sync_playwright
import pytest

from scripts.lib.develop.feed import Access, wait_for_feed
from scripts.lib.develop.flow import entry_id, set_up
from scripts.lib.develop.home import Home
from scripts.lib.develop.upstream import Upstream
from tests.e2e import releases
from tests.e2e.browser import answer_elsewhere, launch, open_page, overhear
from tests.panel.harness import serve

TEST_TIMEOUT = 300
"""Seconds for a test and what it waits for, such as the start of Home Assistant."""
AT_ONCE = 2
"""Tests that run at once, besides those that wait: as many as there are processors in CI."""


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Say how the tests can be shared out among processes (``--dist loadgroup``).

    A file stays together, for what its tests share takes long to start. Those that mostly wait
    come first, in two processes, one after the other: they take as long as half of the others.
    Those of the made-up station share nothing: they come one by one, and fill whatever time a
    process has left. Last are those that let the other processes wait: by then these have nothing
    more to do.
    """
    for item in items:
        if item.get_closest_marker("timeout") is None:
            item.add_marker(pytest.mark.timeout(TEST_TIMEOUT))
        if group := _group(item):
            item.add_marker(pytest.mark.xdist_group(group))
    items.sort(key=lambda item: (_is_alone(item), _is_free(item), not _is_waiting(item)))


def _group(item: pytest.Item) -> str:
    """Return what a test has to be in one process with; nothing for one that needs no others."""
    if waits := item.get_closest_marker("waits"):
        return "-".join(("waits", *waits.args))
    if _is_alone(item):
        return "alone"
    return "" if _is_free(item) else item.path.stem


def _is_free(item: pytest.Item) -> bool:
    return "harness_page" in getattr(item, "fixturenames", ())


def _is_alone(item: pytest.Item) -> bool:
    return item.get_closest_marker("alone") is not None


def _is_waiting(item: pytest.Item) -> bool:
    return item.get_closest_marker("waits") is not None


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_protocol(item: pytest.Item) -> Generator[None, bool | None, bool | None]:
    """Let a test that is marked ``alone`` wait for those of other processes, and these for it.

    The door is held by who waits: otherwise others would begin again and again while it does.
    Outside of all other hooks, so that no test's time runs out while it waits. More processes than
    processors are there for the tests that are marked ``waits``: all others take turns.
    """
    folder = item.config.cache.mkdir("e2e-turns")  # shared by the processes
    with ExitStack() as stack:
        if not _is_alone(item) and not _is_waiting(item):
            _take_a_turn(folder, stack)
        door, room = (stack.enter_context((folder / name).open("w")) for name in ("door", "room"))
        fcntl.flock(door, fcntl.LOCK_EX)
        fcntl.flock(room, fcntl.LOCK_EX if _is_alone(item) else fcntl.LOCK_SH)
        fcntl.flock(door, fcntl.LOCK_UN)
        return (yield)


def _take_a_turn(folder: Path, stack: ExitStack) -> None:
    """Wait for one of so many turns, and keep it for as long as the stack."""
    turns = [stack.enter_context((folder / f"turn{n}").open("w")) for n in range(AT_ONCE)]
    for turn in cycle(turns):
        try:
            fcntl.flock(turn, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            time.sleep(0.02)
        else:
            return


@pytest.fixture(scope="session", autouse=True)
def session_upstream(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Upstream]:
    """An upstream that streams over TLS, its certificate sent alone; what is started trusts it."""
    upstream = Upstream(tmp_path_factory.mktemp("upstream") / "output.log", nodes=True)
    with pytest.MonkeyPatch.context() as patch:
        for name, value in upstream.environment.items():
            patch.setenv(name, value)
        try:
            upstream.start()
            upstream.wait_for_streams()
            yield upstream
        finally:
            upstream.stop()


@pytest.fixture
def upstream(session_upstream: Upstream) -> Upstream:
    """The simulated upstream, with nothing wrong and nothing in its log."""
    session_upstream.set_faults({})
    session_upstream.clear_log()
    return session_upstream


@pytest.fixture(scope="session")
def home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Home]:
    """A running Home Assistant that is logged in to; the integration may be set up or not."""
    home = Home(tmp_path_factory.mktemp("home"))
    try:
        home.start()
        yield home
    finally:
        home.discard()


@pytest.fixture(scope="session")
def release_zip() -> bytes:
    """What would be released."""
    return releases.build()


@pytest.fixture
def make_home(tmp_path: Path) -> Iterator[Callable[..., Home]]:
    """Make Home Assistants of the test's own, to be broken and killed."""
    homes: list[Home] = []

    def make(*, linked: bool = True) -> Home:
        home = Home(tmp_path / f"home{len(homes)}", linked=linked)
        homes.append(home)
        return home

    yield make
    for home in homes:
        home.discard()


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


@pytest.fixture(scope="session")
def harness() -> Iterator[str]:
    """The address of the panel with a made-up station instead of Home Assistant."""
    with serve() as base:
        yield base


@pytest.fixture
def harness_page(browser: Browser, harness: str, console: list[str]) -> Iterator[Page]:
    """A page for the made-up station; its console stays clean."""
    context = browser.new_context(base_url=harness, viewport={"width": 1280, "height": 900})
    page = context.new_page()
    answer_elsewhere(page)
    overhear(page, harness, console)
    yield page
    context.close()
    assert console == []
