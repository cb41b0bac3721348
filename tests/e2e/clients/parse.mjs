// Read a playlist with iptv-playlist-parser or a guide with epg-parser; print it as JSON.
//   node parse.mjs playlist|guide URL
import epg from "epg-parser";
import playlists from "iptv-playlist-parser";

const [what, url] = process.argv.slice(2);
const answer = await fetch(url);
const text = await answer.text();
const parsed = what === "playlist" ? playlists.parse(text) : epg.parse(text);
process.stdout.write(JSON.stringify(parsed));
