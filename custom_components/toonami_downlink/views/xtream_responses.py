"""Render the answers of the Xtream Codes API; the same arguments give the same bytes."""

from collections.abc import Callable
from datetime import datetime
from functools import lru_cache
from typing import Any, Final

from homeassistant.helpers.json import json_bytes

from ..engine.downlink.formats import xtream
from ..engine.downlink.formats.m3u import Links
from ..engine.downlink.lineup import logo_path
from ..engine.downlink.models import Channel
from ..engine.downlink.publish.publication import Body, Offer
from ..engine.downlink.recording import xtream as vod
from ..engine.downlink.recording.model import Recording
from .held import Held
from .origin import Origin


def _fixed(value: Any) -> Body:
    return Body.of(json_bytes(value))


CATEGORIES: Final = _fixed(xtream.live_categories())
NO_FILM: Final = _fixed({"info": [], "movie_data": []})
NO_LISTINGS: Final = _fixed({"epg_listings": []})
NO_SERIES: Final = _fixed({"seasons": [], "info": [], "episodes": []})


@lru_cache(maxsize=8)
def account(
    username: str,
    password: str,
    active: int,
    origin: Origin,
    now: datetime,
) -> bytes:
    """Render the account of the user, who watches `active` streams; `now` is in it."""
    return _account(xtream.user_info(username, password, active=active), origin, now)


def refused_account(origin: Origin, now: datetime) -> bytes:
    """Render the account that a wrong login gets."""
    return _account(xtream.refused_user_info(), origin, now)


def _account(user_info: xtream.UserInfo, origin: Origin, now: datetime) -> bytes:
    server_info = xtream.server_info(origin.scheme, origin.host, origin.port, now)
    return json_bytes(xtream.Account(user_info=user_info, server_info=server_info))


def live_streams(offer: Offer, origin: str, category: int | None, held: Held) -> bytes:
    """Render the channels of a category, or all of them."""
    channels = offer.feed.channels
    return json_bytes(xtream.live_streams(channels, _logo(origin), category, held.days))


def panel(offer: Offer, origin: str, held: Held) -> bytes:
    """Render what ``panel_api.php`` adds to an account."""
    return json_bytes(xtream.panel_content(offer.feed, _logo(origin), held.days))


def short_epg(offer: Offer, channel: Channel, at: datetime, limit: int) -> bytes:
    """Render `limit` programmes of a channel from that time on."""
    programmes = offer.feed.guide.get(channel.key, ())
    return json_bytes({"epg_listings": xtream.short_epg(channel, programmes, at, limit)})


def data_table(offer: Offer, channel: Channel, at: datetime, held: Held) -> bytes:
    """Render all programmes of a channel; that on air and those that are held are marked."""
    programmes = offer.feed.guide.get(channel.key, ())
    archived = {start for key, start in held.archived if key == channel.key}
    return json_bytes({"epg_listings": xtream.data_table(channel, programmes, at, archived)})


def film_categories(_: Offer, held: Held) -> bytes:
    """Render the groups of films."""
    return json_bytes(vod.categories(held.films))


def films(_: Offer, origin: str, held: Held) -> bytes:
    """Render the recordings that are films."""
    return json_bytes(vod.films(held.films, _picture(origin)))


def film(_: Offer, origin: str, number: int | None, held: Held) -> bytes:
    """Render what is known of a film."""
    for one in held.films:
        if one.number == number:
            return json_bytes(vod.film(one, _picture(origin)))
    return NO_FILM.content


def series_categories(_: Offer, held: Held) -> bytes:
    """Render the groups of series."""
    return json_bytes(vod.categories(held.episodes))


def all_series(_: Offer, origin: str, held: Held) -> bytes:
    """Render the shows of which there are recordings."""
    return json_bytes(vod.all_series(held.episodes, _picture(origin)))


def series(_: Offer, origin: str, number: int | None, held: Held) -> bytes:
    """Render the recordings of a show."""
    of_show = [one for one in held.episodes if vod.series_id(one) == number]
    return json_bytes(vod.series(of_show, _picture(origin))) if of_show else NO_SERIES.content


def playlist(
    offer: Offer,
    base: str,
    origin: str,
    login: tuple[str, str],
    extension: str,
    held: Held,
) -> bytes:
    """Render the playlist of ``get.php``; `base` is what the API's paths come after."""
    username, password = login
    past = "/".join((base, "timeshift", *login))
    return offer.playlist(
        Links(
            guide=f"{base}/xmltv.php?username={username}&password={password}",
            logo=_logo(origin),
            stream=_stream(base, login, extension),
            past=lambda channel: f"{past}/{{duration:60}}/{{utc}}/{channel.number}.m3u8",
            days=held.days,
        )
    )


def _stream(base: str, login: tuple[str, str], extension: str) -> Callable[[Channel], str]:
    path = "/".join((base, "live", *login))
    return lambda channel: f"{path}/{channel.number}.{extension}"


def _logo(origin: str) -> Callable[[Channel], str]:
    return lambda channel: f"{origin}{logo_path(channel.key)}"


def _picture(origin: str) -> Callable[[Recording], str]:
    """Return where the picture of a recording is; without one, it has its channel's logo."""
    return lambda one: one.programme.image or f"{origin}{logo_path(one.channel)}"
