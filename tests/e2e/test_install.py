"""What a release is made of, installed as users install it."""

from collections.abc import Callable, Iterator
from io import BytesIO
import json
from pathlib import Path
import subprocess
from typing import Any, Final
from zipfile import ZipFile

import pytest

from scripts.lib.develop.check import check
from scripts.lib.develop.client import CommandError
from scripts.lib.develop.feed import wait_for_feed
from scripts.lib.develop.flow import remove, set_up
from scripts.lib.develop.home import INTEGRATION, ROOT, Home
from scripts.lib.develop.upstream import Upstream
from scripts.lib.develop.waiting import wait_for
from tests.e2e.assertions import log_complaints
from tests.e2e.github import REPOSITORY, GitHub
from tests.e2e.releases import install, installed, installed_version, stamped
from tests.night import by_night

LAUNCHER: Final = Path(__file__).with_name("home_on_loopback.py")
VERSION: Final[str] = json.loads((INTEGRATION / "manifest.json").read_bytes())["version"]
NEXT: Final = "99.0.0"
ASSET: Final[str] = json.loads((ROOT / "hacs.json").read_bytes())["filename"]
WAIT: Final = 60.0


@pytest.fixture
def github(release_zip: bytes) -> Iterator[GitHub]:
    with GitHub({f"v{VERSION}": {ASSET: release_zip}}).running() as github:
        yield github


@pytest.fixture
def make_empty(tmp_path: Path) -> Iterator[Callable[..., Home]]:
    """Make a Home Assistant without the integration."""
    homes: list[Home] = []

    def make(**how: Any) -> Home:
        homes.append(Home(tmp_path / "empty", linked=False, **how))
        return homes[-1]

    yield make
    for home in homes:
        home.discard()


def _watch(home: Home) -> None:
    """See that everything a viewer depends on is there."""
    access = wait_for_feed(home.client)
    assert [found.text for found in check(home, access, streams=True) if not found.good] == []


def test_zip_holds_what_is_committed(release_zip: bytes) -> None:
    listed = subprocess.run(
        ["git", "ls-files", "-z"],  # noqa: S607  # from PATH
        cwd=INTEGRATION,
        capture_output=True,
        check=True,
    )
    committed = set(listed.stdout.decode().rstrip("\0").split("\0"))
    with ZipFile(BytesIO(release_zip)) as archive:
        names = {name for name in archive.namelist() if not name.endswith("/")}

    assert names <= committed
    for name in committed - names:
        assert name.endswith((".d.ts", "/vendor/README.md")), name


@pytest.mark.parametrize(
    ("tag", "complaint"),
    by_night(
        [
            pytest.param("v0.0.1", f"is not v{VERSION}", id="not the version"),
            pytest.param(VERSION, f"is not v{VERSION}", id="without the v"),
        ],
        keep=["without the v"],
    ),
)
def test_tag_has_to_be_the_version(tag: str, complaint: str) -> None:
    command = ["scripts/release", tag]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, check=False)  # noqa: S603
    assert done.returncode == 1
    assert complaint in done.stderr.decode()


@pytest.mark.nightly
@pytest.mark.waits
def test_zip_works_in_an_empty_home_assistant(
    make_empty: Callable[..., Home], release_zip: bytes, upstream: Upstream
) -> None:
    home = make_empty()
    install(release_zip, home)
    home.start()
    set_up(home.client, "bundled", {"api_url": upstream.url, "verify_tls": True})

    _watch(home)
    home.stop()
    assert log_complaints(home.log) == []


@pytest.mark.waits
def test_marketplace_installs_updates_and_removes_it(
    make_empty: Callable[..., Home], github: GitHub, upstream: Upstream, release_zip: bytes
) -> None:
    home = make_empty(program=("-P", LAUNCHER), env={"GITHUB_URL": github.url})
    home.start()
    market = Market(home)
    market.connect()

    market.add()
    market.install()
    assert f"/{REPOSITORY}/releases/download/v{VERSION}/{ASSET}" in github.asked
    assert (market.page()["installed_version"], market.page()["status"]) == (
        f"v{VERSION}",
        "installed",
    )
    assert market.page()["name"] == "Toonami Downlink"
    set_up(home.client, "bundled", {"api_url": upstream.url, "verify_tls": True})
    _watch(home)
    access = wait_for_feed(home.client)

    github.releases = {f"v{NEXT}": {ASSET: stamped(release_zip, NEXT)}, **github.releases}
    market.refresh()
    assert market.page()["status"] == "pending-upgrade"
    market.install()
    assert installed_version(home) == NEXT
    home.stop()
    first_log = home.log
    home.start()
    assert wait_for_feed(home.client) == access
    _watch(home)

    remove(home.client)
    market.command("repository/uninstall", repository=market.id)
    assert not installed(home).exists()
    home.stop()
    assert log_complaints(first_log) == []
    assert log_complaints(home.log) == []


class Market:
    """Home Assistant's Marketplace, as its panel uses it."""

    def __init__(self, home: Home) -> None:
        self._client = home.client
        self.id = ""

    def command(self, kind: str, **fields: object) -> Any:
        return self._client.command(f"marketplace/{kind}", **fields)

    def connect(self) -> None:
        """Accept the warning and log in to GitHub, in the flow that shows a code for it."""
        wait_for(lambda: self._info() is not None, "No Marketplace", WAIT)
        self.command("warning/accept")
        flow = self.command("github/connect")["flow_id"]
        path = f"/api/config/config_entries/flow/{flow}"
        step = self._client.post(path, {})
        assert step["description_placeholders"]["code"] == "ABCD-1234"
        wait_for(lambda: self._client.send("GET", path).status == 404, "No login", WAIT)
        wait_for(self._connected, "The Marketplace was not connected", WAIT)

    def _connected(self) -> bool:
        # It is loaded anew, with the token.
        info = self._info()
        return info is not None and bool(info["github_connected"])

    def _info(self) -> dict[str, Any] | None:
        """What it says about itself; None before it has started.

        Home Assistant sets up its entry by itself, and runs without waiting for that.
        """
        try:
            info: dict[str, Any] = self.command("info")
        except CommandError as err:
            if err.code != "not_loaded":
                raise
            return None
        return None if info["startup"] else info

    def add(self) -> None:
        """Add the repository by its address, after asking what it holds."""
        url = f"https://github.com/{REPOSITORY}"
        assert self.command("repositories/detect", repository=url)["categories"] == ["integration"]
        self.command("repositories/add", repository=url, category="integration")
        (known,) = self.command("repositories/list", categories=["integration"])
        assert known["can_install"]
        self.id = known["id"]

    def install(self) -> None:
        self.command("repository/install", repository=self.id)

    def refresh(self) -> None:
        self.command("repository/refresh", repository=self.id)

    def page(self) -> dict[str, Any]:
        found: dict[str, Any] = self.command("repository/info", repository_id=self.id)
        return found
