"""A provider command whose titles are meant to do harm: ``hostile_cli.py run --m3u-output …``."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
import sys
from typing import Final
from xml.sax.saxutils import escape, quoteattr

CHANNELS: Final = (
    "Toonami Aftermath East",
    "Toonami Aftermath West",
    "Snickelodeon East",
    "Snickelodeon West",
    "MTV97",
    "Movies",
    "Toonami Aftermath Radio",
)
TITLES: Final = (
    '<img src=x onerror="window.hacked=1">',
    "\"'><script>window.hacked=1</script>",
    "مغامرات في الفضاء الخارجي",
    "A title of five hundred characters " + "and more " * 51 + "and so",
    "${window.hacked=1} {{7*7}} &lt;b&gt;",
    "🚀" * 40,
)
STEP: Final = timedelta(minutes=30)
COUNT: Final = 100


def playlist() -> str:
    """Return the channels, with addresses that nothing answers at."""
    lines = ["#EXTM3U"]
    for name in CHANNELS:
        lines += [f'#EXTINF:-1 tvg-id="{name}",{name}', f"https://streams.invalid/{len(name)}.m3u8"]
    return "\n".join(lines) + "\n"


def guide(now: datetime) -> str:
    """Return the titles in turn; the first of them is on now."""
    parts = [
        f"<channel id={quoteattr(n)}><display-name>{n}</display-name></channel>" for n in CHANNELS
    ]
    for name in CHANNELS:
        for index in range(COUNT):
            start = now - STEP / 3 + index * STEP
            times = [time.strftime("%Y%m%d%H%M%S %z") for time in (start, start + STEP)]
            title, subtitle, about = (escape(TITLES[(index + i) % len(TITLES)]) for i in range(3))
            parts.append(
                f'<programme start="{times[0]}" stop="{times[1]}" channel={quoteattr(name)}>'
                f"<title>{title}</title><sub-title>{subtitle}</sub-title><desc>{about}</desc>"
                '<icon src="javascript:window.hacked=1"/></programme>'
            )
    return f"<tv>{''.join(parts)}</tv>"


def main(arguments: list[str]) -> int:
    """Write both files where they are wanted."""
    if arguments[:1] == ["run"]:
        Path(arguments[arguments.index("--m3u-output") + 1]).write_text(playlist(), "utf-8")
        xmltv = Path(arguments[arguments.index("--xmltv-output") + 1])
        xmltv.write_text(guide(datetime.now(UTC)), "utf-8")
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
