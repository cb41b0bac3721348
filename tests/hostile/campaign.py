"""Send the requests that hypothesis generates."""

from hypothesis import HealthCheck, Phase, given, settings

from .guest import Guest, Secrets, check_answer
from .requests import requests


def attack(guest: Guest, secrets: Secrets, number: int) -> None:
    """Send about `number` requests; raises AssertionError with the shortest that went wrong."""

    @settings(
        max_examples=number,
        deadline=None,
        database=None,
        derandomize=True,
        phases=(Phase.explicit, Phase.generate, Phase.shrink),
        suppress_health_check=list(HealthCheck),
    )
    @given(request=requests(secrets))
    def attempt(request: tuple[bytes, bool]) -> None:
        data, knows = request
        wrong = check_answer(guest.send(data), secrets, knows=knows)
        assert not wrong or breaks_all_pages(guest, data), (wrong, data[:2000])

    attempt()


def breaks_all_pages(guest: Guest, data: bytes) -> bool:
    """Whether Home Assistant's own pages break on the same request: then it never got to us.

    2026.11 does on some Host headers where a login is needed, and on an Expect header that is no
    UTF-8 everywhere.
    """
    method, _, rest = data.partition(b" ")
    answer = guest.send(b"%s /api/config %s" % (method, rest.partition(b" ")[2]))
    return answer is not None and answer.status >= 500
