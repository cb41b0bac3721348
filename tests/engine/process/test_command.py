"""Command lines at the limits of what is taken."""

from pathlib import Path

import pytest

from downlink.errors import UsageError
from downlink.process.command import bundled_command, parse_command

APPENDED = ("--m3u-output", "{m3u}", "--xmltv-output", "{xmltv}", "--cache-file", "{cache}")


def test_longest_command() -> None:
    assert parse_command("x" * 4096).name == "x" * 4096
    with pytest.raises(UsageError, match="too long"):
        parse_command("x" * 4097)


@pytest.mark.parametrize("line", ["", " ", "'' run", "a\nb", "a\x00", "'a"])
def test_what_is_no_command(line: str) -> None:
    with pytest.raises(UsageError):
        parse_command(line)


@pytest.mark.parametrize("line", ["a {m3u}", "a {xmltv}", "a {m3u} {m3u} {cache}"])
def test_one_place_alone_is_refused(line: str) -> None:
    with pytest.raises(UsageError, match="both"):
        parse_command(line)


@pytest.mark.parametrize(
    ("line", "argv", "program"),
    [
        ("/bin/cli", ("/bin/cli", "run"), ("/bin/cli",)),
        ("run", ("run", "run"), ("run",)),
        ("cli run -s 5", ("cli", "run", "-s", "5"), ("cli",)),
        ("cli run -s=5 -l info", ("cli", "run", "-s=5", "-l", "info"), ("cli",)),
        ("cli run --log-level", ("cli", "run", "--log-level"), ("cli",)),
        ("docker run --rm a", ("docker", "run", "--rm", "a"), ()),
        ("docker run image run", ("docker", "run", "image", "run"), ("docker", "run", "image")),
        ("cli run -ss 5", ("cli", "run", "-ss", "5"), ()),
        ("cli run -s 5 6", ("cli", "run", "-s", "5", "6"), ()),
        ("cli {cache}", ("cli", "{cache}", "run"), ("cli", "{cache}")),
    ],
)
def test_what_is_appended(line: str, argv: tuple[str, ...], program: tuple[str, ...]) -> None:
    command = parse_command(line)
    assert command.argv == (*argv, *APPENDED)
    assert command.program == program
    assert not command.is_bundled


def test_with_both_places_nothing_is_appended() -> None:
    command = parse_command("/usr/bin/own {xmltv} {m3u}")
    assert command.argv == ("/usr/bin/own", "{xmltv}", "{m3u}")
    assert (command.name, command.program, command.is_bundled) == ("own", (), False)


@pytest.mark.parametrize("verify_tls", [True, False])
def test_certificates_are_checked_unless_told_otherwise(verify_tls: bool) -> None:
    command = bundled_command(
        Path("/engine"), api_url="https://a", guide_days=3, verify_tls=verify_tls, python="py"
    )
    assert ("--insecure" in command.argv) is not verify_tls
    assert command.program == command.argv[:3] == ("py", "-I", "/engine")
    assert command.argv[command.argv.index("--guide-days") + 1] == "3"
    assert command.is_bundled
