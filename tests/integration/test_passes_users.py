"""Users of Home Assistant whom a pass names: what they may play there, and who is never limited."""

from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import timedelta
from http import HTTPStatus
from typing import Any, Final

from aiohttp import hdrs
from freezegun.api import FrozenDateTimeFactory
from homeassistant.components.media_source import Unresolvable, async_resolve_media
from homeassistant.components.websocket_api import current_connection
from homeassistant.core import HomeAssistant, ServiceCall, SupportsResponse
from homeassistant.setup import async_setup_component
import pytest
from pytest_homeassistant_custom_component.common import MockUser
from pytest_homeassistant_custom_component.typing import (
    ClientSessionGenerator,
    WebSocketGenerator,
)

from custom_components.toonami_downlink.const import CONF_STREAM_LINKS, DOMAIN, LINKS_RELAY
from custom_components.toonami_downlink.engine.downlink.passes import HOME

from .factories import MIDNIGHT, make_feed
from .harness import NOW, Harness, start_harness
from .test_passes import secrets, subentry, update
from .upstream import Upstream

pytestmark = pytest.mark.usefixtures("socket_enabled")
BEDTIME: Final = MIDNIGHT + timedelta(hours=14)
KIDS: Final = "kids"

type Ask = Callable[[MockUser, int], Awaitable[dict[str, Any]]]


@pytest.fixture
async def upstream(socket_enabled: None) -> AsyncIterator[Upstream]:
    async with Upstream() as upstream:
        yield upstream


@pytest.fixture
def child(hass: HomeAssistant) -> MockUser:
    user = MockUser(name="A child").add_to_hass(hass)
    user.mock_policy({"entities": {"all": True}})
    return user


@pytest.fixture
async def house(
    hass: HomeAssistant,
    hass_client_no_auth: ClientSessionGenerator,
    upstream: Upstream,
    child: MockUser,
    clock: FrozenDateTimeFactory,
) -> AsyncIterator[Harness]:
    """Start a house in UTC, whose child watches West and East until two."""
    await hass.config.async_set_time_zone("UTC")
    one = subentry(
        KIDS,
        channels=["toonami_west", "toonami_east"],
        is_renumbered=True,
        allowed_from="06:00",
        allowed_until="14:00",
        users=[child.id],
    )
    feed = upstream.bring(make_feed(MIDNIGHT))
    for name in ("api", "media_source"):
        assert await async_setup_component(hass, name, {})
    options = {CONF_STREAM_LINKS: LINKS_RELAY}
    house = await start_harness(hass, hass_client_no_auth, feed, options, [one])
    yield house
    await house.coordinator.streams.async_stop_all()


@pytest.fixture
def ask(house: Harness, hass_ws_client: WebSocketGenerator) -> Ask:
    """Ask as a user of Home Assistant to watch a channel, by its number in the house."""

    async def ask(user: MockUser, channel: int) -> dict[str, Any]:
        hass = house.hass
        login = await hass.auth.async_create_refresh_token(user, "https://home.example")
        socket = await hass_ws_client(hass, hass.auth.async_create_access_token(login))
        await socket.send_json_auto_id({"type": f"{DOMAIN}/watch", "channel": channel})
        answer: dict[str, Any] = await socket.receive_json()
        await socket.close()
        return answer

    return ask


async def playlist(house: Harness, url: str) -> str:
    answer = await house.client.get(url)
    assert answer.status == HTTPStatus.OK
    return await answer.text()


async def test_a_user_watches_with_the_pass(
    house: Harness, ask: Ask, child: MockUser, clock: FrozenDateTimeFactory
) -> None:
    # East is the second one of the pass, and the first one of the house.
    url = (await ask(child, 1))["result"]["url"]
    assert url.endswith("/2.m3u8")
    assert "notice" not in await playlist(house, url)
    (session,) = house.coordinator.passes.watching(KIDS)
    assert session.channel == "toonami_east"
    refused = await ask(child, 3)
    assert refused["error"]["code"] == "not_found"
    clock.move_to(BEDTIME)
    assert "2/notice0.ts" in await playlist(house, url)
    # The token opens what is for the pass only.
    assert (await house.client.get(url.replace("/2.m3u8", "/3.m3u8"))).status == 404


async def test_administrators_and_all_others_are_not_limited(
    house: Harness, ask: Ask, hass: HomeAssistant, clock: FrozenDateTimeFactory
) -> None:
    admin, other = MockUser(is_owner=True).add_to_hass(hass), MockUser().add_to_hass(hass)
    update(house, KIDS, allowed_from="06:00", allowed_until="14:00", users=[admin.id])
    await hass.async_block_till_done()
    clock.move_to(BEDTIME)
    for user in (admin, other):
        url = (await ask(user, 3))["result"]["url"]
        assert "notice" not in await playlist(house, url)
    assert {one.watcher.identity for one in house.coordinator.streams.sessions} == {HOME}


async def test_a_pass_that_is_off_lets_its_users_watch_nothing(
    house: Harness, ask: Ask, child: MockUser
) -> None:
    url = (await ask(child, 1))["result"]["url"]
    update(house, KIDS, users=[child.id], is_enabled=False)
    await house.hass.async_block_till_done()
    assert (await ask(child, 1))["error"]["code"] == "not_found"
    assert (await house.client.get(url)).status == HTTPStatus.FORBIDDEN


async def test_new_secrets_end_what_a_token_opens(
    house: Harness, ask: Ask, child: MockUser
) -> None:
    url = (await ask(child, 1))["result"]["url"]
    home = house.coordinator.credentials.watch_token(NOW + timedelta(hours=1))
    await house.coordinator.passes.async_rotate(KIDS)
    assert (await house.client.get(url)).status == HTTPStatus.FORBIDDEN
    find = house.coordinator.credentials.find_watch_token
    assert find(home, NOW) == HOME


def test_whose_a_token_is(house: Harness) -> None:
    credentials = house.coordinator.credentials
    until = NOW + timedelta(hours=1)
    tokens = {one: credentials.watch_token(until, one) for one in (HOME, KIDS)}
    assert {one: credentials.find_watch_token(token, NOW) for one, token in tokens.items()} == {
        HOME: HOME,
        KIDS: KIDS,
    }
    assert credentials.find_watch_token(tokens[KIDS], until) is None
    assert secrets(house, KIDS).feed_token not in tokens[KIDS]
    assert house.coordinator.passes.watch_token("nobody", timedelta(hours=1)) is None


class Connection:
    """What is known of whoever asks for media."""

    def __init__(self, user: MockUser) -> None:
        self.user = user


async def resolve(house: Harness, user: MockUser | None, what: str) -> str:
    token = current_connection.set(Connection(user) if user else None)  # type: ignore[arg-type]
    try:
        root = f"media-source://{DOMAIN}"
        return (await async_resolve_media(house.hass, f"{root}/{what}", None)).url
    finally:
        current_connection.reset(token)


async def test_media_browser(
    house: Harness, child: MockUser, hass: HomeAssistant, clock: FrozenDateTimeFactory
) -> None:
    url = await resolve(house, child, "1")
    assert url.endswith("/2.m3u8")
    clock.move_to(BEDTIME)
    assert "notice0" in await playlist(house, url)
    for what in ("3", "99"):
        with pytest.raises(Unresolvable):
            await resolve(house, child, what)
    for user in (None, MockUser(is_owner=True).add_to_hass(hass)):
        url = await resolve(house, user, "3")
        assert "notice" not in await playlist(house, url)
    update(house, KIDS, users=[child.id], is_enabled=False)
    await hass.async_block_till_done()
    with pytest.raises(Unresolvable):
        await resolve(house, child, "1")


@pytest.fixture
async def by_rest(house: Harness) -> Ask:
    """Let a user's program do the same: call an action that plays something, without a browser."""
    hass = house.hass

    async def play(call: ServiceCall) -> dict[str, Any]:
        root = f"media-source://{DOMAIN}"
        return {"url": (await async_resolve_media(hass, f"{root}/{call.data['what']}", None)).url}

    hass.services.async_register("test", "play", play, supports_response=SupportsResponse.ONLY)

    async def by_rest(user: MockUser, channel: int) -> dict[str, Any]:
        login = await hass.auth.async_create_refresh_token(user, "https://home.example")
        answer = await house.client.post(
            "/api/services/test/play?return_response",
            json={"what": str(channel)},
            headers={hdrs.AUTHORIZATION: f"Bearer {hass.auth.async_create_access_token(login)}"},
        )
        told: dict[str, Any] = await answer.json()
        return {"status": answer.status, "url": told.get("service_response", told).get("url")}

    return by_rest


async def test_actions_by_rest(
    house: Harness, by_rest: Ask, child: MockUser, hass: HomeAssistant, clock: FrozenDateTimeFactory
) -> None:
    url = (await by_rest(child, 1))["url"]
    assert url.endswith("/2.m3u8")
    assert (await by_rest(child, 3))["status"] == HTTPStatus.INTERNAL_SERVER_ERROR
    clock.move_to(BEDTIME)
    assert "notice0" in await playlist(house, url)
    for user in (MockUser(is_owner=True).add_to_hass(hass), MockUser().add_to_hass(hass)):
        url = (await by_rest(user, 3))["url"]
        assert "notice" not in await playlist(house, url)
