#!/usr/bin/env python3
"""Stands in for the Go program ``toonamiaftermath``: its flags, its log, its files, flaws included.

What it writes is invented and needs no network; the form is that of version 1.1.0. So it runs
with the interpreter that runs the tests: ``PYTHON tests/fakes/go_cli.py run …``.
"""

import argparse
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
import json
from pathlib import Path
import re
import sys
from typing import Any, Final

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from tests.simulator.answers import CHANNELS, Listed, media
from tests.simulator.details import media_info
from tests.simulator.schedule import Schedule

VERSION: Final = "v1.1.0"
PICTURES: Final = "https://pictures.invalid"
SLUGS: Final = {
    "Toonami Aftermath East": "est",
    "Toonami Aftermath West": "est",
    "Snickelodeon East": "snick-est",
    "Snickelodeon West": "snick-est",
    "MTV97": "mtv97",
    "Movies": "movies",
    "Toonami Aftermath Radio": "radio",
}
SOURCE: Final = (
    'source-info-url="https://github.com/chris102994/toonamiaftermath-cli"'
    ' source-info-name="Toonami Aftermath" source-data-url="https://api.toonamiaftermath.com"'
    ' generator-info-name="Toonami Aftermath CLI"'
)
_ESCAPES: Final = str.maketrans(
    {"&": "&amp;", "<": "&lt;", ">": "&gt;", "'": "&#39;", '"': "&#34;", "\n": "&#xA;"}
)
_UNWANTED: Final = ("IMDbPro", "See full cast & crew", "See more")
_DATE_FORMS: Final = ("%d %b %Y", "%d %b. %Y", "%Y", "%b. %Y", "%b %Y")

_DETAILS: Final[Mapping[str, Any]] = {
    "name": "",
    "genres": [],
    "creators": [],
    "productionCo": [],
    "contentRating": "",
    "rating": 0.0,
    "image": "",
}
_EPISODE: Final[Mapping[str, Any]] = {
    "name": "",
    "summary": "",
    "airDate": "",
    "season": 0,
    "epNum": 0,
    "image": "",
}


def main(arguments: list[str]) -> int:
    """Do what the command line says, and return the exit code."""
    args = _parse(arguments)
    if args.command == "version":
        _log("info", "Version", Branch="main", Version=VERSION)
        return 0
    if args.command != "run":
        sys.stdout.write("Usage:\n  toonamiaftermath [command]\n")
        return 0
    cache = _load_cache(args.cache_file)
    now = datetime.now(UTC)
    listed = [channel for channel in CHANNELS if channel.name in SLUGS]
    addresses = {name: _address(args.stream_origin, name, number) for number, name in _names()}
    for channel in CHANNELS:
        _report(channel, addresses)
    guide = _guide(listed, addresses, now, args.scrape_count, cache)
    Path(args.xmltv_output).write_text(guide, "utf-8")
    Path(args.m3u_output).write_text(_playlist(addresses, rotation=now.microsecond), "utf-8")
    if args.cache_file:
        Path(args.cache_file).write_text(json.dumps({"episodeCache": cache}), "utf-8")
    return 0


def _parse(arguments: list[str]) -> argparse.Namespace:
    common = argparse.ArgumentParser(add_help=False)
    common.add_argument("--config")
    common.add_argument("-l", "--log-level", default="info")
    common.add_argument("-f", "--log-format", default="text", choices=("text", "json"))
    parser = argparse.ArgumentParser(prog="toonamiaftermath", parents=[common])
    commands = parser.add_subparsers(dest="command")
    commands.add_parser("version", parents=[common])
    run = commands.add_parser("run", parents=[common])
    run.add_argument("-m", "--m3u-output", default="index.m3u")
    run.add_argument("-x", "--xmltv-output", default="index.xml")
    run.add_argument("-C", "--cache-file", default="cache.json")
    run.add_argument("-s", "--scrape-count", type=int, default=75)
    run.add_argument("-c", "--cron-expression", default="")
    run.add_argument("--stream-origin", default="https://n4.toonamiaftermath.com:443")
    return parser.parse_args(arguments)


def _log(level: str, message: str, **fields: object) -> None:
    """Write a line as logrus does; a value that is not one word stands in quotation marks."""
    values = {"level": level, "msg": message} | dict(sorted(fields.items()))
    text = " ".join(f"{name}={_logged(value)}" for name, value in values.items())
    sys.stdout.write(f'time="{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ}" {text}\n')


def _logged(value: object) -> str:
    text = str(value).lower() if isinstance(value, bool) else str(value)
    return text if re.fullmatch(r"[\w.@/^+-]+", text) else json.dumps(text)


def _load_cache(path: str) -> dict[str, Any]:
    if not path:
        return {}
    try:
        cache = json.loads(Path(path).read_text("utf-8"))["episodeCache"]
        if cache is None:
            sys.exit("panic: assignment to entry in nil map")
        return {key: _unmarshal(found) for key, found in cache.items()}
    except OSError as err:
        _log("error", "Failed to read cache file", cacheFile=path, error=err.strerror)
    except (AttributeError, KeyError, RecursionError, TypeError, ValueError) as err:
        _log("error", "Failed to unmarshal cache data", error=err)
    return {}


def _unmarshal(found: Any) -> dict[str, Any]:
    """Read an answer as Go does: what is missing is zero, what is of another kind an error."""
    details = _fill(found, _DETAILS)
    if "episode" in found:
        details["episode"] = _fill(found["episode"], _EPISODE)
    return details


def _fill(found: Any, zeros: Mapping[str, Any]) -> dict[str, Any]:
    filled = {key: found.get(key, zero) for key, zero in zeros.items()}
    for key, value in filled.items():
        kind = type(zeros[key])
        if not isinstance(value, kind if kind is not float else (int, float)):
            raise TypeError(f"{key} is no {kind.__name__}")
        if isinstance(value, list) and not all(isinstance(item, str) for item in value):
            raise TypeError(f"{key} is not all text")
    return filled


def _names() -> Iterator[tuple[int, str]]:
    """Yield each channel's place in upstream's list, which becomes its id, and its name."""
    for number, channel in enumerate(CHANNELS, 1):
        if channel.name in SLUGS:
            yield number, channel.name


def _address(origin: str, name: str, number: int) -> str:
    delay = "?streamDelay=180" if name.endswith("West") else ""
    return f"{origin}/livehttporigin/{SLUGS[name]}/fakecl-{number:06}-playlist.m3u8{delay}"


def _report(channel: Listed, addresses: Mapping[str, str]) -> None:
    if channel.name not in addresses:
        _log("error", "Unknown Channel. Skipping.", channelName=channel.name)
        return
    _log(
        "info",
        "Channel",
        channelName=channel.name,
        channelSlug=SLUGS[channel.name],
        m3uUrl=addresses[channel.name],
        westOffset=bool(channel.delay),
    )
    if not channel.schedule:
        _log("warning", "No Guide Data. Skipping. . . ", channelName=channel.name)


def _playlist(addresses: Mapping[str, str], *, rotation: int) -> str:
    """Write the playlist; its attributes come in a different rotation on each line and run."""
    lines = ["#EXTM3U"]
    for number, name in _names():
        attributes = [
            f'channel-id="{number}"',
            'group-title="Toonami Aftermath"',
            'tvg-country="us"',
            f'tvg-id="{name}"',
            'tvg-language="en"',
            f'tvg-name="{name}"',
        ]
        first = (rotation + number * number) % len(attributes)
        lines.append(f"#EXTINF:0 {' '.join(attributes[first:] + attributes[:first])}, {name}")
        lines.append(addresses[name])
    return "\n".join(lines) + "\n"


def _guide(
    listed: list[Listed],
    addresses: Mapping[str, str],
    now: datetime,
    count: int,
    cache: dict[str, Any],
) -> str:
    lines = [f'<tv date="{now:%Y-%m-%d}" {SOURCE}>']
    numbers = {name: number for number, name in _names()}
    for channel in listed:
        lines += [
            f'  <channel id="{numbers[channel.name]}">',
            f'    <display-name lang="en">{channel.name}</display-name>',
            f"    <url>{addresses[channel.name]}</url>",
            "  </channel>",
        ]
    schedule = Schedule(lambda: now, seed=1997)
    for channel in listed:
        if channel.schedule:
            since = now - timedelta(hours=3)
            items = media(schedule, channel.schedule, since, count, cards=False, origin=PICTURES)
            lines += _programmes(items, numbers[channel.name], bool(channel.delay), cache)
    return "\n".join([*lines, "</tv>"])


def _programmes(
    items: list[dict[str, Any]], number: int, is_west: bool, cache: dict[str, Any]
) -> Iterator[str]:
    """Yield the programmes of a channel: each ends where the next in the list begins."""
    zone = "-0300" if is_west else "+0000"
    starts = [re.sub(r"\D", "", item["startDate"])[:14] for item in items]
    for place, item in enumerate(items):
        stop = f' stop="{starts[place + 1]} {zone}"' if place + 1 < len(items) else ""
        head = f'<programme start="{starts[place]} {zone}"{stop} channel="{number}">'
        children = list(_children(item, _details(item, cache)))
        if children:
            yield f"  {head}"
            yield from (f"    {child}" for child in children)
            yield "  </programme>"
        else:
            yield f"  {head}</programme>"


def _details(item: Mapping[str, Any], cache: dict[str, Any]) -> dict[str, Any]:
    info = item.get("info", {})
    name = info.get("fullname") or item.get("name") or item.get("blockName") or ""
    year = str(info.get("year", ""))
    episode = str(item.get("episodeNumber", ""))
    key = f"https://api.toonamiaftermath.com/mediaInfo?episode={episode}&name={name}&year={year}"
    if key not in cache:
        found = media_info(PICTURES, name, year, episode)
        if found is None:
            _log("warning", "No Episode Data was returned.", episodeUrl=key)
            return {}
        cache[key] = found
    return dict(cache[key])


def _children(item: Mapping[str, Any], details: Mapping[str, Any]) -> Iterator[str]:
    """Yield what stands in a programme; without details that is one title at most."""
    info = item.get("info", {})
    if title := info.get("fullname") or item.get("name") or item.get("blockName"):
        yield _element("title", title)
    if not details:
        return
    episode = details.get("episode", {})
    yield _element("title", details["name"])
    yield _element("sub-title", episode.get("name", ""))
    yield _element("desc", episode.get("summary", ""))
    yield from _credits(details)
    if aired := _date(episode.get("airDate", "")):
        yield f"<date>{aired}</date>"
    for genre in details["genres"]:
        yield _element("category", genre)
    picture = _escape(info.get("image") or episode.get("image") or details["image"])
    yield f'<icon src="{picture}"></icon>'
    if episode:
        place = f"{episode['season'] - 1}.{episode['epNum'] - 1}.0/1"
        yield f'<episode-num system="xmltv_ns">{place}</episode-num>'
    if details["contentRating"] not in ("", "Not Rated"):
        yield '<rating system="VCHIP">'
        yield f"  <value>{details['contentRating']}</value>"
        yield "</rating>"
    yield '<star-rating system="imdb">'
    yield f"  <value>{details['rating']:g}/10</value>"
    yield "</star-rating>"
    yield f"<image>{picture}</image>"


def _credits(details: Mapping[str, Any]) -> Iterator[str]:
    names = [("writer", name) for name in details["creators"]]
    names += [("producer", name) for name in details["productionCo"]]
    wanted = [(role, name) for role, name in names if name not in _UNWANTED]
    if not wanted:
        yield "<credits></credits>"
        return
    yield "<credits>"
    for role, name in wanted:
        yield f"  <{role}>{_escape(name)}</{role}>"
    yield "</credits>"


def _date(text: str) -> str:
    """Return YYYYMMDD; the first of January or of the month stands for what is not known."""
    for form in _DATE_FORMS:
        try:
            return f"{datetime.strptime(text, form).replace(tzinfo=UTC):%Y%m%d}"
        except ValueError:
            continue
    return ""


def _element(name: str, text: str) -> str:
    return f'<{name} lang="en">{_escape(text)}</{name}>'


def _escape(text: str) -> str:
    return text.translate(_ESCAPES)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
