"""Run the ingest in a process of its own, and publish what it made."""

import asyncio
from collections.abc import Callable, Mapping
import hashlib
import json
from pathlib import Path
import sys
from typing import Any, Final

from ..errors import CannotWriteError, FeedError, ProviderTimedOutError
from ..files import read_limited, write_whole
from ..ingest.past import AiredByChannel
from ..limits import MIB
from ..lineup import Lineup
from ..process.runner import Output, run_own, working_folder
from .ingest_worker import (
    AIRED,
    ANSWER,
    GUIDE,
    PLAYLIST,
    PREVIOUS,
    REFUSED,
    REQUEST,
    RESULT,
    Request,
    aired_to_json,
)
from .store import Generation, Store, write_generation

ENGINE_DIR: Final = Path(__file__).parents[2]
STOPPED: Final = "stopped.json"
"""Remembers in the data folder the files that the last process did not get through."""
_MAX_ANSWER_BYTES: Final = MIB


async def ingest_and_publish(
    output: Output,
    request: Request,
    folder: Path,
    *,
    aired: AiredByChannel,
    staging: Path,
    previous: Generation | None,
    timeout: float,
    insist: bool,
    publishing: Callable[[], None],
) -> tuple[Generation, Lineup]:
    """Make a feed of a provider's files and publish it in the data folder `folder`.

    `aired` is what was on in the past that the feed shows. The process has `timeout` seconds and
    the memory of a provider. Files that it did not get through are remembered and refused at once
    the next time, unless `insist` is set. `publishing` is called between the two steps. Raises
    FeedError, StoreError or CannotWriteError; then nothing has changed.
    """
    digest = await asyncio.to_thread(_digest, output)
    stopped = await asyncio.to_thread(_read_stopped, folder)
    if not insist and stopped.get("digest") == digest:
        raise FeedError(GUIDE, f"{stopped['why']}, and has not changed since")
    async with working_folder(staging) as working:
        await asyncio.to_thread(_prepare, working, output, request, aired, previous)
        try:
            lineup = await _run(working, timeout)
        except _StoppedError as err:
            await asyncio.to_thread(_remember, folder, digest, err.why)
            raise FeedError(GUIDE, err.why) from err
        publishing()
        generation = await asyncio.to_thread(Store(folder).adopt, working / RESULT)
    if stopped:
        await asyncio.to_thread((folder / STOPPED).unlink, missing_ok=True)
    return generation, lineup


class _StoppedError(Exception):
    """The process did not come to an end by itself, or not to one of its own."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


async def _run(working: Path, timeout: float) -> Lineup:
    argv = (sys.executable, "-I", str(ENGINE_DIR), "ingest", str(working))
    try:
        code, said = await run_own(argv, working, timeout)
    except ProviderTimedOutError as err:
        raise _StoppedError(f"reading it took longer than {timeout:g} seconds") from err
    if code == CannotWriteError.exit_code:
        raise CannotWriteError(f"The data folder cannot be written: {said}.")
    if code not in {0, REFUSED}:
        raise _StoppedError(f"reading it ended with code {code}: {said or 'nothing was said'}")
    try:
        data = await asyncio.to_thread(read_limited, working / ANSWER, _MAX_ANSWER_BYTES)
        answer: dict[str, Any] = json.loads(data)
        if code == REFUSED:
            raise FeedError(answer["file"], answer["why"], line=answer["line"])
        return Lineup({str(key): int(number) for key, number in answer["assigned"].items()})
    except (OSError, AttributeError, KeyError, TypeError, ValueError) as err:
        raise _StoppedError(f"reading it ended without an answer: {err!r}") from err


def _prepare(
    working: Path,
    output: Output,
    request: Request,
    aired: AiredByChannel,
    previous: Generation | None,
) -> None:
    try:
        (working / PLAYLIST).write_bytes(output.playlist)
        (working / GUIDE).write_bytes(output.guide)
        (working / REQUEST).write_text(request.to_json())
        (working / AIRED).write_text(aired_to_json(aired))
        if previous:
            (working / PREVIOUS).mkdir()
            write_generation(
                working / PREVIOUS,
                previous.feed,
                previous.report,
                previous.playlist,
                previous.guide,
            )
    except OSError as err:
        raise CannotWriteError(f"The data folder cannot be written: {err.strerror}.") from err


def _digest(output: Output) -> str:
    digest = hashlib.sha256(str(len(output.playlist)).encode())
    digest.update(output.playlist)
    digest.update(output.guide)
    return digest.hexdigest()


def _read_stopped(folder: Path) -> Mapping[str, str]:
    try:
        data = json.loads(read_limited(folder / STOPPED, _MAX_ANSWER_BYTES))
        return {"digest": str(data["digest"]), "why": str(data["why"])}
    except OSError, KeyError, TypeError, ValueError:
        return {}


def _remember(folder: Path, digest: str, why: str) -> None:
    content = json.dumps({"digest": digest, "why": why}).encode()
    write_whole({folder / STOPPED: content})
