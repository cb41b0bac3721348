"""A real Kodi without a screen: its own home folder, X server and sound server."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
import itertools
import json
from pathlib import Path
import shutil
import socket
from types import TracebackType
from typing import Any, Final, Self
from urllib.parse import urlencode

from scripts.lib.develop.feed import Access
from scripts.lib.develop.home import HOST, free_port
from scripts.lib.develop.processes import Child
from scripts.lib.develop.waiting import wait_for

PROGRAM: Final = Path("/usr/lib/x86_64-linux-gnu/kodi/kodi.bin")
ADD_ON: Final = "pvr.iptvsimple"
START_TIMEOUT: Final = 120.0
_SOUND: Final = (
    *("pulseaudio", "-n", "--daemonize=no", "--exit-idle-time=-1", "--use-pid-file=no"),
    *("--disallow-exit", "--load=module-null-sink"),
)
_ADVANCED: Final = """\
<advancedsettings version="1.0">
  <jsonrpc><tcpport>{port}</tcpport></jsonrpc>
</advancedsettings>
"""
# The guide's address is left out: it has to be found in the playlist.
_SETTINGS: Final = """\
<settings version="2">
  <setting id="m3uPathType">1</setting>
  <setting id="m3uUrl">{playlist}</setting>
  <setting id="m3uCache">false</setting>
  <setting id="epgPathType">1</setting>
  <setting id="epgUrl"></setting>
  <setting id="epgCache">false</setting>
  <setting id="catchupEnabled">true</setting>
</settings>
"""


def is_installed() -> bool:
    """Whether everything that this needs is there."""
    programs = ("Xvfb", "pulseaudio")
    return PROGRAM.exists() and all(shutil.which(program) for program in programs)


def playlist(access: Access, kind: str) -> str:
    """Return one of the playlists that a user might give to Kodi: ``feed`` (HLS) or ``ts``."""
    if kind == "feed":
        return access.playlist_url
    login = {key: access.xtream[key] for key in ("username", "password")}
    query = urlencode({**login, "type": "m3u_plus", "output": kind})
    return f"{access.xtream['server']}/get.php?{query}"


class Kodi:
    """A Kodi that reads a playlist: a context in which ``call`` asks it."""

    def __init__(self, folder: Path, playlist: str, zone: str = "UTC") -> None:
        """Read that playlist, in a house of that time zone."""
        self._folder = folder
        self._playlist = playlist
        self._zone = zone
        self._port = free_port()
        self.display = ""
        """The X screen that it shows everything on, once it has been started."""
        self._ids = itertools.count(1)
        self._stack = ExitStack()

    def __enter__(self) -> Self:
        """Start it and wait until it has read the playlist."""
        userdata = self._folder / ".kodi" / "userdata"
        settings = userdata / "addon_data" / ADD_ON / "settings.xml"
        # In a folder that is there already, it goes on with what it remembers.
        settings.parent.mkdir(parents=True, exist_ok=True)
        settings.write_text(_SETTINGS.format(playlist=self._playlist.replace("&", "&amp;")))
        (userdata / "advancedsettings.xml").write_text(_ADVANCED.format(port=self._port))
        try:
            self._start()
        except BaseException:
            self._stack.close()
            raise
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """End everything."""
        self._stack.close()

    def _start(self) -> None:
        screen = self._child("Xvfb", ["Xvfb", "-displayfd", "1", "-screen", "0", "800x600x24"])
        number = wait_for(lambda: screen.log.read_text().split("\n")[0], "No X server", 30)
        self.display = f":{number}"
        sound = self._folder / "sound"
        self._child("PulseAudio", [*_SOUND, f"--load=module-native-protocol-unix socket={sound}"])
        wait_for(sound.exists, "No sound server", 30)
        kodi = self._child(
            "Kodi",
            [str(PROGRAM), "--standalone"],
            DISPLAY=self.display,
            LIBGL_ALWAYS_SOFTWARE="1",
            KODI_AE_SINK="PULSE",
            TZ=self._zone,
            PULSE_SERVER=f"unix:{sound}",
        )
        wait_for(lambda: self._answers(kodi), "Kodi did not start", START_TIMEOUT, kodi.tail)
        self.call("Addons.SetAddonEnabled", addonid=ADD_ON, enabled=True)
        wait_for(self._has_channels, "Kodi did not read the playlist", START_TIMEOUT, kodi.tail)

    def _child(self, name: str, argv: list[str], **environment: str) -> Child:
        home = {"HOME": str(self._folder), "XDG_RUNTIME_DIR": str(self._folder), **environment}
        log = self._folder / f"{name}.log"
        return self._stack.enter_context(Child(name, argv, log=log, cwd=self._folder, env=home))

    def _answers(self, kodi: Child) -> bool:
        kodi.check()
        try:
            return bool(self.call("JSONRPC.Ping") == "pong")
        except OSError:
            return False

    def _has_channels(self) -> bool:
        try:
            return bool(self.channels("alltv"))
        except KodiError:
            return False  # television is not ready yet

    def call(self, method: str, **parameters: Any) -> Any:
        """Call one of Kodi's methods. Raises KodiError, or OSError when it does not listen."""
        identity = next(self._ids)
        message = {"jsonrpc": "2.0", "id": identity, "method": method, "params": parameters}
        with socket.create_connection((HOST, self._port), timeout=30) as connection:
            connection.sendall(json.dumps(message).encode())
            decoder, text = json.JSONDecoder(), ""
            while data := connection.recv(65536):
                text += data.decode()
                # What happens in Kodi is told in between.
                for answer in _values(decoder, text):
                    if answer.get("id") == identity:
                        if "error" in answer:
                            raise KodiError(answer["error"])
                        return answer["result"]
        raise KodiError(f"no answer to {method}")

    def channels(self, group: str) -> list[dict[str, Any]]:
        """Return the channels of a group: ``alltv`` or ``allradio``."""
        found: list[dict[str, Any]] = self.call(
            "PVR.GetChannels",
            channelgroupid=group,
            properties=["channelnumber", "uniqueid", "icon", "channeltype", "broadcastnow"],
        ).get("channels", [])
        return found

    @contextmanager
    def watching(
        self, channel: int, kind: str = "channelid", favourite: str | None = None
    ) -> Iterator[None]:
        """Watch a channel that has begun to play; or ``broadcastid``, ``recordingid``.

        With the path of a `favourite`, that is what is opened.
        """
        self.call("Player.Open", item={"file": favourite} if favourite else {kind: channel})
        wait_for(lambda: self._plays(channel), "Kodi does not play", 60)
        wait_for(self._asks_nothing, "Kodi asks questions over the picture", 30)
        yield
        (player,) = self.call("Player.GetActivePlayers")
        self.call("Player.Stop", playerid=player["playerid"])
        wait_for(lambda: not self.call("Player.GetActivePlayers"), "Kodi goes on playing", 60)

    def _plays(self, channel: int) -> bool:
        # On the way from television to radio there are two players for a moment.
        players = self.call("Player.GetActivePlayers")
        if len(players) != 1:
            return False
        player = players[0]["playerid"]
        names = ["speed", "time", "currentaudiostream"]
        state = self.call("Player.GetProperties", playerid=player, properties=names)
        shown = self.call("Player.GetItem", playerid=player)["item"]["id"]
        return bool(shown == channel and state["speed"] == 1 and state["currentaudiostream"])

    @property
    def seconds(self) -> int:
        """Where it is in what it plays, by its own clock."""
        (player,) = self.call("Player.GetActivePlayers")
        state = self.call("Player.GetProperties", playerid=player["playerid"], properties=["time"])
        time: dict[str, int] = state["time"]
        return time["hours"] * 3600 + time["minutes"] * 60 + time["seconds"]

    def seek(self, seconds: int) -> None:
        """Wind to a place in what it plays."""
        (player,) = self.call("Player.GetActivePlayers")
        time = {"hours": 0, "minutes": seconds // 60, "seconds": seconds % 60, "milliseconds": 0}
        self.call("Player.Seek", playerid=player["playerid"], value={"time": time})

    def _asks_nothing(self) -> bool:
        """Whether no question covers the picture; one that does is sent away."""
        is_asked = "System.HasActiveModalDialog"
        asks: bool = self.call("XBMC.GetInfoBooleans", booleans=[is_asked])[is_asked]
        if asks:
            self.call("Input.Back")
        return not asks

    @property
    def opened(self) -> int:
        """How often it has opened something to be played, by its own log."""
        log = self._folder / ".kodi" / "temp" / "kodi.log"
        return log.read_text("utf-8", "replace").count("VideoPlayer::OpenFile")

    def add_favourite(self, channel: dict[str, Any]) -> None:
        """Let a television channel be a favourite, under the path that its own list has for it."""
        path = f"pvr://channels/tv/All%20channels/0@{ADD_ON}_{channel['uniqueid']}.pvr"
        self.call("Favourites.AddFavourite", title=channel["label"], type="media", path=path)

    def favourites(self) -> dict[str, str]:
        """Return the paths of the favourites, by title."""
        found = self.call("Favourites.GetFavourites", properties=["path"])["favourites"] or []
        return {one["title"]: one["path"] for one in found}

    def groups(self, kind: str) -> list[str]:
        """Return the names of the groups of ``tv`` or ``radio`` channels."""
        found = self.call("PVR.GetChannelGroups", channeltype=kind)
        return [group["label"] for group in found["channelgroups"]]

    def broadcasts(self, channel: int) -> list[dict[str, Any]]:
        """Return the guide of a channel; it takes Kodi a minute to give out a ``broadcastid``."""
        found: list[dict[str, Any]] = self.call(
            "PVR.GetBroadcasts",
            channelid=channel,
            properties=[
                "title",
                "starttime",
                "episodename",
                "seasonnum",
                "episodenum",
                "episodepart",
                "firstaired",
                "isseries",
            ],
        ).get("broadcasts", [])
        return found

    def recordings(self) -> dict[str, int]:
        """Return the recordings that it lists: their ids, by title."""
        found = self.call("PVR.GetRecordings", properties=["title"]).get("recordings", [])
        return {one["title"]: one["recordingid"] for one in found}

    def marks(self, channels: int) -> dict[str, set[str]]:
        """Return what the list of television channels shows of what is on, by channel name.

        That is ``New`` or ``Premiere``: Kodi tells such marks to its skins alone, of the item that
        has the focus.
        """
        found: dict[str, set[str]] = {}
        keys = {f"ListItem.Is{mark}": mark for mark in ("New", "Premiere")}
        is_open, is_asked = "Window.IsActive(tvchannels)", "System.HasActiveModalDialog"
        name = "ListItem.ChannelName"

        def focused() -> str:
            label: str = self.call("XBMC.GetInfoLabels", labels=[name])[name]
            return label

        def look() -> bool:
            channel = focused()
            told = self.call("XBMC.GetInfoBooleans", booleans=[*keys, is_open, is_asked])
            if told[is_asked]:
                self.call("Input.Back")  # no window opens behind the question
            elif not told[is_open]:
                self.call("GUI.ActivateWindow", window="tvchannels")
            elif channel and channel == focused():
                found[channel] = {mark for key, mark in keys.items() if told[key]}
                self.call("Input.Down")
            return len(found) == channels

        wait_for(look, "Kodi does not list the channels", 60, lambda: str(found))
        return found


class KodiError(Exception):
    """What Kodi says is wrong."""


def _values(decoder: json.JSONDecoder, text: str) -> list[dict[str, Any]]:
    """Return the JSON values that are whole."""
    values: list[dict[str, Any]] = []
    position = 0
    while position < len(text):
        try:
            value, position = decoder.raw_decode(text, position)
        except ValueError:
            break
        values.append(value)
    return values
