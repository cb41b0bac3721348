import assert from "node:assert/strict";
import { test } from "node:test";
import {
  addDigit, extentOf, fourOf, isLive, MAX_ATTEMPTS, MAX_REFUSALS, neighbour, renewalDelay, renewed, staysDocked, troubleOf,
  volumeOf, Watching,
} from "../../custom_components/toonami_downlink/frontend/model/watching.js";

const EN = (await import("node:fs")).readFileSync(
  new URL("../../custom_components/toonami_downlink/frontend/i18n/en.json", import.meta.url), "utf8",
);

/** Watch channel 1, with a picture at 100 seconds. */
function playing() {
  const model = new Watching();
  model.tune(1);
  model.playing(100);
  return model;
}

test("nothing is on at first, and nothing can go wrong with it", () => {
  const model = new Watching();
  assert.deepEqual([model.isOn, model.number, model.state], [false, undefined, "off"]);
  assert.equal(model.fail("network", 0), undefined);
  model.playing(0);
  model.paused();
  model.again();
  assert.equal(model.state, "off");
});

test("tuning, playing, pausing, leaving", () => {
  const model = new Watching();
  model.tune(3);
  assert.deepEqual([model.isOn, model.number, model.state], [true, 3, "tuning"]);
  model.playing(1);
  assert.equal(model.state, "playing");
  model.paused();
  assert.equal(model.state, "paused");
  model.playing(2);
  assert.equal(model.state, "playing");
  model.leave();
  assert.deepEqual([model.isOn, model.number, model.last], [false, undefined, 3]);
});

test("the channel before is remembered, also over switching off", () => {
  const model = new Watching();
  model.tune(1);
  assert.equal(model.last, undefined);
  model.tune(1);
  assert.equal(model.last, undefined);
  model.tune(4);
  assert.equal(model.last, 1);
  model.tune(1);
  assert.equal(model.last, 4);
  model.leave();
  model.tune(2);
  assert.equal(model.last, 1);
});

test("attempts come at growing distances, and end", () => {
  const model = playing();
  const delays = Array.from({ length: MAX_ATTEMPTS }, (_, index) => model.fail("network", 101 + index));
  assert.deepEqual(delays.slice(0, 7), [500, 1000, 2000, 4000, 8000, 15_000, 15_000]);
  assert.equal(delays[MAX_ATTEMPTS - 2], 15_000);
  assert.equal(delays[MAX_ATTEMPTS - 1], undefined);
  assert.deepEqual([model.state, model.reason], ["stopped", "network"]);
  assert.equal(model.fail("network", 999), undefined);
  // Some minutes: a restart of Home Assistant takes less.
  const minutes = delays.reduce((/** @type {number} */ sum, delay) => sum + (delay ?? 0), 0) / 60_000;
  assert.ok(minutes > 5 && minutes < 15, String(minutes));
});

test("what is stopped goes on when the viewer asks, or tunes", () => {
  for (const go of [(/** @type {Watching} */ model) => model.again(), (/** @type {Watching} */ model) => model.tune(1)]) {
    const model = playing();
    model.fail("forbidden", 101);
    assert.equal(model.state, "stopped");
    model.playing(102);
    assert.equal(model.state, "stopped");
    go(model);
    assert.deepEqual([model.state, model.reason, model.fail("network", 103)], ["tuning", "", 500]);
  }
});

test("a picture that does not last does not begin the count anew", () => {
  const model = playing();
  model.fail("network", 109.9);
  model.playing(111);
  assert.equal(model.fail("network", 120.9), 1000);
  model.playing(130);
  assert.equal(model.fail("network", 140), 500);
});

test("a stream that always breaks after a moment is given up", () => {
  const model = playing();
  let attempts = 0;
  for (let time = 101; model.state !== "stopped"; time += 5) {
    model.fail("media", time);
    model.playing(time + 1);
    attempts += 1;
    assert.ok(attempts <= MAX_ATTEMPTS);
  }
  assert.equal(attempts, MAX_ATTEMPTS);
});

for (const trouble of /** @type {const} */ (["forbidden", "unknown_channel", "unsupported"])) {
  test(`${trouble}: it is not tried again`, () => {
    const model = playing();
    assert.equal(model.fail(trouble, 101), undefined);
    assert.deepEqual([model.state, model.reason], ["stopped", trouble]);
  });
}

test("new addresses that are refused are asked for only so often", () => {
  const model = playing();
  for (let count = 1; count < MAX_REFUSALS; count += 1) assert.equal(typeof model.fail("refused", 101), "number");
  assert.equal(model.state, "reconnecting");
  assert.equal(model.fail("refused", 102), undefined);
  assert.deepEqual([model.state, model.reason], ["stopped", "refused"]);
});

test("that all places are taken is said when it lasts", () => {
  const model = playing();
  model.fail("busy", 101);
  assert.equal(model.reason, "");
  model.fail("busy", 102);
  assert.deepEqual([model.state, model.reason], ["reconnecting", "busy"]);
  model.fail("network", 103);
  assert.equal(model.reason, "");
  model.fail("busy", 104);
  model.fail("busy", 105);
  model.playing(106);
  assert.equal(model.reason, "");
});

test("going on is tried before beginning anew", () => {
  const model = playing();
  model.fail("network", 101);
  model.fail("network", 102);
  assert.equal(model.isFresh, false);
  model.fail("network", 103);
  assert.equal(model.isFresh, true);
  const other = playing();
  other.fail("refused", 101);
  assert.equal(other.isFresh, true);
});

test("a pause of a channel that is being looked for changes nothing", () => {
  const model = playing();
  model.fail("network", 101);
  model.paused();
  assert.equal(model.state, "reconnecting");
});

/** @type {[number | undefined, string][]} */
const statuses = [
  [undefined, "network"], [0, "network"], [404, "network"], [500, "network"], [502, "network"], [401, "refused"],
  [403, "refused"], [503, "busy"],
];
for (const [status, trouble] of statuses) {
  test(`${status} is ${trouble}`, () => assert.equal(troubleOf(status), trouble));
}

test("every trouble has a text", () => {
  const keys = Object.keys(JSON.parse(EN)).filter((key) => key.startsWith("trouble."));
  assert.deepEqual(keys.sort(), [
    "busy", "forbidden", "media", "network", "refused", "stalled", "unknown_channel", "unsupported",
  ].map((key) => `trouble.${key}`));
});

/** @type {[string, string, string][]} */
const addresses = [
  ["/api/x/watch/OLD/1.m3u8", "/api/x/watch/NEW/1.m3u8", "/api/x/watch/NEW/1.m3u8"],
  ["http://h:8123/api/x/watch/OLD/1/77.ts", "/api/x/watch/NEW/1.m3u8", "http://h:8123/api/x/watch/NEW/1/77.ts"],
  ["/api/x/watch/OLD/1/77.ts", "", "/api/x/watch/OLD/1/77.ts"],
  ["blob:http://h/1", "/api/x/watch/NEW/1.m3u8", "blob:http://h/1"],
];
for (const [url, newer, expected] of addresses) {
  test(`${url} with ${newer || "nothing"} is ${expected}`, () => assert.equal(renewed(url, newer), expected));
}

test("an address is renewed well before its end, and never at once", () => {
  assert.equal(renewalDelay(3600), 2_700_000);
  assert.equal(renewalDelay(0), 1000);
  assert.equal(renewalDelay(-5), 1000);
});

/** @type {[string, string, number[], string, number | undefined][]} */
const digits = [
  ["", "1", [1, 2, 3], "1", 1],
  ["", "1", [1, 2, 12], "1", undefined],
  ["1", "2", [1, 2, 12], "12", 12],
  ["", "9", [1, 2], "9", undefined],
  ["", "0", [1, 2], "0", undefined],
  ["0", "2", [1, 2], "2", 2],
  ["1234", "5", [1], "2345", undefined],
];
for (const [typed, digit, numbers, text, number] of digits) {
  test(`${digit} after "${typed}" of ${numbers} is "${text}"${number ? `: channel ${number}` : ""}`, () => {
    const found = addDigit(typed, digit, numbers);
    assert.deepEqual([found.typed, found.number], [text, number]);
  });
}

/** @param {[number, number][]} ranges */
const ranges = (...ranges) => ({
  length: ranges.length,
  start: (/** @type {number} */ index) => ranges[index][0],
  end: (/** @type {number} */ index) => ranges[index][1],
});

test("how far it can be wound", () => {
  const none = ranges();
  assert.equal(extentOf({ seekable: none, buffered: none, currentTime: 0 }), undefined);
  assert.equal(extentOf({ seekable: ranges([5, 5]), buffered: none, currentTime: 5 }), undefined);
  assert.equal(extentOf({ seekable: ranges([0, Infinity]), buffered: none, currentTime: 5 }), undefined);
  assert.deepEqual(extentOf({ seekable: ranges([10, 40]), buffered: ranges([2, 30]), currentTime: 20 }), {
    start: 2, end: 40, at: 20,
  });
  assert.deepEqual(extentOf({ seekable: ranges([10, 40]), buffered: none, currentTime: 90 }), { start: 10, end: 40, at: 40 });
  assert.deepEqual(extentOf({ seekable: ranges([10, 40]), buffered: none, currentTime: 3 }), { start: 3, end: 40, at: 3 });
});

test("live is where it began, and what moves with the pieces in which it comes", () => {
  assert.equal(isLive({ end: 100, at: 94 }, 6), true);
  assert.equal(isLive({ end: 100, at: 82 }, 6), true);
  assert.equal(isLive({ end: 100, at: 81.9 }, 6), false);
});

test("the picture does not flicker between its place and the corner", () => {
  assert.deepEqual([1, 0.5, 0.46, 0.45, 0].map((part) => staysDocked(true, part)), [true, true, true, false, false]);
  assert.deepEqual([1, 0.61, 0.6, 0.5, 0].map((part) => staysDocked(false, part)), [true, true, false, false, false]);
});

test("zapping goes around", () => {
  assert.equal(neighbour([1, 2, 7], 2, 1), 7);
  assert.equal(neighbour([1, 2, 7], 7, 1), 1);
  assert.equal(neighbour([1, 2, 7], 1, -1), 7);
  assert.equal(neighbour([1, 2, 7], 5, 1), 1);
});

/** @type {[number[], number, number[]][]} */
const fours = [
  [[1, 2, 3, 4, 5], 1, [1, 2, 3, 4]],
  [[1, 2, 3, 4, 5], 4, [4, 5, 1, 2]],
  [[1, 2], 2, [2, 1]],
  [[1, 2], 9, [1, 2]],
  [[], 1, []],
];
for (const [numbers, number, expected] of fours) {
  test(`four of ${numbers || "none"} from ${number} are ${expected || "none"}`, () => {
    const channels = [...numbers.map((item) => ({ number: item, radio: false })), { number: 7, radio: true }];
    assert.deepEqual(fourOf(channels, number), expected);
  });
}

test("a volume that was stored is used if it is one", () => {
  const stored = { "": 1, 0: 1, "-0.5": 1, 0.01: 0.01, 0.5: 0.5, 1: 1, 1.01: 1, loud: 1 };
  for (const [text, volume] of Object.entries(stored)) assert.equal(volumeOf(text), volume, text);
});

test("zeros before a number that is typed do not count", () => {
  assert.deepEqual(addDigit("00", "7", [7]), { typed: "7", number: 7 });
  assert.deepEqual(addDigit("1", "0", [10, 100]), { typed: "10" });
  assert.deepEqual(addDigit("10", "5", [105]), { typed: "105", number: 105 });
});
