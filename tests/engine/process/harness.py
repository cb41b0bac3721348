"""Run providers in a folder of the test's own."""

from collections.abc import Callable
from pathlib import Path
import sys
import textwrap

from downlink.models import Progress
from downlink.process.command import Command
from downlink.process.runner import Output, run

GOOD = """
    import pathlib, sys
    pathlib.Path(sys.argv[1]).write_text("playlist")
    pathlib.Path(sys.argv[2]).write_text("guide")
"""


class RunnerHarness:
    """A staging folder and a cache file, and scripts that run there as providers."""

    def __init__(self, folder: Path) -> None:
        self.staging = folder / "staging"
        self.cache = folder / "provider" / "cache.json"

    def script(self, *code: str, bundled: bool = False) -> Command:
        text = "".join(textwrap.dedent(part) for part in code)
        argv = (sys.executable, "-c", text, "{m3u}", "{xmltv}", "{cache}")
        return Command(argv=argv, name="The test", is_bundled=bundled)

    async def run(
        self,
        command: Command,
        *,
        timeout: float = 20,
        failures: int = 0,
        on_progress: Callable[[Progress], None] | None = None,
    ) -> Output:
        return await run(
            command,
            staging=self.staging,
            cache_file=self.cache,
            timeout=timeout,
            failures=failures,
            on_progress=on_progress,
        )

    @property
    def left_over(self) -> list[str]:
        return sorted(path.name for path in self.staging.iterdir())
