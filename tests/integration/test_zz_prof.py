import cProfile, pstats, asyncio
from urllib.parse import urlencode
from .stations import open_station
from .watching import served
async def test_prof(hass, hass_client_no_auth, socket_enabled):
    station = await open_station(hass, hass_client_no_auth)
    async with served(hass) as (host,port):
        for what in ("playlist304","short"):
            if what=="short":
                args=[f"http://{host}:{port}/player_api.php?"+urlencode({**station.login,"action":"get_short_epg","stream_id":"1"})]
            else:
                args=["-H",'If-None-Match: *',f"http://{host}:{port}{station.base}/playlist.m3u"]
            p=cProfile.Profile(); p.enable()
            pr=await asyncio.create_subprocess_exec("wrk","-t1","-c16","-d4s",*args, stdout=asyncio.subprocess.PIPE)
            out,_=await pr.communicate()
            p.disable()
            print(out.decode()[-120:])
            pstats.Stats(p).sort_stats("tottime").print_stats(38)
