// Print the addresses that players make of a moment, for the zone that this process is in.
//   TZ=Asia/Tokyo node timeshift_urls.mjs SERVER USERNAME PASSWORD PLAYLIST CHANNEL SECONDS
// Each player's way is written down from what it documents; none of its code is here.
import { Xtream } from "@iptv/xtream-api";

const [url, username, password, playlist, channel, seconds] = process.argv.slice(2);
const start = new Date(seconds * 1000);
const minutes = 1;
const login = new URLSearchParams({ username, password });
const ask = async (query) => (await fetch(`${url}/player_api.php?${login}${query}`)).json();
const path = (at) => `${url}/timeshift/${username}/${password}/${minutes}/${at}/${channel}`;
const php = (at) => {
  const more = new URLSearchParams({ stream: channel, start: at, duration: minutes });
  return `${url}/streaming/timeshift.php?${login}&${more}`;
};

/** A moment as the clocks of a zone show it, YYYY-MM-DD:HH-MM; without a zone, those of this one. */
function clock(moment, timeZone) {
  const parts = new Intl.DateTimeFormat("en", {
    ...{ timeZone, hourCycle: "h23", year: "numeric" },
    ...{ month: "2-digit", day: "2-digit", hour: "2-digit", minute: "2-digit" },
  }).formatToParts(moment);
  const { year, month, day, hour, minute } = Object.fromEntries(
    parts.map(({ type, value }) => [type, value]),
  );
  return `${year}-${month}-${day}:${hour}-${minute}`;
}

/** iptvnator goes by the zone that the server says it is in (its pull requests 885 and 1563). */
async function iptvnator() {
  const { server_info: server } = await ask("");
  const at = clock(start, server.timezone);
  return [`${path(at)}.ts`, `${path(at)}.m3u8`, php(at), `${php(at)}&extension=m3u8`];
}

/** What iptvnator did before (its issue 1562): it went by the viewer's own clock. */
const byOwnClock = [`${path(clock(start))}.ts`, php(clock(start))];

/**
 * The players that Dispatcharr answers (its pull request 1242) take the times of the guide as they
 * are written there. The moment is a whole number of minutes after a programme's beginning.
 */
async function xtreamCodes() {
  const { epg_listings: listings } = await ask(`&action=get_simple_data_table&stream_id=${channel}`);
  const shown = listings.find(
    (one) => Number(one.start_timestamp) <= seconds && seconds < Number(one.stop_timestamp),
  );
  const [year, month, day, hour, minute, second] = shown.start.split(/\D/).map(Number);
  const into = seconds - Number(shown.start_timestamp);
  // Reckoned as if it were UTC: only the figures are of interest, not what they mean here.
  const figures = new Date(Date.UTC(year, month - 1, day, hour, minute, second + into));
  const at = figures.toISOString().slice(0, 16).replace("T", "_").replace(":", "-");
  return [`${path(at)}.ts`, php(at.replace("_", ":"))];
}

/** pvr.iptvsimple fills in what the playlist has for it (its README, "Catchup"). */
async function iptvSimple() {
  const found = [];
  for (const from of [playlist, `${url}/get.php?${login}&type=m3u_plus&output=m3u8`]) {
    const text = await (await fetch(from)).text();
    const line = text.split("\n").find((one) => one.includes(`tvg-chno="${channel}"`));
    const source = line.match(/catchup-source="([^"]*)"/)[1];
    const duration = minutes * 60;
    found.push(
      source
        .replace("{utc}", String(start.getTime() / 1000))
        .replace(/\{duration:(\d+)\}/, (_, divider) => String(Math.floor(duration / divider)))
        .replace("{duration}", String(duration)),
    );
  }
  return found;
}

/** @iptv/xtream-api itself. */
async function xtreamApi() {
  const xtream = new Xtream({ url, username, password });
  await xtream.getProfile();
  const timeshift = { start, duration: minutes };
  return [xtream.generateStreamUrl({ type: "channel", streamId: channel, extension: "ts", timeshift })];
}

process.stdout.write(
  JSON.stringify({
    offset: start.getTimezoneOffset(),
    iptvnator: await iptvnator(),
    xtreamCodes: await xtreamCodes(),
    iptvSimple: await iptvSimple(),
    xtreamApi: await xtreamApi(),
    byOwnClock,
  }),
);
