import assert from "node:assert/strict";
import { test } from "node:test";
import { Guide } from "../../custom_components/toonami_downlink/frontend/model/guide.js";
import {
  Scale, progressOf, scrollFor, stepOf, windowAt,
} from "../../custom_components/toonami_downlink/frontend/model/grid.js";

const DAY = 86_400;
/** @param {number} start @param {number} stop @returns {Row} */
const row = (start, stop) => [start, stop, `Show ${start}`, null, 1, 2, 0];
/** @param {{start: number} | undefined} programme */
const startOf = (programme) => programme?.start;

/** Two programmes, a gap from 300 to 400, and one that runs into the next day. */
function makeGuide() {
  const guide = new Guide();
  guide.add(0, DAY, { 1: [row(0, 100), row(100, 300), row(400, DAY + 50)], 2: [] });
  return guide;
}

/** @type {[number, number | undefined][]} */
const onAir = [[0, 0], [99, 0], [100, 100], [300, undefined], [400, 400], [DAY + 60, undefined]];
for (const [time, start] of onAir) {
  test(`on air at ${time}`, () => assert.equal(startOf(makeGuide().at(1, time)), start));
}

/** @type {[number, number, number[]][]} */
const windows = [
  [0, DAY, [0, 100, 400]],
  [50, 100, [0]],
  [300, 400, []],
  [299, 401, [100, 400]],
  [DAY, 2 * DAY, [400]],
];
for (const [from, until, starts] of windows) {
  test(`between ${from} and ${until}`, () => {
    assert.deepEqual(makeGuide().between(1, from, until).map(startOf), starts);
  });
}

/** @type {[number, -1 | 1, number | undefined][]} */
const besides = [
  [100, -1, 0], [0, -1, undefined], [100, 1, 400], [350, -1, 100], [350, 1, 400], [400, 1, undefined],
];
for (const [time, step, start] of besides) {
  test(`beside ${time}, ${step}`, () => assert.equal(startOf(makeGuide().beside(1, time, step)), start));
}

/** @type {[number, number | undefined][]} */
const nearests = [[150, 100], [310, 100], [390, 400], [-50, 0], [DAY * 3, 400]];
for (const [time, start] of nearests) {
  test(`nearest to ${time}`, () => assert.equal(startOf(makeGuide().nearest(1, time)), start));
}

test("nothing is near on a channel without programmes", () => {
  assert.equal(makeGuide().nearest(2, 0), undefined);
  assert.deepEqual(makeGuide().between(9, 0, DAY), []);
});

test("days fit together, and a new answer for a day replaces the old one", () => {
  const guide = makeGuide();
  guide.add(DAY, 2 * DAY, { 1: [row(400, DAY + 50), row(DAY + 50, DAY + 90)] });
  assert.deepEqual(guide.of(1).map(startOf), [0, 100, 400, DAY + 50]);
  guide.add(0, DAY, { 1: [row(10, DAY + 50)] });
  assert.deepEqual(guide.of(1).map(startOf), [10, DAY + 50]);
  assert.ok(guide.has(0) && guide.has(DAY) && !guide.has(2 * DAY));
});

test("a scale places times and finds them again", () => {
  const scale = new Scale(1000, 1000 + DAY, 200);
  assert.equal(scale.width, 48 * 200);
  assert.equal(scale.x(1000 + 1800), 200);
  assert.equal(scale.time(400), 1000 + 3600);
  assert.equal(scale.columns, 48);
  assert.equal(scale.column(1000 + 1799), 0);
  assert.equal(scale.column(0), 0);
});

test("the window moves in steps, and stays within the guide", () => {
  const scale = new Scale(0, DAY, 200);
  assert.deepEqual(windowAt(scale, 2000, 1000), windowAt(scale, 2003, 1000));
  assert.deepEqual(windowAt(scale, 0, 1000), { from: 0, until: 8 * 1800 });
  assert.equal(windowAt(scale, scale.width, 1000).until, DAY);
});

/** @type {[string, number, number, number][]} */
const scrolls = [
  ["visible: stays", 600, 700, 500],
  ["left of it", 300, 400, 276],
  ["right of it", 1450, 1600, 624],
  ["wider than the screen: its beginning", 1400, 9000, 1376],
];
for (const [name, start, stop, left] of scrolls) {
  test(`scrolling to what is ${name}`, () => {
    assert.equal(scrollFor({ left: 500, width: 1000 }, start, stop), left);
  });
}

test("keys move by programme, channel and day", () => {
  const noon = DAY / 2;
  assert.deepEqual(stepOf("ArrowRight", noon, "UTC"), { by: 1, rows: 0, time: noon });
  assert.deepEqual(stepOf("ArrowUp", noon, "UTC"), { by: 0, rows: -1, time: noon });
  assert.equal(stepOf("Home", noon, "UTC")?.time, 0);
  assert.equal(stepOf("End", noon, "UTC")?.time, DAY - 1);
  assert.equal(stepOf("PageDown", noon, "UTC")?.time, noon + DAY);
  assert.equal(stepOf("x", noon, "UTC"), undefined);
});

test("progress stays between nothing and everything", () => {
  const programme = { start: 100, stop: 200 };
  assert.deepEqual([50, 150, 300].map((time) => progressOf(programme, time)), [0, 0.5, 1]);
});
