import assert from "node:assert/strict";
import { test } from "node:test";
import { Follows } from "../../custom_components/toonami_downlink/frontend/model/follows.js";
import { byNight, soonest } from "../../custom_components/toonami_downlink/frontend/model/shows.js";

const ZONE = "America/New_York";
/** Midnight in New York, on the day on which its clocks go back. */
const MIDNIGHT = Date.parse("2026-11-01T04:00:00Z") / 1000;
const HOUR = 3600;

/** @param {number} start @param {number} [channel] @returns {FollowedAiring} */
const airing = (start, channel = 1) => ({ channel, start, stop: start + 1800, title: "Trigun" });

/** @param {number} start @param {FollowedAiring[]} [others] @returns {FollowedShowing} */
const showing = (start, others = []) => ({ id: `s${start}`, follows: ["f1"], airing: airing(start), others });

test("an airing is marked, and its repeats", () => {
  const follows = new Follows();
  follows.update({ follows: [], showings: [showing(100, [airing(900, 2)])] });
  assert.deepEqual(follows.of(1, { title: "", start: 100, stop: 0 }), ["f1"]);
  assert.equal(follows.has(2, { title: "", start: 900, stop: 0 }), true);
  assert.equal(follows.has(1, { title: "", start: 900, stop: 0 }), false);
  assert.equal(follows.has(1, { title: "", start: 101, stop: 0 }), false);
});

test("a run of short ones is marked when one of them is", () => {
  const follows = new Follows();
  follows.update({ showings: [showing(100), { ...showing(200), follows: ["f2", "f1"] }] });
  const parts = [50, 100, 200].map((start) => /** @type {any} */ ({ start }));
  assert.deepEqual(follows.of(1, { title: "", start: 50, stop: 300, parts }), ["f1", "f2"]);
});

test("nothing is marked any more when the integration is gone", () => {
  const follows = new Follows();
  follows.update({ showings: [showing(100)] });
  follows.update(/** @type {any} */ ({ loaded: false }));
  assert.equal(follows.has(1, { title: "", start: 100, stop: 0 }), false);
  assert.deepEqual(follows.items, []);
});

/** @type {[string, number[], number, number[][]][]} */
const nights = [
  ["before dawn is the evening before", [MIDNIGHT + 20 * HOUR, MIDNIGHT + 29 * HOUR], 0, [[0, 1]]],
  ["dawn is another day", [MIDNIGHT + 20 * HOUR, MIDNIGHT + 31 * HOUR], 0, [[0], [1]]],
  ["the hour that comes twice is one night", [MIDNIGHT + HOUR, MIDNIGHT + 2 * HOUR], 0, [[0, 1]]],
  ["what is over is left out", [MIDNIGHT, MIDNIGHT + 8 * HOUR], MIDNIGHT + HOUR, [[1]]],
  ["nothing", [], 0, []],
];
for (const [name, starts, now, expected] of nights) {
  test(`by night: ${name}`, () => {
    const found = byNight(starts.map((start) => showing(start)), now, ZONE);
    const indexes = found.map((night) => night.showings.map((one) => starts.indexOf(one.airing.start)));
    assert.deepEqual(indexes, expected);
  });
}

test("what was ticked off is not told any more", () => {
  assert.deepEqual(byNight([{ ...showing(MIDNIGHT), seen: true }], MIDNIGHT, ZONE), []);
});

test("of what was on once already, the next time is told", () => {
  const [{ showings }] = byNight([showing(MIDNIGHT, [airing(MIDNIGHT + 3 * HOUR, 2)])], MIDNIGHT + HOUR, ZONE);
  assert.deepEqual(showings[0].airing, airing(MIDNIGHT + 3 * HOUR, 2));
  assert.deepEqual(showings[0].others, []);
});

test("what is on again is told where it comes next, after what is on before", () => {
  const again = showing(MIDNIGHT + 20 * HOUR, [airing(MIDNIGHT + 32 * HOUR, 2)]);
  const others = [22, 40].map((hours) => showing(MIDNIGHT + hours * HOUR));
  const found = byNight([again, ...others], MIDNIGHT + 21 * HOUR, ZONE);
  const hours = found.map(({ showings }) => showings.map((one) => (one.airing.start - MIDNIGHT) / HOUR));
  assert.deepEqual(hours, [[22], [32, 40]]);
});

test("the soonest of all airings is the next", () => {
  const showings = [showing(100, [airing(9000, 2)]), showing(5000)];
  assert.equal(soonest(showings, 3000)?.start, 5000);
  assert.equal(soonest(showings, 7000)?.start, 9000);
  assert.equal(soonest(showings, 9000 + 1800), undefined);
  assert.equal(soonest([], 0), undefined);
});
