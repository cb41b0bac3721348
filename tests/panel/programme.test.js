import assert from "node:assert/strict";
import { test } from "node:test";
import {
  creditsByRole, episodeLine, isOnAir, known, nextShowing, safeImage,
} from "../../custom_components/toonami_downlink/frontend/model/programme.js";
import { numberWriter } from "../../custom_components/toonami_downlink/frontend/model/numbers.js";
import { Strings, pickLanguage } from "../../custom_components/toonami_downlink/frontend/model/text.js";

const text = new Strings("en", {
  "episode.both": "S{season} E{episode}",
  "episode.number": "Episode {episode}",
  "episode.season": "Season {season}",
  channels: { one: "{count} channel", other: "{count} channels" },
});

/** @type {[string | null, boolean][]} */
const images = [
  ["https://i.example.com/a@@.jpg", true],
  ["http://i.example.com/a.gif", true],
  ["javascript:alert(1)", false],
  ["data:image/svg+xml,<svg onload=alert(1)>", false],
  ["JAVASCRIPT:alert(1)", false],
  ["//i.example.com/a.jpg", false],
  ["/api/a.jpg", false],
  ["", false],
  [null, false],
];
for (const [url, isSafe] of images) {
  test(`a picture from ${url}`, () => assert.equal(safeImage(url) !== undefined, isSafe));
}

/** @type {[number | null, number | null, string | null, string][]} */
const episodes = [
  [2, 5, "Pilot", "S2 E5 · Pilot"],
  [null, 36, null, "Episode 36"],
  [3, null, "Pilot", "Season 3 · Pilot"],
  [null, null, null, ""],
];
for (const [season, episode, title, line] of episodes) {
  test(`an episode as ${line || "nothing"}`, () => {
    assert.equal(episodeLine({ season, episode }, title, text), line);
  });
}

test("what fills a gap is not a programme", () => {
  const programme = { filler: false };
  assert.equal(known(programme), programme);
  assert.equal(known({ filler: true }), undefined);
  assert.equal(known(null), undefined);
});

test("a programme is on air from its start until before its stop, filler never", () => {
  const programme = { start: 100, stop: 200 };
  assert.deepEqual([99, 100, 199, 200].map((time) => isOnAir(programme, time)), [false, true, true, false]);
  assert.equal(isOnAir({ ...programme, filler: true }, 150), false);
});

test("credits are grouped by role, in their order", () => {
  const credits = [["writer", "A"], ["actor", "B"], ["writer", "C"]].map(([role, name]) => ({ role, name }));
  assert.deepEqual(creditsByRole(credits), [["writer", ["A", "C"]], ["actor", ["B"]]]);
});

test("counts are written as the user writes numbers, other values as they are", () => {
  const written = (/** @type {string} */ language, /** @type {string} */ format) =>
    text.get("channels", { count: 12_345.5 }, numberWriter(language, format))
      .replace(/\s/g, " ")
      .replace("'", "’");
  assert.equal(written("fr", "language"), "12 345,5 channels");
  assert.equal(written("en", "decimal_comma"), "12.345,5 channels");
  assert.equal(written("fr", "comma_decimal"), "12,345.5 channels");
  assert.equal(written("en", "space_comma"), "12 345,5 channels");
  assert.equal(written("en", "quote_decimal"), "12’345.5 channels");
  assert.equal(written("en", "none"), "12345.5 channels");
  assert.equal(text.get("episode.number", { episode: 1071 }, numberWriter("fr")), "Episode 1071");
});

test("texts are filled in, with the plural of the language", () => {
  assert.equal(text.get("channels", { count: 1 }), "1 channel");
  assert.equal(text.get("channels", { count: 7 }), "7 channels");
  assert.equal(text.get("episode.number", { episode: "{season}" }), "Episode {season}");
  assert.equal(text.get("not there"), "not there");
  assert.equal(text.get("toString"), "toString");
  assert.equal(text.first(["nope", "play.on"]), "play.on");
});

/** @type {[string, string][]} */
const languages = [
  ["es-419", "es"], ["en-GB", "en"], ["fi", "en"], ["ES", "es"], ["pt-BR", "pt-BR"], ["pt", "pt-BR"], ["ja", "ja"],
];
for (const [tag, language] of languages) {
  test(`${tag} gets ${language}`, () => assert.equal(pickLanguage(tag), language));
  // Days and times are written as the texts are: of two languages at once, one is not understood.
  test(`times for ${tag} are those of its texts`, () => {
    assert.equal(new Strings(language, {}).dialect(tag), tag === "fi" ? "en" : tag);
  });
}

test("a programme is on again when its episode is, else when its title is", () => {
  const on = (/** @type {number} */ start, /** @type {object} */ fields) => ({
    start, stop: start + 60, season: null, episode: null, episode_title: null, ...fields,
  });
  const showings = [
    on(900, { season: 1, episode: 2 }), on(500, { season: 1, episode: 2 }), on(100, { season: 1, episode: 2 }),
    on(600, { season: 2, episode: 2 }), on(700, { episode_title: "Pilot" }),
  ];
  const starts = (/** @type {object} */ fields) => nextShowing(on(100, fields), showings, 200).map(({ start }) => start);
  assert.deepEqual(starts({ season: 1, episode: 2 }), [500, 900]);
  assert.deepEqual(starts({ episode_title: "Pilot" }), [700]);
  assert.deepEqual(starts({}), [500, 600, 700, 900]);
});
