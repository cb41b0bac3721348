"""Run tests again and again, each time in a fork that knows already what others have written.

A program: it takes two descriptors, for requests and for answers, and the arguments of pytest. A
request is a line of JSON with ``arguments`` (more of them), ``output`` (a file) and ``seconds``;
the answer is the exit code of pytest, or null when the time was over. What belongs to the folder in
which it runs is imported anew each time. Importing Home Assistant takes longer than most tests.
"""

from collections.abc import Iterable
from contextlib import suppress
import gc
import importlib
import json
import os
from pathlib import Path
import select
import signal
import sys
from typing import Any
import warnings

import pytest


class Forking:
    """A plugin of pytest that never gets beyond the import of plugins, but for its forks."""

    def __init__(self, requests: int, answers: int) -> None:
        """Take the descriptors."""
        self._requests, self._answers = requests, answers
        self._tree = Path.cwd()
        self._learnt = -1
        """Where a fork says what it has imported."""
        self._known: frozenset[str] = frozenset()

    @pytest.hookimpl(tryfirst=True)
    def pytest_load_initial_conftests(self, early_config: pytest.Config, args: list[str]) -> None:
        """Serve; a fork returns, and goes on as pytest does."""
        os.chdir("/")  # whoever ends what works in the folder leaves this process alone
        with open(self._requests, encoding="utf-8") as requests:  # noqa: PTH123  # a descriptor
            for line in requests:
                request = json.loads(line)
                self._learnt = os.memfd_create("learnt")
                self._known = frozenset(sys.modules)
                gc.freeze()
                pid = os.fork()
                if pid == 0:
                    self._begin(request, early_config, args)
                    return
                code = _wait(pid, request["seconds"])
                os.write(self._answers, json.dumps(code).encode() + b"\n")
                self._learn()
        os._exit(0)

    def _begin(self, request: dict[str, Any], config: pytest.Config, args: list[str]) -> None:
        os.setsid()
        os.chdir(self._tree)
        output = os.open(request["output"], os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
        for descriptor in (1, 2):
            os.dup2(output, descriptor)
        for descriptor in (output, self._answers):
            os.close(descriptor)
        args.extend(request["arguments"])
        config.known_args_namespace.file_or_dir = request["arguments"]

    def pytest_sessionfinish(self) -> None:
        """Say what was imported from elsewhere."""
        found = [
            name for name, module in list(sys.modules.items()) if self._is_others(name, module)
        ]
        os.write(self._learnt, json.dumps(found).encode())

    def _is_others(self, name: str, module: object) -> bool:
        file = getattr(module, "__file__", None) or self._tree
        return name not in self._known and not Path(file).is_relative_to(self._tree)

    def _learn(self) -> None:
        """Import what the last fork had to import."""
        os.lseek(self._learnt, 0, os.SEEK_SET)
        with open(self._learnt, encoding="utf-8") as file:  # noqa: PTH123  # a descriptor
            text = file.read()
        _import(json.loads(text) if text else ())


def _import(names: Iterable[str]) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for name in names:
            with suppress(Exception):
                importlib.import_module(name)


def _wait(pid: int, seconds: float) -> int | None:
    """Wait for a fork, then end its group; return its exit code, None if that took too long."""
    watched = os.pidfd_open(pid)
    has_ended = bool(select.select([watched], [], [], seconds)[0])
    os.close(watched)
    with suppress(ProcessLookupError):
        os.killpg(pid, signal.SIGKILL)
    _, status = os.waitpid(pid, 0)
    return os.waitstatus_to_exitcode(status) if has_ended else None


def main() -> int:
    """Run pytest as far as the import of plugins, and serve."""
    requests, answers, *arguments = sys.argv[1:]
    sys.path[0] = str(Path.cwd())
    return pytest.main(arguments, plugins=[Forking(int(requests), int(answers))])


if __name__ == "__main__":
    sys.exit(main())
