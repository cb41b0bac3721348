import assert from "node:assert/strict";
import { test } from "node:test";

import {
  chosen, placeOf, readConfig, showingsOf,
} from "../../custom_components/toonami_downlink/frontend/model/card.js";
import { sensorOf, suggestions } from "../../custom_components/toonami_downlink/frontend/model/entities.js";

/** @param {unknown} config */
const read = (config) => readConfig(/** @type {CardConfig} */ (config));

const CHANNELS = /** @type {Channel[]} */ (
  [[1, "toonami_east"], [3, "snick_east"], [9, "radio"]].map(([number, key]) => ({ number, key }))
);

const HASS = /** @type {Hass} */ (/** @type {unknown} */ ({
  entities: {
    "sensor.east": { platform: "toonami_downlink", device_id: "east", translation_key: "now_playing" },
    "calendar.east": { platform: "toonami_downlink", device_id: "east", translation_key: "guide" },
    "sensor.new": { platform: "toonami_downlink", device_id: "new", translation_key: "up_next" },
    "sensor.service": { platform: "toonami_downlink", device_id: "service" },
    "sensor.alone": { platform: "toonami_downlink" },
    "sensor.gone": { platform: "toonami_downlink", device_id: "gone" },
    "light.lamp": { platform: "hue", device_id: "east" },
  },
  devices: {
    east: { identifiers: [["toonami_downlink", "toonami_east"]], model: "Television channel" },
    new: { identifiers: [["other", "x"], ["toonami_downlink", "late_night"]], model: "Television channel" },
    service: { identifiers: [["toonami_downlink", "01JENTRY"]], model: null },
  },
  states: { "sensor.east": { state: "Trigun" }, "sensor.new": { state: "unknown" } },
}));

test("a card's configuration is checked and filled in", () => {
  assert.deepEqual(readConfig({}), {
    names: [], hours: 3, picture: true, next: true, guide: false, title: "", tap: undefined,
    hold: undefined, fits: false,
  });
  assert.deepEqual(readConfig({ channels: ["3", 1, "mtv97"], picture: false }).names, ["3", "1", "mtv97"]);
  assert.equal(readConfig({ title: " Trigun " }).title, "Trigun");
  assert.equal(readConfig({ hours: 12 }).hours, 12);
  assert.equal(readConfig({ grid_options: { rows: 3 } }).fits, true);
  assert.equal(readConfig({ grid_options: { rows: "auto" } }).fits, false);
  assert.deepEqual(readConfig({ tap_action: { action: "none" } }).tap, { action: "none" });
});

for (const [what, config] of Object.entries({
  channels: { channels: "1" },
  channel: { channels: ["East"] },
  "by its number": { channels: [0] },
  hours: { hours: 0 },
  "from 1 to 12": { hours: 13 },
  title: { title: 5 },
  tap_action: { tap_action: "watch" },
  hold_action: { hold_action: { action: 1 } },
})) {
  test(`a wrong configuration is said: ${JSON.stringify(config)}`, () => {
    assert.throws(() => read(config), new RegExp(what));
  });
}

test("a title may be as long as those in the guide", () => {
  assert.equal(readConfig({ title: "x".repeat(500) }).title.length, 500);
  assert.throws(() => readConfig({ title: "x".repeat(501) }), /title/);
});

test("a card shows the channels that were chosen, in that order", () => {
  /** @param {string[]} names */
  const numbers = (names) => chosen(CHANNELS, names).map(({ number }) => number);
  assert.deepEqual(numbers(["3", "7", "1"]), [3, 1]);
  assert.deepEqual(numbers(["radio", "toonami_east"]), [9, 1]);
  assert.equal(chosen(CHANNELS, []), CHANNELS);
});

test("a programme in the card's hours is cut at their edges", () => {
  assert.deepEqual(placeOf({ start: -50, stop: 50 }, 0, 100), { left: 0, width: 0.5 });
  assert.deepEqual(placeOf({ start: 75, stop: 500 }, 0, 100), { left: 0.75, width: 0.25 });
});

test("the next showings are of that title, not over, and three at most", () => {
  /** @param {number} start @param {string} title @returns {[number, ...Row]} */
  const hit = (start, title) => [1, start, start + 10, title, "Episode", 1, 2, 0];
  const results = [
    hit(90, "Trigun"), hit(95, "trigun"), hit(100, "Trigun Stampede"), hit(110, "Trigun"),
    hit(120, "Trigun"), hit(130, "Trigun"), hit(80, "Trigun"),
  ];
  assert.deepEqual(showingsOf(results, "Trigun", 100).map(({ start }) => start), [95, 110, 120]);
  assert.deepEqual(showingsOf(results, "Trigun Stampede", 100)[0], {
    number: 1, start: 100, stop: 110, title: "Trigun Stampede", episode_title: "Episode", season: 1, episode: 2,
  });
  assert.deepEqual(showingsOf([], "Trigun", 100), []);
});

test("an entity of a channel suggests its channel, and what is on", () => {
  const type = "custom:card";
  assert.deepEqual(suggestions(HASS, "sensor.east", type), [
    { config: { type, channels: ["1"] } },
    { config: { type, channels: ["1"], guide: true } },
    { label: "Trigun", config: { type, title: "Trigun" } },
  ]);
  assert.equal(suggestions(HASS, "calendar.east", type)?.length, 2);
  assert.deepEqual(suggestions(HASS, "sensor.new", type)?.map(({ config }) => config), [
    { type, channels: ["late_night"] }, { type, channels: ["late_night"], guide: true },
  ]);
  for (const id of ["sensor.service", "sensor.alone", "sensor.gone", "light.lamp", "sensor.nobody"]) {
    assert.equal(suggestions(HASS, id, type), null, id);
  }
});

test("the sensor of what is on a channel is found", () => {
  assert.equal(sensorOf(HASS, "toonami_east"), "sensor.east");
  assert.equal(sensorOf(HASS, "late_night"), undefined);
  assert.equal(sensorOf(/** @type {Hass} */ ({}), "toonami_east"), undefined);
});

test("the channels that have long been there are suggested by their numbers", () => {
  const keys = ["toonami_east", "toonami_west", "snick_east", "snick_west", "mtv97", "movies", "radio"];
  const devices = Object.fromEntries(
    keys.map((key) => [key, { identifiers: [["toonami_downlink", key]], model: "Television channel" }]),
  );
  const entities = Object.fromEntries(
    keys.map((key) => [`calendar.${key}`, { platform: "toonami_downlink", device_id: key }]),
  );
  const hass = /** @type {any} */ ({ devices, entities, states: {} });
  const found = keys.map((key) => suggestions(hass, `calendar.${key}`, "card")?.[0].config);
  assert.deepEqual(found, keys.map((_, index) => ({ type: "card", channels: [String(index + 1)] })));
});

test("a title is suggested only where a sensor says one", () => {
  const devices = { d: { identifiers: [["toonami_downlink", "movies"]], model: "Television channel" } };
  const entity = { platform: "toonami_downlink", device_id: "d" };
  const labels = (/** @type {string} */ id, /** @type {any} */ states) =>
    suggestions(/** @type {any} */ ({ devices, entities: { [id]: entity }, states }), id, "card")?.length;
  assert.equal(labels("sensor.a", { "sensor.a": { state: "unavailable" } }), 2);
  assert.equal(labels("sensor.a", {}), 2);
  assert.equal(labels("calendar.a", { "calendar.a": { state: "on" } }), 2);
  assert.equal(labels("sensor.a", { "sensor.a": { state: "Akira" } }), 3);
});

test("hours, pictures and names are as they were chosen", () => {
  assert.equal(readConfig({ hours: 1 }).hours, 1);
  assert.equal(readConfig({ picture: false }).picture, false);
  assert.equal(readConfig({ next: false }).next, false);
  assert.equal(readConfig({ guide: true }).guide, true);
  for (const name of ["x1 ", "-1", "1x", "a-b", "01"]) assert.throws(() => read({ channels: [name] }), /channel/);
});

test("a programme is placed by its part of the hours", () => {
  assert.deepEqual(placeOf({ start: 150, stop: 175 }, 100, 200), placeOf({ start: 50, stop: 75 }, 0, 100));
});
