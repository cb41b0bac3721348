import assert from "node:assert/strict";
import { test } from "node:test";
import {
  candidates, checkAddress, parseOrigin, proposal, warningFor,
} from "../../custom_components/toonami_downlink/frontend/model/address.js";
import {
  EVERYTHING, MASK, RECIPES, arrival, byPlayer, countsOf, masked, opened, playerName, typed as parts, valueOf,
} from "../../custom_components/toonami_downlink/frontend/model/players.js";

const TOKEN = "Zk3vQ9bX7mT2pL8nR4sW6yA1cE5gJ0hKdFuViOqBtNz";
/** @type {ConnectData} */
const DATA = {
  version: "1.0.0",
  device: "home",
  devices: [],
  origins: [],
  username: "toonamik3x9qz",
  password: "pW7xK2mQ9vL4nT8bR3zC",
  short_url: "/tv/k7f3qx9m",
  playlist: `/api/toonami_downlink/${TOKEN}/playlist.m3u`,
  guide: `/api/toonami_downlink/${TOKEN}/guide.xml`,
  xtream: "/api/toonami_downlink/xtream",
  hdhomerun: null,
  has_feed: true,
  players: [],
};
const ORIGIN = "http://192.168.1.5:8123";

/** @type {[string, string | undefined][]} */
const warnings = [
  ["http://localhost:8123", "localhost"],
  ["http://127.0.0.1:8123", "localhost"],
  ["http://[::1]:8123", "localhost"],
  ["http://homeassistant.local:8123", "mdns"],
  ["http://homeassistant:8123", "short_name"],
  ["https://abc.ui.nabu.casa", "cloud"],
  ["http://192.168.1.5:8123", undefined],
  ["http://[fd00::5]:8123", undefined],
  ["https://tv.example.com", undefined],
  ["http://1270.example", undefined],
];
for (const [origin, warning] of warnings) {
  test(`a warning about ${origin}`, () => assert.equal(warningFor(origin), warning));
}

test("the address that most players can use comes first", () => {
  const known = ["https://abc.ui.nabu.casa", "http://192.168.1.5:8123/", "https://tv.example.com"];
  assert.deepEqual(candidates(known, "http://homeassistant.local:8123"), [
    "http://192.168.1.5:8123", "https://tv.example.com",
    "http://homeassistant.local:8123", "https://abc.ui.nabu.casa",
  ]);
  assert.deepEqual(candidates([ORIGIN], ORIGIN), [ORIGIN]);
});

test("the inside of a container is offered only to a browser that came from there", () => {
  const inside = "http://172.17.0.2:8123";
  assert.deepEqual(candidates([inside], "http://homeassistant.local:8123"), ["http://homeassistant.local:8123"]);
  assert.deepEqual(candidates([inside, ORIGIN], "http://localhost:8123"), [ORIGIN, "http://localhost:8123"]);
  assert.deepEqual(candidates([inside], inside), [inside]);
  assert.deepEqual(candidates(["http://172.18.0.2:8123"], ORIGIN).length, 2);
});

/** @type {[string, Record<string, Verdict>, string][]} */
const proposals = [
  ["the first that answers", { a: "ok", b: "ok" }, "a"],
  ["a later one when the first does not answer", { a: "unreachable", b: "other", c: "ok" }, "c"],
  ["what answers before what cannot be tried", { a: "blocked", b: "ok" }, "b"],
  ["what cannot be tried before what does not answer", { a: "unreachable", b: "blocked" }, "b"],
  ["the first when nothing answers", { a: "unreachable", b: "other" }, "a"],
];
for (const [name, verdicts, origin] of proposals) {
  test(`proposed is ${name}`, async () => {
    const found = await proposal(Object.keys(verdicts), async (tried) => verdicts[tried]);
    assert.deepEqual(found, { origin, verdict: verdicts[origin] });
  });
}

test("an address that answers is proposed without waiting for those behind it", async () => {
  const never = new Promise(() => {});
  const check = async (/** @type {string} */ origin) => (origin === "a" ? "ok" : never);
  assert.equal((await proposal(["a", "b"], /** @type {any} */ (check))).origin, "a");
});

/** @type {[string, string | undefined][]} */
const typed = [
  [" 192.168.1.5:8123 ", "http://192.168.1.5:8123"],
  ["https://tv.example.com/lovelace", "https://tv.example.com"],
  ["", undefined],
  ["http://", undefined],
];
for (const [value, origin] of typed) {
  test(`"${value}" as an address`, () => assert.equal(parseOrigin(value), origin));
}

/** @param {unknown} answer */
const fetchOf = (answer) => /** @type {any} */ (async () => {
  if (answer instanceof Error) throw answer;
  return { json: async () => JSON.parse(String(answer)) };
});
/** @type {[string, string, unknown, string][]} */
const checks = [
  ["ours", "http:", '{"version":"1.0.0"}', "ok"],
  ["ours, without a feed yet", "http:", '{"status":"error","version":"1.0.0"}', "ok"],
  ["another", "http:", '{"version":"0.9.0"}', "other"],
  ["a router's page", "http:", "<html>", "other"],
  ["nothing", "http:", new TypeError("Failed to fetch"), "unreachable"],
  ["not to be tried from a page by HTTPS", "https:", "{}", "blocked"],
];
for (const [name, scheme, answer, verdict] of checks) {
  test(`the check finds ${name}`, async () => {
    assert.equal(await checkAddress(ORIGIN, "1.0.0", `${scheme}//here`, fetchOf(answer)), verdict);
  });
}

/** @type {[Field, string | undefined, string][]} */
const fields = [
  ["playlist", `${ORIGIN}${DATA.playlist}`, `${ORIGIN}/api/toonami_downlink/${MASK}/playlist.m3u`],
  ["guide_gz", `${ORIGIN}${DATA.guide}.gz`, `${ORIGIN}/api/toonami_downlink/${MASK}/guide.xml.gz`],
  ["server", ORIGIN, ORIGIN],
  ["server_prefix", `${ORIGIN}/api/toonami_downlink/xtream`, `${ORIGIN}/api/toonami_downlink/xtream`],
  ["username", DATA.username, DATA.username],
  ["password", DATA.password, MASK],
  ["tuner", undefined, ""],
];
for (const [field, value, hidden] of fields) {
  test(`the field ${field}`, () => {
    assert.equal(valueOf(field, DATA, ORIGIN), value);
    assert.equal(masked(field, value ?? "", DATA), hidden);
  });
}

test("the tuner's address has the token in it, and hides it", () => {
  const data = { ...DATA, hdhomerun: `/api/toonami_downlink/hdhr/${TOKEN}` };
  const value = valueOf("tuner", data, ORIGIN) ?? "";
  assert.equal(value, `${ORIGIN}/api/toonami_downlink/hdhr/${TOKEN}`);
  assert.ok(!masked("tuner", value, data).includes(TOKEN));
});

test("no masked field shows a secret, and every player gets fields that exist", () => {
  for (const field of EVERYTHING) {
    const shown = masked(field, valueOf(field, DATA, ORIGIN) ?? "", DATA);
    assert.ok(!shown.includes(TOKEN) && !shown.includes(DATA.password), field);
  }
  for (const { steps } of RECIPES) for (const field of steps.flat()) assert.ok(EVERYTHING.includes(field));
});

test("what is typed with a remote control is short", () => {
  for (const id of ["tivimate", "googletv", "firetv", "appletv"]) {
    const { steps } = /** @type {Recipe} */ (RECIPES.find((recipe) => recipe.id === id));
    const typed = steps.flat().map((field) => valueOf(field, DATA, "http://192.168.1.5:8123"));
    assert.equal(typed.length, 3);
    const { username, password } = DATA;
    assert.equal(typed.join("").length, 23 + username.length + password.length, id);
  }
  assert.equal(RECIPES[0].id, "house");
  assert.deepEqual(RECIPES[0].steps.flat(), []);
});

/** @param {Partial<SeenPlayer>} seen @returns {SeenPlayer} */
const player = (seen) => ({
  address: "192.168.1.7", player: "Kodi", asked: "guide", result: "ok", when: 100, count: 1, ...seen,
});
const KODI = /** @type {Recipe} */ (RECIPES.find(({ id }) => id === "kodi"));

test("a player has arrived when it asks again, whatever the clocks say", () => {
  const before = countsOf([player({})]);
  assert.equal(arrival([player({ when: 999 })], KODI, before), undefined);
  assert.equal(arrival([player({ count: 2 })], KODI, before)?.count, 2);
  assert.equal(arrival([player({ count: 2, result: "refused" })], KODI, before), undefined);
  assert.equal(arrival([player({ count: 2 })], KODI, undefined), undefined);
});

test("the player that is set up counts before any other", () => {
  const seen = [player({ player: "VLC", address: "b" }), player({ count: 2 })];
  assert.equal(arrival(seen, KODI, countsOf([player({})]))?.player, "Kodi");
  assert.equal(arrival(seen.slice(0, 1), KODI, new Map())?.player, "VLC");
});

test("what was seen is told by player", () => {
  const groups = byPlayer([
    player({ asked: "playlist" }), player({ player: "VLC" }), player({ asked: "guide" }),
  ]);
  assert.deepEqual(groups.map(({ player: name, asked }) => [name, asked.length]), [["Kodi", 2], ["VLC", 1]]);
});

test("a player that is not recognised is called so", () => {
  const t = (/** @type {string} */ key) => `[${key}]`;
  assert.equal(playerName({ player: "Kodi" }, t), "Kodi");
  assert.equal(playerName({ player: "?" }, t), "[seen.unknown]");
});

test("the short address is taken apart for the television", () => {
  assert.deepEqual(parts(DATA, ORIGIN), { start: `${ORIGIN}/tv/`, code: "k7f3qx9m" });
  assert.equal(valueOf("short_url", DATA, ORIGIN), `${ORIGIN}/tv/k7f3qx9m`);
});

test("only a player that came by the short address turns it green", () => {
  /** @param {Partial<SeenPlayer>} how */
  const seen = (how) => ({ address: "192.168.1.7", player: "mpv", asked: "short", result: "ok", when: 1, count: 1, ...how });
  const before = countsOf([]);
  assert.equal(opened([seen({})], undefined), undefined);
  assert.equal(opened([seen({})], countsOf([seen({})])), undefined);
  for (const other of [{ asked: "page" }, { asked: "playlist" }, { result: "refused" }]) {
    assert.equal(opened([seen(other)], before), undefined);
  }
  assert.deepEqual(opened([seen({ asked: "page" }), seen({})], before), seen({}));
  assert.equal(arrival([seen({ asked: "page" })], RECIPES[0], before), undefined);
});

test("each player is given what its set-up asks for, step by step", () => {
  const typed = ["server", "username", "password"];
  assert.deepEqual(RECIPES.map(({ id, name, steps }) => [id, name, steps]), [
    ["house", "", [[], []]],
    ["googletv", "", [[], typed, []]],
    ["firetv", "", [[], typed, []]],
    ["appletv", "", [[], typed, []]],
    ["tivimate", "TiviMate", [typed, []]],
    ["smarters", "IPTV Smarters", [["username", "password", "server"], []]],
    ["kodi", "Kodi", [[], ["playlist"], ["guide"], []]],
    ["jellyfin", "Jellyfin", [["playlist"], ["guide"], []]],
    ["plex", "Plex", [["tuner"], ["guide"], []]],
    ["vlc", "VLC", [["playlist"], []]],
    ["channels", "Channels DVR", [["playlist"], ["guide"], []]],
    ["other", "", [["playlist", "guide"], typed, []]],
  ]);
  assert.deepEqual(EVERYTHING, [
    "short_url", "playlist", "guide", "guide_gz", "server", "server_prefix", "username", "password", "tuner",
  ]);
  assert.match(MASK, /^\u2022{8}$/);
});

test("an address of the home comes before others, whichever range it is from", () => {
  const outside = "http://11.0.0.1";
  for (const home of ["10.1.1.1", "192.168.9.9", "172.16.0.1", "172.20.0.1", "172.29.0.1", "172.31.0.1", "[fd00::1]", "[fc00::1]"]) {
    assert.deepEqual(candidates([outside, `http://${home}`], outside)[0], `http://${home}`);
  }
  for (const other of ["110.1.1.1", "172.15.0.1", "172.32.0.1", "[fe00::1]", "192.169.0.1"]) {
    assert.deepEqual(candidates([outside, `http://${other}`], outside)[0], outside);
  }
});

test("the check asks for the health of that very address, without the cache and any cookie", async () => {
  /** @type {any[]} */
  const asked = [];
  const fetch = async (/** @type {any[]} */ ...words) => {
    asked.push(words);
    return Response.json({ version: "1.0.0" });
  };
  assert.equal(await checkAddress(ORIGIN, "1.0.0", "http://page", /** @type {any} */ (fetch)), "ok");
  const [[url, { cache, credentials }]] = asked;
  assert.deepEqual([url, cache, credentials], [`${ORIGIN}/api/toonami_downlink/health`, "no-store", "omit"]);
});
