import assert from "node:assert/strict";
import { test } from "node:test";
import {
  canPlay, conflictOf, daysOf, missingWords, sections, stateWords, usedPart,
} from "../../custom_components/toonami_downlink/frontend/model/library.js";
import { numberWriter } from "../../custom_components/toonami_downlink/frontend/model/numbers.js";
import { Recordings } from "../../custom_components/toonami_downlink/frontend/model/recordings.js";
import {
  lengthOf, MAX_RESUMES, remembered, resumeAt,
} from "../../custom_components/toonami_downlink/frontend/model/resume.js";
import { Strings } from "../../custom_components/toonami_downlink/frontend/model/text.js";
import { Clock } from "../../custom_components/toonami_downlink/frontend/model/time.js";
import { readFileSync } from "node:fs";

const ZONE = "America/New_York";
const START = Date.parse("2026-11-26T02:00:00Z") / 1000;
const I18N = new URL("../../custom_components/toonami_downlink/frontend/i18n/", import.meta.url);
const text = new Strings("en", JSON.parse(readFileSync(new URL("en.json", I18N), "utf8")));
const clock = new Clock("en", "24", ZONE);
/** @type {Strings["get"]} */
const t = (key, values) => text.get(key, values, numberWriter("en"));
const context = /** @type {any} */ ({ clock, t, text });

/** @param {string} id @param {Partial<Recording>} [fields] @returns {Recording} */
const recording = (id, fields) => ({
  id, number: 1, channel: 1, start: START, stop: START + 1800, state: "complete", reason: null, title: "Trigun",
  episode_title: null, season: null, episode: null, image: null, gaps: [], missing: 0, kept: false, rule: null,
  size: 0, has_file: true, ...fields,
});

/** @param {Partial<RecordingsEvent>} fields @returns {RecordingsEvent<any>} */
const event = (fields) => ({ loaded: true, on: true, ...fields });

test("what has changed is put into what was told before", () => {
  const known = new Recordings();
  known.update(event({ whole: true, recordings: [recording("a"), recording("b", { start: 5 })] }));
  known.update(event({ recordings: [recording("a", { state: "recording" })], gone: ["b", "never"] }));
  assert.deepEqual([...known.items.values()].map(({ id, state }) => [id, state]), [["a", "recording"]]);
  assert.equal(known.isOn, true);
  known.update(event({ whole: true, recordings: [recording("c")] }));
  assert.deepEqual([...known.items.keys()], ["c"]);
  known.update({ loaded: false });
  assert.equal(known.items.size, 0);
  assert.equal(known.isOn, false);
});

test("a programme is marked by its channel and start, also within a run of short ones", () => {
  const known = new Recordings();
  known.update(event({ whole: true, recordings: [recording("a", { state: "planned" }), recording("b", { channel: null })] }));
  assert.equal(known.mark(1, { title: "", start: START, stop: 0 }), "planned");
  assert.equal(known.mark(2, { title: "", start: START, stop: 0 }), "");
  assert.equal(known.mark(1, { title: "", start: START + 1, stop: 0 }), "");
  const parts = [START - 60, START].map((start) => /** @type {any} */ ({ start }));
  assert.equal(known.of(1, { title: "", start: START - 60, stop: 0, parts })?.id, "a");
  known.update(event({ recordings: [recording("a", { state: "failed" })] }));
  assert.equal(known.mark(1, { title: "", start: START, stop: 0 }), "");
});

test("what is now, what is planned, and what is done by show", () => {
  const found = sections([
    recording("old", { start: 10, size: 5 }),
    recording("later", { start: 90, state: "planned" }),
    recording("soon", { start: 80, state: "planned" }),
    recording("new", { start: 30, title: "TRIGUN ", size: 7, state: "interrupted" }),
    recording("other", { start: 20, title: "Doug", state: "failed" }),
    recording("on", { start: 70, state: "recording" }),
  ]);
  const ids = (/** @type {Recording[]} */ items) => items.map(({ id }) => id);
  assert.deepEqual([ids(found.now), ids(found.planned)], [["on"], ["soon", "later"]]);
  assert.deepEqual(found.shows.map(({ title, items, size }) => [title, ids(items), size]), [
    ["TRIGUN ", ["new", "old"], 12], ["Doug", ["other"], 0],
  ]);
});

/** @type {[string, Partial<Recording>, string][]} */
const sentences = [
  ["nothing is missing", {}, "Complete"],
  ["minutes at a time", { state: "interrupted", gaps: [[START + 840, START + 1020]], missing: 180 }, "Interrupted (3 min missing at 21:14)"],
  ["with its reason", { state: "interrupted", reason: "no_signal", gaps: [[START, START + 60]], missing: 60 }, "Interrupted (1 min missing at 21:00): the station sent nothing"],
  ["seconds", { state: "interrupted", gaps: [[START, START + 59]], missing: 59 }, "Interrupted (59 s missing at 21:00)"],
  ["a part of a second", { state: "interrupted", gaps: [[START, START]], missing: 0.2 }, "Interrupted (1 s missing at 21:00)"],
  ["several", { state: "interrupted", gaps: [[START, START + 60], [START + 600, START + 660]], missing: 120 }, "Interrupted (2 min missing at 21:00 and 21:10)"],
  ["more than are named", { state: "interrupted", gaps: [0, 60, 120, 180].map((at) => [START + at, START + at + 30]), missing: 120 }, "Interrupted (2 min missing at 21:00, 21:01, 21:02, and 1 more time)"],
  ["while it records", { state: "recording", reason: "no_signal", gaps: [[START, START + 60]], missing: 60 }, "Recording (1 min missing at 21:00)"],
  ["failed", { state: "failed", reason: "disk_full" }, "Failed: the disk is full"],
  ["failed, whyever", { state: "failed", reason: "sunspots" }, "Failed: the log of Home Assistant says why"],
  ["not in the guide", { state: "planned", reason: "left_guide" }, "No longer in the guide."],
  ["planned", { state: "planned", reason: "busy" }, "Planned"],
];
for (const [name, fields, expected] of sentences) {
  test(`in words: ${name}`, () => assert.equal(stateWords(recording("a", fields), context), expected));
}

test("nothing missing needs no words", () => assert.equal(missingWords({ gaps: [], missing: 0 }, context), ""));

test("what can be played", () => {
  const states = /** @type {RecordingPhase[]} */ (["planned", "recording", "complete", "interrupted", "failed"]);
  assert.deepEqual(states.map((state) => canPlay(recording("a", { state }))), [false, true, true, true, false]);
  assert.equal(canPlay(undefined), false);
});

test("a conflict names those that are in the way, as far as they are known", () => {
  const known = /** @type {Recordings<any>} */ (new Recordings());
  known.update(event({ whole: true, recordings: [recording("a")], conflicts: [{ id: "b", with: ["a", "gone"], instead: null }] }));
  assert.deepEqual(conflictOf(known, "b"), { titles: ["Trigun"], instead: null });
  assert.equal(conflictOf(known, "a"), undefined);
});

test("space and days", () => {
  const space = { free: null, warning: null };
  assert.equal(usedPart({ ...space, used: 5, quota: 10 }), 0.5);
  assert.equal(usedPart({ ...space, used: 50, quota: 10 }), 1);
  assert.equal(usedPart({ ...space, used: 50, quota: 0 }), 0);
  assert.equal(daysOf([0, 1, 2, 3, 4, 5, 6], clock), "");
  for (const zone of ["UTC", "Pacific/Auckland", "Pacific/Honolulu"]) {
    assert.equal(daysOf([0, 6], new Clock("en", "24", zone)), "Mon, Sun");
  }
});

test("watching goes on where it was left, in each of so many recordings", () => {
  let stored = remembered("", "a", 300.7, 1800, false);
  assert.equal(resumeAt(stored, "a"), 300);
  assert.equal(resumeAt(stored, "b"), 0);
  assert.equal(resumeAt(remembered(stored, "a", 10, 1800, false), "a"), 0, "hardly begun");
  assert.equal(resumeAt(remembered(stored, "a", 1790, 1800, false), "a"), 0, "seen");
  assert.equal(resumeAt(remembered(stored, "a", 1790, 1800, true), "a"), 1790, "its end is not there yet");
  for (let number = 0; number < MAX_RESUMES; number += 1) {
    assert.equal(resumeAt(stored, "a"), 300);
    stored = remembered(stored, `n${number}`, 100, 1800, false);
  }
  assert.equal(resumeAt(stored, "a"), 0, "one more than are remembered");
  assert.equal(JSON.parse(stored).length, MAX_RESUMES);
});

for (const nonsense of ["{", "null", "{}", "[1]", '[["a"]]', '[["a", -5]]', '[["a", "1"]]', "[[null, 1]]"]) {
  test(`a store of ${nonsense} is none`, () => {
    assert.equal(resumeAt(nonsense, "a"), 0);
    assert.equal(remembered(nonsense, "b", 100, 1800, false), '[["b",100]]');
  });
}

test("lengths", () => {
  assert.deepEqual([0, 59.9, 245, 3753, Number.NaN, -4].map(lengthOf), ["0:00", "0:59", "4:05", "1:02:33", "0:00", "0:00"]);
});

test("each state has its mark", () => {
  const marks = { planned: "planned", recording: "recording", complete: "recorded", interrupted: "recorded", failed: "" };
  for (const [state, mark] of Object.entries(marks)) {
    const known = new Recordings();
    known.update(event({ whole: true, recordings: [recording("a", { state: /** @type {any} */ (state) })] }));
    assert.equal(known.mark(1, { title: "", start: START, stop: 0 }), mark);
  }
});

test("before anything is told nothing is on, planned or in the way", () => {
  const known = new Recordings();
  assert.deepEqual([known.isOn, known.rules, known.conflicts, known.items.size], [false, [], [], 0]);
  known.update(event({}));
  assert.deepEqual([known.isOn, known.rules, known.conflicts, known.items.size], [true, [], [], 0]);
  known.update(event({ recordings: [recording("a")] }));
  known.update(event({}));
  assert.equal(known.items.size, 1, "what is not named stays");
});
