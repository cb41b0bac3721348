"""Links at the limits of what is taken: of time, of number, and of size."""

from datetime import UTC, datetime, timedelta

import aiohttp
import pytest

from downlink.provider import aia

from .authority import Certificate
from .certificate_shop import Shop

SECOND = timedelta(seconds=1)


def test_a_link_holds_from_its_first_second_to_its_last() -> None:
    root = Certificate.root()
    link = root.authority("Middle").one
    first, last = link.not_valid_before_utc, link.not_valid_after_utc
    assert [aia.usable([link], at) for at in (first, last)] == [[link], [link]]
    assert [aia.usable([link], at) for at in (first - SECOND, last + SECOND)] == [[], []]


def test_a_root_proves_from_its_first_second_to_its_last() -> None:
    root = Certificate.root(age=5)
    link = root.authority("Middle").one
    last = root.one.not_valid_after_utc
    assert aia.proven([link], [], [root.der], last) == [link]
    assert aia.proven([link], [], [root.der], last + SECOND) == []


def test_what_is_proven_by_way_of_a_bundled_link() -> None:
    root, now = Certificate.root(), datetime.now(UTC)
    upper = root.authority("Upper")
    middle = upper.authority("Middle")
    foreign = Certificate.root("Foreign").authority("Far")
    links = [foreign.one, middle.one]
    assert aia.proven(links, [upper.one], [root.der], now) == [middle.one]
    assert aia.proven(links, [], [root.der], now) == []
    assert aia.proven(links, [upper.one], [], now) == []


@pytest.mark.parametrize(("number", "found"), [(16, 16), (17, 16)])
def test_so_many_certificates_of_a_file(number: int, found: int) -> None:
    link = Certificate.root().authority("Middle").one
    assert aia.load(aia.dump([link] * number)) == [link] * found


def test_those_that_are_no_links() -> None:
    root, now = Certificate.root(), datetime.now(UTC)
    good = root.authority("Middle")
    others = [root, root.leaf(), root.authority("Mute", may_sign=False), root.authority(" ROOT ")]
    assert aia.usable([one.one for one in (*others, good)], now) == [good.one]


async def complete(root: Certificate, leaf: Certificate, *known: Certificate) -> list[aia.Link]:
    async with aiohttp.ClientSession() as session:
        return await aia.complete(
            session,
            "127.0.0.1",
            [leaf.der],
            [one.one for one in known],
            [root.der],
            datetime.now(UTC),
        )


@pytest.mark.parametrize(("size", "is_good"), [(64 * 1024, True), (64 * 1024 + 1, False)])
async def test_the_largest_answer_of_an_authority(shop: Shop, size: int, is_good: bool) -> None:
    root = Certificate.root()
    middle = root.authority("Middle")
    shop.goods = {"/middle": middle.pem.rjust(size, b"\n")}
    leaf = middle.leaf(issuer_url=f"{shop.url}/middle")
    if is_good:
        assert await complete(root, leaf) == [middle.one]
    else:
        with pytest.raises(ValueError, match="no path to a root"):
            await complete(root, leaf)
    assert shop.asked == ["/middle"]


@pytest.mark.parametrize(
    ("length", "known", "asked", "is_good"),
    [
        pytest.param(4, 0, 4, True, id="four requests"),
        pytest.param(5, 0, 4, False, id="five requests"),
        pytest.param(5, 1, 4, True, id="five links"),
        pytest.param(6, 6, 4, False, id="six links"),
    ],
)
async def test_the_longest_way(
    shop: Shop, length: int, known: int, asked: int, is_good: bool
) -> None:
    root = above = Certificate.root()
    links: list[Certificate] = []
    for number in range(length):
        url = f"{shop.url}/{number - 1}" if number else None
        above = above.authority(f"Link {number}", issuer_url=url)
        links.append(above)
        shop.goods[f"/{number}"] = above.der
    leaf = above.leaf(issuer_url=f"{shop.url}/{length - 1}")
    if is_good:
        assert await complete(root, leaf, *links[:known]) == [one.one for one in links[::-1]]
    else:
        with pytest.raises(ValueError, match="no path to a root"):
            await complete(root, leaf, *links[:known])
    assert len(shop.asked) == asked
