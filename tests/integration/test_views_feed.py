from .stations import MIDNIGHT, NOON, Station, open_station
from .raw import raw_request
import pytest
@pytest.fixture
async def station(hass, hass_client_no_auth, freezer):
    freezer.move_to(NOON)
    return await open_station(hass, hass_client_no_auth)

async def test_x(station, socket_enabled):
    q = "username={username}&password={password}".format(**station.login)
    print(await raw_request(station, f"GET //player_api.php?{q} HTTP/1.1\nHost: x.y:1"))
    print(await raw_request(station, f"GET /player_api.php?{q} HTTP/1.1\nHost: x.y:1\nHost: evil"))
    print(await raw_request(station, f"GET /player_api.php?{q} HTTP/1.1"))
    print(await raw_request(station, f"GET /player_api.php?{q} HTTP/1.0"))
    print(await raw_request(station, f"GET /player_api.php?{q} HTTP/1.0\nHost: evil<script>"))
    print(await raw_request(station, f"GET http://abs.example:99/player_api.php?{q} HTTP/1.1\nHost: other"))
    print(await raw_request(station, f"HEAD /player_api.php?{q} HTTP/1.1\nHost: other"))
