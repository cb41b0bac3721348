import assert from "node:assert/strict";
import { test } from "node:test";
import { Guide, partAt } from "../../custom_components/toonami_downlink/frontend/model/guide.js";
import { titleOf } from "../../custom_components/toonami_downlink/frontend/model/programme.js";
import {
  Scale, heightFor, progressOf, roomIn, scrollFor, slotFor, stepOf, wantedIn, windowAt,
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
  test(`on air at ${time}`, () => assert.equal(startOf(makeGuide().of(1).at(time)), start));
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
    assert.deepEqual(makeGuide().of(1).between(from, until).map(startOf), starts);
  });
}

/** @type {[number, -1 | 1, number | undefined][]} */
const besides = [
  [100, -1, 0], [0, -1, undefined], [100, 1, 400], [350, -1, 100], [350, 1, 400], [400, 1, undefined],
];
for (const [time, step, start] of besides) {
  test(`beside ${time}, ${step}`, () => assert.equal(startOf(makeGuide().of(1).beside(time, step)), start));
}

/** @type {[number, number | undefined][]} */
const nearests = [[150, 100], [310, 100], [390, 400], [-50, 0], [DAY * 3, 400]];
for (const [time, start] of nearests) {
  test(`nearest to ${time}`, () => assert.equal(startOf(makeGuide().of(1).nearest(time)), start));
}

test("nothing is near on a channel without programmes", () => {
  assert.equal(makeGuide().of(2).nearest(0), undefined);
  assert.deepEqual(makeGuide().of(9).between(0, DAY), []);
});

test("days fit together, and a new answer for a day replaces the old one", () => {
  const guide = makeGuide();
  guide.add(DAY, 2 * DAY, { 1: [row(400, DAY + 50), row(DAY + 50, DAY + 90)] });
  assert.deepEqual(guide.of(1).between(0, 2 * DAY).map(startOf), [0, 100, 400, DAY + 50]);
  guide.add(0, DAY, { 1: [row(10, DAY + 50)] });
  assert.deepEqual(guide.of(1).between(0, 2 * DAY).map(startOf), [10, DAY + 50]);
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
  assert.deepEqual(windowAt(scale, 2000, 1000), { from: 7 * 1800, until: 18 * 1800 });
});

/** @type {[string, number, number, number][]} */
const scrolls = [
  ["visible: stays", 600, 700, 500],
  ["left of it", 300, 400, 276],
  ["right of it", 1450, 1600, 624],
  ["just visible on the left", 524, 600, 500],
  ["a pixel too far on the left", 523, 600, 499],
  ["just visible on the right", 1300, 1476, 500],
  ["a pixel too far on the right", 1300, 1477, 501],
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
  assert.equal(stepOf("PageUp", noon, "UTC")?.time, noon - DAY);
  assert.equal(stepOf("ArrowLeft", noon, "UTC")?.by, -1);
  assert.equal(stepOf("ArrowDown", noon, "UTC")?.rows, 1);
  assert.equal(stepOf("x", noon, "UTC"), undefined);
});

test("progress stays between nothing and everything", () => {
  const programme = { start: 100, stop: 200 };
  assert.deepEqual([50, 150, 300].map((time) => progressOf(programme, time)), [0, 0.5, 1]);
});

/** @param {[number, number, string, number?][]} rows @returns {Row[]} */
const shorts = (rows) => rows.map(([start, stop, title, filler = 0]) => [start, stop, title, `Part ${start}`, null, null, filler]);

/** @type {[string, [number, number, string, number?][], [number, number][]][]} */
const runs = [
  ["short ones of a title", [[0, 180, "A"], [180, 360, "A"], [360, 599, "A"]], [[0, 599]]],
  ["another title between", [[0, 180, "A"], [180, 360, "B"], [360, 540, "A"]], [[0, 180], [180, 360], [360, 540]]],
  ["a long one of the title", [[0, 180, "A"], [180, 780, "A"], [780, 960, "A"]], [[0, 180], [180, 780], [780, 960]]],
  ["a pause that is short enough", [[0, 100, "A"], [160, 300, "A"]], [[0, 300]]],
  ["a pause that is too long", [[0, 100, "A"], [161, 300, "A"]], [[0, 100], [161, 300]]],
  ["what fills gaps", [[0, 100, "A", 1], [100, 200, "A", 1]], [[0, 100], [100, 200]]],
];
for (const [name, rows, shown] of runs) {
  test(`shown as one or not: ${name}`, () => {
    const guide = new Guide();
    guide.add(0, DAY, { 1: shorts(rows) });
    assert.deepEqual(guide.shown(1).between(0, DAY).map(({ start, stop }) => [start, stop]), shown);
    assert.equal(guide.of(1).between(0, DAY).length, rows.length);
  });
}

test("a run stands for its part that is on, else for its first", () => {
  const guide = new Guide();
  guide.add(0, DAY, { 1: shorts([[0, 180, "A"], [180, 360, "A"]]) });
  const run = guide.shown(1).at(100);
  assert.ok(run);
  assert.equal(titleOf(run), "A · 2×");
  assert.equal(run.episode_title, null);
  assert.deepEqual([200, 900].map((time) => partAt(run, time).start), [180, 0]);
  const single = guide.of(1).at(0);
  assert.ok(single && partAt(single, 0) === single && titleOf(single) === "A");
});

test("a run that goes on after midnight stays one", () => {
  const guide = new Guide();
  guide.add(0, DAY, { 1: shorts([[DAY - 360, DAY - 180, "A"], [DAY - 180, DAY, "A"]]) });
  guide.add(DAY, 2 * DAY, { 1: shorts([[DAY, DAY + 180, "A"]]) });
  assert.equal(guide.shown(1).at(DAY + 1)?.parts?.length, 3);
});

test("rows fill what there is, between a least and a greatest height", () => {
  assert.deepEqual([300, 7 * 64 + 8, 908, 7 * 260 + 8, 4000].map((height) => heightFor(height, 7)), [64, 64, 128, 260, 260]);
  assert.equal(heightFor(500, 0), 260);
  assert.deepEqual([91, 92, 127, 128, 180].map(roomIn), ["little", "some", "some", "much", "wall"]);
  assert.deepEqual([899, 900, 1900, 3840].map(slotFor), [120, 200, 260, 340]);
});

test("what is wanted is what is on, and a place for each day that is not there", () => {
  const guide = makeGuide();
  const wanted = wantedIn(guide, 1, { from: 50, until: DAY + 100 }, [0, DAY], "UTC");
  assert.deepEqual([...wanted.keys()], [0, 100, 400, -DAY]);
  assert.deepEqual(wanted.get(-DAY), {
    title: "", episode_title: null, season: null, episode: null, filler: true, start: DAY, stop: 2 * DAY,
  });
  assert.equal(wanted.get(100)?.stop, 300);
});

test("half an hour is wider on wider screens", () => {
  const widths = [899, 900, 1899, 1900, 2999, 3000];
  assert.deepEqual(widths.map(slotFor), [120, 200, 200, 260, 260, 340]);
});

test("what ends when another begins belongs to the other", () => {
  const guide = makeGuide();
  assert.equal(startOf(guide.of(1).nearest(299)), 100);
  assert.equal(startOf(guide.of(1).nearest(350)), 100);
  assert.equal(startOf(guide.of(1).nearest(351)), 400);
});
