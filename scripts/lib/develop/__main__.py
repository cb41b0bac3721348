"""The upstream, Home Assistant and the integration, started together; see scripts/develop."""

import argparse
from collections.abc import Mapping
from contextlib import ExitStack
import fcntl
import json
import os
from pathlib import Path
import signal
import sys
from types import FrameType
from typing import Any, Final

from .accounts import PASSWORD, USER
from .check import check
from .feed import Access, wait_for_feed
from .flow import entry_id, set_up
from .home import ROOT, Home
from .upstream import Upstream
from .waiting import DevelopError

LIVE_API: Final = "https://api.toonamiaftermath.com"
MEMORY: Final = "develop-memory.json"
"""What the entry was set up with, and the port of the upstream, so that both stay."""
RESULT: Final = "develop.json"


def _parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="scripts/develop",
        description="Start a real Home Assistant with Toonami Downlink set up in it.",
    )
    source = parser.add_mutually_exclusive_group()
    source.add_argument("--live", action="store_true", help="use the real upstream")
    source.add_argument("--api-url", metavar="URL", help="use the upstream at this address")
    source.add_argument("--provider-command", metavar="CMD", help="use another provider")
    parser.add_argument("--port", type=int, default=8123, help="0 takes any that is free")
    parser.add_argument("--config", type=Path, metavar="DIR", default=ROOT / ".dev" / "config")
    parser.add_argument("--once", action="store_true", help="check the feed, and end: 0 or 1")
    return parser.parse_args()


def main() -> int:
    """Run until interrupted; return the exit code."""
    args = _parse()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, _interrupt)
    try:
        with ExitStack() as stack:
            return _run(args, stack)
    except DevelopError as err:
        print(f"error: {err}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("Stopped.", file=sys.stderr)
        return 130


def _interrupt(number: int, frame: FrameType | None) -> None:
    # Only the first one: what ends things must not be interrupted itself.
    for each in (signal.SIGINT, signal.SIGTERM):
        signal.signal(each, signal.SIG_IGN)
    raise KeyboardInterrupt


def _run(args: argparse.Namespace, stack: ExitStack) -> int:
    folder: Path = args.config.absolute()
    folder.mkdir(parents=True, exist_ok=True)
    _lock(folder, stack)
    memory = _Memory(folder / MEMORY)
    provider, fields, environment = _provider(args, memory, folder, stack)
    home = Home(folder, args.port, env=environment)
    say(f"Starting Home Assistant in {folder}")
    stack.callback(home.stop)
    home.start()
    wanted = {"provider": provider, **fields}
    if entry_id(home.client) is None or memory.get("entry") != wanted:
        say("Setting up the integration; the first refresh may take a while")
        set_up(home.client, provider, fields)
        memory.set("entry", wanted)
    access = wait_for_feed(home.client)
    result = folder / RESULT
    stack.callback(result.unlink, missing_ok=True)
    _write(result, _summary(home, access))
    if args.once:
        return _check(home, access, streams=not args.provider_command)
    _announce(home, access)
    code = home.wait()
    raise DevelopError(f"Home Assistant ended with exit code {code}.")


def _lock(folder: Path, stack: ExitStack) -> None:
    """Keep others out of the folder until this process ends."""
    lock = stack.enter_context((folder / "develop.lock").open("w"))
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as err:
        raise DevelopError(
            f"Another scripts/develop runs in {folder}: end it, or use another --config."
        ) from err


def _provider(
    args: argparse.Namespace, memory: _Memory, folder: Path, stack: ExitStack
) -> tuple[str, Mapping[str, object], Mapping[str, str]]:
    """Return which provider to choose in the dialog, and the fields to fill in.

    The last is what Home Assistant needs in its environment to trust it.
    """
    if args.provider_command:
        return "command", {"provider_command": args.provider_command}, {}
    if args.live or args.api_url:
        return "bundled", {"api_url": args.api_url or LIVE_API, "verify_tls": True}, {}
    say("Starting the simulated upstream")
    upstream = _start_upstream(folder / "upstream-output.log", memory, stack)
    return "bundled", {"api_url": upstream.url, "verify_tls": True}, upstream.environment


def _start_upstream(log: Path, memory: _Memory, stack: ExitStack) -> Upstream:
    """Start it on the port that it had before, or on any other if that is taken now."""
    ports = [str(port) for port in (memory.get("upstream_port"), 0) if port is not None]
    for port in ports:
        upstream = Upstream(log, ["--port", port], nodes=True)
        stack.callback(upstream.stop)
        try:
            upstream.start()
        except DevelopError:
            if port == ports[-1]:
                raise
        else:
            memory.set("upstream_port", int(upstream.url.rpartition(":")[2]))
            return upstream
    raise AssertionError(ports)


class _Memory:
    """What one start leaves to the next one on the same folder."""

    def __init__(self, path: Path) -> None:
        self._path = path
        try:
            self._data: dict[str, Any] = json.loads(path.read_text("utf-8"))
        except OSError, ValueError:
            self._data = {}

    def get(self, name: str) -> Any:
        return self._data.get(name)

    def set(self, name: str, value: object) -> None:
        self._data[name] = value
        _write(self._path, self._data)


def _summary(home: Home, access: Access) -> dict[str, Any]:
    return {
        "pid": os.getpid(),
        "base_url": home.base_url,
        "access_token": home.client.access_token,
        "refresh_token": home.client.tokens["refresh_token"],
        "playlist_url": access.playlist_url,
        "guide_url": access.guide_url,
        "xtream": dict(access.xtream),
    }


def _write(path: Path, data: Mapping[str, Any]) -> None:
    """Write a file that only the user may read, in one step."""
    new = path.with_suffix(".new")
    new.unlink(missing_ok=True)
    new.touch(0o600)
    new.write_text(json.dumps(data, indent=2) + "\n", "utf-8")
    new.replace(path)


def _check(home: Home, access: Access, *, streams: bool) -> int:
    findings = list(check(home, access, streams=streams))
    for finding in findings:
        print(f"{'ok   ' if finding.good else 'WRONG'} {finding.text}")
    return 0 if all(finding.good for finding in findings) else 1


def _announce(home: Home, access: Access) -> None:
    print(
        f"""
  Panel     {home.base_url}/toonami-downlink   (user {USER}, password {PASSWORD})
  Playlist  {access.playlist_url}
  Guide     {access.guide_url}
  Xtream    {access.xtream["server"]}   {access.xtream["username"]} / {access.xtream["password"]}
  Log       {home.folder / "home-assistant.log"}

  Ctrl+C ends it.
""",
        flush=True,
    )


def say(text: str) -> None:
    """Tell what is going on, on standard error."""
    print(text, file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
