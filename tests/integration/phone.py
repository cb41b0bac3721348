"""A telephone with the mobile app: registered in Home Assistant, and reached by a push server."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any

from aiohttp import web
from aiohttp.test_utils import BaseTestServer, TestClient, TestServer
from homeassistant.core import HomeAssistant
from homeassistant.setup import async_setup_component

from custom_components.toonami_downlink.const import DOMAIN

NAME = "Ed's phone"
TARGET = "notify.mobile_app_ed_s_phone"


@dataclass(slots=True)
class Phone:
    """What the push server got for one telephone, and how that answers."""

    hass: HomeAssistant
    client: TestClient[Any, Any]
    server: BaseTestServer
    pushed: list[dict[str, Any]] = field(default_factory=list)
    webhook: str = ""
    status: HTTPStatus = HTTPStatus.CREATED

    @property
    def messages(self) -> list[dict[str, Any]]:
        """What was shown, in order, without what only replaced it or took it back."""
        return [
            one
            for one in self.pushed
            if one["message"] != "clear_notification" and "alert_once" not in one["data"]
        ]

    @property
    def shown(self) -> dict[str, dict[str, Any]]:
        """What is on the screen, by its tag."""
        screen: dict[str, dict[str, Any]] = {}
        for one in self.pushed:
            if one["message"] == "clear_notification":
                screen.pop(one["data"]["tag"], None)
            else:
                screen[one["data"]["tag"]] = one
        return screen

    async def register(self) -> None:
        """Register as the app does when somebody logs in."""
        url = str(self.server.make_url("/push"))
        response = await self.client.post(
            "/api/mobile_app/registrations",
            json={
                "app_data": {"push_token": "token", "push_url": url},
                "app_id": "io.example.app",
                "app_name": "App",
                "app_version": "1.0",
                "device_id": "ed",
                "device_name": NAME,
                "manufacturer": "Example",
                "model": "One",
                "os_name": "Linux",
                "os_version": "1",
                "supports_encryption": False,
            },
        )
        assert response.status == HTTPStatus.CREATED
        self.webhook = (await response.json())["webhook_id"]
        await self.hass.async_block_till_done()
        assert self.hass.services.has_service(*TARGET.split("."))

    async def tap(self, action: Any) -> None:
        """Tap an action of a notification: the app tells Home Assistant so by its webhook."""
        response = await self.client.post(
            f"/api/webhook/{self.webhook}",
            json={
                "type": "fire_event",
                "data": {
                    "event_type": "mobile_app_notification_action",
                    "event_data": {"action": action},
                },
            },
        )
        assert response.status == HTTPStatus.OK
        await self.hass.async_block_till_done(wait_background_tasks=True)

    def action(self, name: str) -> str:
        """Return the id of the action with that name in the last message."""
        actions = self.pushed[-1]["data"]["actions"]
        (found,) = (one["action"] for one in actions if one["title"] == name)
        return str(found)


@asynccontextmanager
async def make_phone(
    hass: HomeAssistant, client: Callable[[], Awaitable[TestClient[Any, Any]]]
) -> AsyncIterator[Phone]:
    """Set up the mobile app's integration and a push server, and register a telephone."""
    # What is served has to be known before the first client comes.
    assert await async_setup_component(hass, DOMAIN, {})
    assert await async_setup_component(hass, "webhook", {})
    assert await async_setup_component(hass, "mobile_app", {})
    await hass.async_block_till_done()

    async def push(request: web.Request) -> web.Response:
        phone.pushed.append(await request.json())
        return web.json_response({"message": "sent"}, status=phone.status)

    application = web.Application()
    application.router.add_post("/push", push)
    async with TestServer(application) as server:
        phone = Phone(hass, await client(), server)
        await phone.register()
        yield phone
