"""The guest tries whatever hypothesis thinks of."""

from hypothesis import HealthCheck, Phase, given, settings

from .guest import Guest, Secrets, judge
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
        wrong = judge(guest.send(data), secrets, knows=knows)
        assert not wrong, (wrong, data[:2000])

    attempt()
