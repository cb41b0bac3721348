"""Write XMLTV guides as players read them. Sources: iptv.md § 3."""

from collections.abc import Callable
import re
from typing import Final

from ..models import Channel, Feed, Programme, Source
from ..text import FORBIDDEN
from .xmltv_values import ROLES, SYSTEM, stand_in_title, write_numbers, write_source, write_time

_HEAD: Final = (
    '<tv date="{date}" source-info-name="Toonami Aftermath"'
    ' source-info-url="https://www.toonamiaftermath.com/"'
    ' generator-info-name="Toonami Downlink">\n'
)
_SPECIAL: Final = re.compile(rf"[&<>\r]|{FORBIDDEN.pattern}")
_ESCAPES: Final = {"&": "&amp;", "<": "&lt;", ">": "&gt;"}


def _escape(text: str) -> str:
    return _SPECIAL.sub(lambda match: _ESCAPES.get(match[0], ""), text)


def _quoted(text: str) -> str:
    """The value of an attribute. In a text, quotes stay: six characters for one are a lot."""
    return f'"{_escape(text).replace('"', "&quot;")}"'


def render_xmltv(feed: Feed, logo: Callable[[Channel], str]) -> bytes:
    """The guide of a feed in UTF-8, elements in the order of the DTD, all channels first."""
    parts = ['<?xml version="1.0" encoding="UTF-8"?>\n', _HEAD.format(date=write_time(feed.made))]
    parts += [_render_channel(channel, logo(channel)) for channel in feed.channels]
    for channel in feed.channels:
        identity = _quoted(channel.guide_id)
        programmes = feed.guide.get(channel.key, ())
        parts += [_render_programme(programme, identity) for programme in programmes]
    parts.append("</tv>\n")
    return "".join(parts).encode()


def _render_channel(channel: Channel, logo: str) -> str:
    # The number as a second name is where Jellyfin looks for it.
    names = "".join(
        f"    <display-name>{name}</display-name>\n"
        for name in dict.fromkeys((_escape(channel.name), str(channel.number)))
    )
    icon = f"    <icon src={_quoted(logo)}/>\n"
    return f"  <channel id={_quoted(channel.guide_id)}>\n{names}{icon}  </channel>\n"


def _render_programme(programme: Programme, channel: str) -> str:
    start, stop = write_time(programme.start), write_time(programme.stop)
    parts = [f'  <programme start="{start}" stop="{stop}" channel={channel}>\n']

    def add(tag: str, text: str | None, attributes: str = "") -> None:
        if text:
            parts.append(f"    <{tag}{attributes}>{_escape(text)}</{tag}>\n")

    add("title", programme.title)
    add("sub-title", programme.episode_title or stand_in_title(programme.episode))
    add("desc", programme.description)
    if programme.credits:
        ordered = sorted(programme.credits, key=lambda credit: ROLES.index(credit.role))
        people = "".join(
            f"      <{credit.role}>{_escape(credit.name)}</{credit.role}>\n" for credit in ordered
        )
        parts.append(f"    <credits>\n{people}    </credits>\n")
    add("date", programme.aired)
    for category in programme.categories:
        add("category", category)
    add("keyword", programme.block)
    if programme.image:
        parts.append(f"    <icon src={_quoted(programme.image)}/>\n")
    if programme.source is not Source.GUIDE:
        add("url", write_source(programme.source), f' system="{SYSTEM}"')
    for system, number in write_numbers(programme):
        add("episode-num", number, f' system="{system}"')
    parts.append(_render_showing(programme))
    if programme.rating:
        system = _attribute("system", programme.rating_system)
        parts.append(_rated("rating", system, _escape(programme.rating)))
    if programme.stars is not None:
        parts.append(_rated("star-rating", "", f"{programme.stars:g}/10"))
    parts.append("  </programme>\n")
    return "".join(parts)


def _render_showing(programme: Programme) -> str:
    """Whether it was on before, in the order of the DTD."""
    shown = ""
    if programme.is_rerun:
        shown += f"    <previously-shown{_attribute('start', programme.first_shown)}/>\n"
    if programme.is_premiere:
        shown += "    <premiere/>\n"
    if programme.is_new:
        shown += "    <new/>\n"
    return shown


def _attribute(name: str, value: str | None) -> str:
    return f" {name}={_quoted(value)}" if value else ""


def _rated(tag: str, attributes: str, value: str) -> str:
    return f"    <{tag}{attributes}>\n      <value>{value}</value>\n    </{tag}>\n"
