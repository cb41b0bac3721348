"""Home Assistant is killed as soon as a house is imported, before it has saved the entry."""

from collections.abc import Callable, Mapping

import pytest

from scripts.lib.develop.client import Answer, Client, request
from scripts.lib.develop.feed import Access, wait_for_feed
from scripts.lib.develop.flow import add_device, entry_id, remove, set_up
from scripts.lib.develop.home import Home
from scripts.lib.develop.upstream import Upstream
from scripts.lib.develop.waiting import wait_for

pytestmark = pytest.mark.nightly
PHRASE = "open sesame"
BOUNDARY = "a-boundary"


def send(client: Client, which: str, **fields: bytes) -> Answer:
    """Send a form as the panel does."""
    body = b"".join(
        f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n'.encode()
        + value
        + b"\r\n"
        for name, value in fields.items()
    )
    headers = {
        "Authorization": f"Bearer {client.access_token}",
        "Content-Type": f"multipart/form-data; boundary={BOUNDARY}",
    }
    url = f"{client.base_url}/api/toonami_downlink/house/{which}"
    return request("POST", url, headers=headers, body=body + f"--{BOUNDARY}--\r\n".encode())


def house_of(client: Client) -> Mapping[str, Mapping[str, str]]:
    """Return the addresses of the house and of each device, by their names."""
    known = client.command("toonami_downlink/connect")
    return {
        one["name"]: {
            field: client.command("toonami_downlink/connect", device=one["id"])[field]
            for field in ("playlist", "username", "password", "short_url")
        }
        for one in known["devices"]
    }


def fresh(home: Home, upstream: Upstream) -> Access:
    set_up(home.client, "bundled", {"api_url": upstream.url, "verify_tls": True})
    return wait_for_feed(home.client)


def saved_devices(home: Home, known: str | None) -> int | None:
    """Return how many devices the entry has on the disk; None while it is not there."""
    entries = home.storage("core.config_entries")["entries"]
    return next((len(one["subentries"]) for one in entries if one["entry_id"] == known), None)


def test_killed_before_the_entry_is_saved(
    make_home: Callable[[], Home], upstream: Upstream
) -> None:
    """Home Assistant saves it a second later; the secrets of the devices are saved by then."""
    home = make_home()
    home.start()
    fresh(home, upstream)
    for name in ("Kids", "Guest"):
        add_device(home.client, name)
    old = house_of(home.client)
    file = send(home.client, "export", passphrase=PHRASE.encode()).body
    remove(home.client)
    fresh(home, upstream)
    assert [*house_of(home.client)] == [""]
    known = entry_id(home.client)
    wait_for(lambda: saved_devices(home, known) == 0, "The entry was not saved", 30)

    answer = send(home.client, "replace", passphrase=PHRASE.encode(), file=file)
    home.kill()
    assert saved_devices(home, known) == 0
    assert answer.json() == {"loaded": True}
    home.start()

    wait_for_feed(home.client)
    assert house_of(home.client) == old
    for one in old.values():
        assert request("GET", f"{home.base_url}{one['playlist']}").status == 200
