"""Guides are made once for all who wait, and kept for a few addresses."""

import asyncio
from collections.abc import Callable
from dataclasses import replace
from threading import Event
from typing import Any

import pytest

from custom_components.toonami_downlink.engine.downlink.publish.publication import Body, Publication
from custom_components.toonami_downlink.views.response_cache import GuideCache

from .harness import Harness
from .stream_harness import move_loop


async def test_guides_are_made_once_for_all_who_wait(
    harness: Harness, monkeypatch: pytest.MonkeyPatch
) -> None:
    publication = harness.publication
    made: list[str] = []
    make, all_wait = publication.guide, Event()

    def count(origin: str) -> Any:
        made.append(origin)
        assert all_wait.wait(5)
        return make(origin)

    monkeypatch.setattr(publication, "guide", count)
    guides = GuideCache(harness.hass)
    requests = asyncio.gather(*(guides.async_get(publication, harness.origin) for _ in range(8)))
    harness.hass.loop.call_soon(all_wait.set)
    first, *others = await requests
    assert all(other is first for other in others)
    assert made == [harness.origin]


def next_publication(harness: Harness) -> Publication:
    """Return what a refresh could bring."""
    generation = harness.coordinator.generation
    assert generation
    return Publication(replace(generation, guide=generation.guide.replace(b"Show", b"Next")))


class Guides:
    """What was made for which origin, one after the other."""

    def __init__(self, publication: Publication, monkeypatch: pytest.MonkeyPatch) -> None:
        self.publication = publication
        self.made: list[str] = []
        self.may_go_on = Event()
        self.may_go_on.set()
        self._make = publication.guide
        monkeypatch.setattr(publication, "guide", self.make)

    def make(self, origin: str) -> Body:
        self.made.append(origin)
        assert self.may_go_on.wait(20)
        return self._make(origin)


async def test_only_so_many_guides_are_kept(
    harness: Harness, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def at_once(make: Callable[..., Body], *arguments: Any) -> Body:
        """Do what a thread does that is very quick."""
        return make(*arguments)

    monkeypatch.setattr(harness.hass, "async_add_executor_job", at_once)
    guides, cache = Guides(harness.publication, monkeypatch), GuideCache(harness.hass)
    origins = [f"http://192.0.2.{number}" for number in range(41)]
    for origin in (*origins[:40], origins[0], origins[40], origins[0], origins[1]):
        body = await cache.async_get(guides.publication, origin, is_own=True)
        assert body
        assert f"{origin}/".encode() in body.content
    # The one that nobody had asked for the longest made room.
    assert guides.made == [*origins, origins[1]]


async def test_an_origin_that_is_not_asked_for_any_more_makes_room(
    harness: Harness, monkeypatch: pytest.MonkeyPatch
) -> None:
    guides, cache = Guides(harness.publication, monkeypatch), GuideCache(harness.hass)
    origins = [f"http://tv{number}.lan" for number in range(5)]

    async def ask(origin: str) -> int:
        """How often a guide is made when it is asked for twice."""
        guides.made.clear()
        for _ in range(2):
            assert await cache.async_get(guides.publication, origin)
        return len(guides.made)

    assert [await ask(origin) for origin in origins] == [1, 1, 1, 1, 2]
    move_loop(monkeypatch, 86_000)
    assert await ask(origins[1]) == 0
    assert await ask(origins[4]) == 2
    move_loop(monkeypatch, 401)
    assert await ask(origins[4]) == 1
    # One has gone for it, and that was not the one that was asked for.
    guides = Guides(next_publication(harness), monkeypatch)
    assert [await ask(origin) for origin in origins[1:2]] == [1]


async def test_a_guide_of_the_feed_before_is_not_kept(
    harness: Harness, monkeypatch: pytest.MonkeyPatch
) -> None:
    cache = GuideCache(harness.hass)
    before, after = (
        Guides(one, monkeypatch) for one in (harness.publication, next_publication(harness))
    )

    def ask(guides: Guides) -> asyncio.Task[Body | None]:
        asked = cache.async_get(guides.publication, harness.origin, is_own=True)
        return harness.hass.async_create_task(asked)

    for guides in (before, after):
        guides.may_go_on.clear()
    late, first = ask(before), ask(after)
    before.may_go_on.set()
    old = await late
    # What has been made of the feed before does not take the place of what is being made.
    second = ask(after)
    after.may_go_on.set()
    assert await first is await second is await ask(after)
    new = await second
    assert old
    assert new
    assert (b"Next" in old.content, b"Next" in new.content) == (False, True)
    assert (len(before.made), len(after.made)) == (1, 1)
