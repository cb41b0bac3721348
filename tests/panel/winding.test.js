import assert from "node:assert/strict";
import { test } from "node:test";
import {
  clockAt, INSIDE, loadedUntil, marksOf, pauseEndsAfter, placeAfterPause, placeAway, placeOf,
} from "../../custom_components/toonami_downlink/frontend/model/winding.js";

/** Ten pieces of six seconds; half of them from another node, whose clock is 100 seconds ahead. */
const PIECES = Array.from({ length: 10 }, (_, index) => ({
  start: 20 + 6 * index,
  duration: 6,
  programDateTime: (1_000_000 + 6 * index + (index < 5 ? 0 : 100)) * 1000,
}));

test("each place stands for a time of day, and the other way round", () => {
  /** @type {[number, number][]} */
  const pairs = [[20, 1_000_000], [23, 1_000_003], [49.5, 1_000_029.5], [50, 1_000_130], [79.5, 1_000_159.5]];
  for (const [place, time] of pairs) {
    assert.equal(clockAt(PIECES, place), time);
    assert.equal(placeOf(PIECES, time), place);
  }
});

test("beyond the ends there is a time, and no place", () => {
  assert.equal(clockAt(PIECES, 15), 999_995);
  assert.equal(clockAt(PIECES, 82), 1_000_162);
  for (const time of [999_999.9, 1_000_030, 1_000_129, 1_000_160, 0, NaN]) {
    assert.equal(placeOf(PIECES, time), undefined);
  }
});

test("without dates nothing is known", () => {
  assert.equal(clockAt([], 15), undefined);
  assert.equal(clockAt([{ start: 0, duration: 6, programDateTime: null }], 3), undefined);
  assert.equal(placeOf([{ start: 0, duration: 6, programDateTime: null }], 3), undefined);
});

test("the browser that plays it itself knows one date", () => {
  const pieces = [{ start: 0, duration: Infinity, programDateTime: 1_000_000_000 }];
  assert.equal(clockAt(pieces, 90), 1_000_090);
  assert.equal(placeOf(pieces, 1_000_090), 90);
});

/** @param {[number, number][]} list */
const ranges = (list) => ({
  length: list.length,
  start: (/** @type {number} */ index) => list[index][0],
  end: (/** @type {number} */ index) => list[index][1],
});

test("what is loaded ends at the next gap", () => {
  const buffered = ranges([[0, 10], [20, 50]]);
  assert.deepEqual([5, 10, 19.6, 20, 50].map((at) => loadedUntil(buffered, at)), [10, 10, 50, 50, 50]);
  assert.deepEqual([10.1, 19.4, 60].map((at) => loadedUntil(buffered, at)), [10.1, 19.4, 60]);
  assert.equal(loadedUntil(ranges([]), 7), 7);
});

test("after a pause it goes on where it was, unless what comes next is gone", () => {
  assert.equal(placeAfterPause(100, 130), undefined);
  assert.equal(placeAfterPause(100, 100), undefined);
  assert.equal(placeAfterPause(100, 99.9), 100 + INSIDE);
  assert.equal(placeAfterPause(undefined, 5), undefined);
});

test("winding stays within what there is, and before live", () => {
  const extent = { start: 100, end: 200, at: 150 };
  const away = [-10, 10, -100, 100, Infinity].map((by) => placeAway(extent, by, 9));
  assert.deepEqual(away, [140, 160, 100.5, 191, 191]);
  assert.equal(placeAway({ ...extent, at: 195 }, 10, 9), 195, "it is nearer to the end than usual");
  assert.equal(placeAway({ ...extent, at: 195 }, -10, 9), 185);
  assert.equal(placeAway({ start: 100, end: 105, at: 101 }, -10, 9), 100, "there is less than that");
});

test("programmes are marked where they begin, but for the very ends", () => {
  const extent = { start: 20, end: 80 };
  assert.deepEqual(marksOf(PIECES, extent, [1_000_000, 1_000_015, 1_000_130, 1_000_159.9, 5]), [0.25, 0.5]);
});

test("a pause goes on for twenty minutes more than one can go back", () => {
  assert.equal(pauseEndsAfter(600), 1800);
  assert.equal(pauseEndsAfter(0), 1200);
});
