import assert from "node:assert/strict";
import { test } from "node:test";
import {
  Clock, addDays, daysBetween, hourOf, minutesBetween, offsetAt, startOfDay, zoneOf,
} from "../../custom_components/toonami_downlink/frontend/model/time.js";

const NEW_YORK = "America/New_York";
/** @param {string} iso */
const at = (iso) => Date.parse(iso) / 1000;

/** @type {[string, string, number][]} */
const offsets = [
  ["2026-07-01T12:00:00Z", NEW_YORK, -4],
  ["2026-12-01T12:00:00Z", NEW_YORK, -5],
  ["2026-12-01T12:00:00Z", "Asia/Kathmandu", 5.75],
  ["2026-12-01T12:00:00Z", "UTC", 0],
];
for (const [time, zone, hours] of offsets) {
  test(`the clocks of ${zone} at ${time}`, () => {
    assert.equal(offsetAt(at(time), zone), hours * 3600);
    assert.equal(offsetAt(at(time) + 0.7, zone), hours * 3600);
  });
}

/** @type {[string, string, string, string][]} */
const days = [
  ["an ordinary day", "2026-11-24T23:59:59-05:00", NEW_YORK, "2026-11-24T00:00:00-05:00"],
  ["the day begins now", "2026-11-24T00:00:00-05:00", NEW_YORK, "2026-11-24T00:00:00-05:00"],
  ["after the clocks went forward", "2026-03-08T12:00:00-04:00", NEW_YORK, "2026-03-08T00:00:00-05:00"],
  ["after they went back", "2026-11-01T12:00:00-05:00", NEW_YORK, "2026-11-01T00:00:00-04:00"],
  ["a day without midnight", "2018-11-04T12:00:00-02:00", "America/Sao_Paulo", "2018-11-04T01:00:00-02:00"],
  ["a day with two midnights", "2026-10-25T12:00:00-01:00", "Atlantic/Azores", "2026-10-25T00:00:00Z"],
  ["between its two midnights", "2026-10-25T00:30:00Z", "Atlantic/Azores", "2026-10-25T00:00:00Z"],
  ["after its second midnight", "2026-10-25T01:00:00Z", "Atlantic/Azores", "2026-10-25T00:00:00Z"],
  ["an hour comes twice before it", "2018-02-18T12:00:00-03:00", "America/Sao_Paulo", "2018-02-18T00:00:00-03:00"],
  ["half an hour comes twice", "2026-04-05T12:00:00+10:30", "Australia/Lord_Howe", "2026-04-05T00:00:00+11:00"],
  ["the clocks go forward to midnight", "2026-03-29T12:00:00-01:00", "America/Nuuk", "2026-03-29T00:00:00-01:00"],
  ["they go back from midnight", "2026-10-25T12:00:00-02:00", "America/Nuuk", "2026-10-25T00:00:00-02:00"],
  ["a day that was left out", "2011-12-31T12:00:00+14:00", "Pacific/Apia", "2011-12-31T00:00:00+14:00"],
  ["two hours come twice", "2026-10-25T12:00:00Z", "Antarctica/Troll", "2026-10-25T00:00:00+02:00"],
];
for (const [name, time, zone, expected] of days) {
  test(`a day begins: ${name}`, () => assert.equal(startOfDay(at(time), zone), at(expected)));
}

test("days are counted over a change of the clocks", () => {
  const saturday = at("2026-10-31T20:00:00-04:00");
  assert.equal(addDays(saturday, 1, NEW_YORK), at("2026-11-01T00:00:00-04:00"));
  assert.equal(addDays(saturday, 2, NEW_YORK), at("2026-11-02T00:00:00-05:00"));
  assert.equal(addDays(saturday, -1, NEW_YORK), at("2026-10-30T00:00:00-04:00"));
  assert.equal(addDays(saturday, 0, NEW_YORK), at("2026-10-31T00:00:00-04:00"));
});

test("a day with two midnights is 25 hours long", () => {
  const azores = "Atlantic/Azores";
  const day = startOfDay(at("2026-10-25T12:00:00Z"), azores);
  assert.equal(addDays(day, 1, azores) - day, 25 * 3600);
  assert.equal(hourOf(day, 20, azores), at("2026-10-25T20:00:00-01:00"));
});

test("the days of a guide are those that have a part in it", () => {
  const found = daysBetween(at("2026-11-24T05:00:00Z"), at("2026-11-26T05:00:00Z"), NEW_YORK);
  assert.deepEqual(found, [at("2026-11-24T05:00:00Z"), at("2026-11-25T05:00:00Z")]);
});

test("times are written as the user set it", () => {
  const time = at("2026-11-24T20:05:00Z");
  assert.equal(new Clock("en", "12", NEW_YORK).time(time).replace(/\s/u, " "), "3:05 PM");
  assert.equal(new Clock("en", "24", NEW_YORK).time(time), "15:05");
  assert.equal(new Clock("es", "language", NEW_YORK).time(time), "15:05");
});

/** @type {[string, string, string, string][]} */
const clocks = [
  ["fi", "language", "en", "15:05"],
  ["nl", "language", "en", "15:05"],
  ["en-GB", "language", "en-GB", "15:05"],
  ["en-US", "language", "en-US", "3:05 PM"],
  ["ar", "language", "en", "3:05 PM"],
  ["fi", "12", "en", "3:05 PM"],
  ["ar", "24", "en", "15:05"],
  ["no such language!", "language", "en", "15:05"],
];
for (const [users, format, texts, expected] of clocks) {
  test(`the clock of ${users} set to ${format}`, () => {
    const written = new Clock(texts, format, NEW_YORK, users).time(at("2026-11-24T20:05:00Z"));
    assert.equal(written.replace(/\s/gu, " "), expected);
  });
}

test("the clock of the system is the browser's", () => {
  const time = at("2026-11-24T20:05:00Z");
  const own = Object.getOwnPropertyDescriptor(globalThis, "navigator");
  try {
    for (const [language, expected] of [["de", "15:05"], ["en-US", "3:05 PM"]]) {
      Object.defineProperty(globalThis, "navigator", { value: { language }, configurable: true });
      const written = new Clock("en", "system", NEW_YORK, "fi").time(time);
      assert.equal(written.replace(/\s/u, " "), expected);
    }
  } finally {
    if (own) Object.defineProperty(globalThis, "navigator", own);
  }
});

test("morning hours have two digits on a clock of 24 hours", () => {
  const time = at("2026-11-24T14:05:00Z");
  assert.equal(new Clock("en", "language", NEW_YORK, "fi").time(time), "09:05");
  assert.equal(new Clock("es", "language", NEW_YORK, "es").time(time), "09:05");
});

const now = at("2026-11-24T20:00:00Z");
/** @type {[string, string][]} */
const words = [
  ["2026-11-24T05:00:00Z", "today"],
  ["2026-11-25T05:00:00Z", "tomorrow"],
  ["2026-11-24T04:59:59Z", "yesterday"],
  ["2026-11-28T12:00:00Z", "Saturday"],
  ["2026-12-08T12:00:00Z", "Tue, Dec 8"],
  ["2026-11-20T12:00:00Z", "Fri, Nov 20"],
];
for (const [time, expected] of words) {
  test(`the day of ${time} is ${expected}`, () => {
    assert.equal(new Clock("en", "24", NEW_YORK).dayWord(at(time), now), expected);
  });
}

/** @type {[number, string][]} */
const distances = [
  [0, "now"], [-44, "now"], [-120, "2 minutes ago"], [300, "in 5 minutes"],
  [-5400, "1 hour ago"], [86_400, "tomorrow"],
];
for (const [away, expected] of distances) {
  test(`${away} seconds away is ${expected}`, () => {
    assert.equal(new Clock("en", "24", "UTC").relative(now + away, now), expected);
  });
}

test("times are shown in the zone that the user chose", () => {
  const config = { time_zone: NEW_YORK };
  assert.equal(zoneOf({ locale: { time_zone: "server" }, config }), NEW_YORK);
  assert.equal(
    zoneOf({ locale: { time_zone: "local" }, config }),
    Intl.DateTimeFormat().resolvedOptions().timeZone,
  );
});

test("minutes agree with the times that are written beside them", () => {
  // 20:00:50 to 20:24:10 is written 20:00–20:24.
  assert.equal(minutesBetween(at("2026-11-26T20:00:50Z"), at("2026-11-26T20:24:10Z")), 24);
  assert.equal(minutesBetween(at("2026-11-26T20:00:10Z"), at("2026-11-26T20:24:50Z")), 24);
  assert.equal(minutesBetween(at("2026-11-26T20:23:50Z"), at("2026-11-26T20:24:10Z")), 1);
});

test("day and clock time are written together", () => {
  const clock = new Clock("en", "24", "UTC");
  const now = at("2026-11-24T12:00:00Z");
  assert.equal(clock.dayAndTime(now + 3600, now), "today 13:00");
  assert.equal(clock.day(now), "24");
  assert.equal(clock.date(now), "Tuesday, November 24");
});

test("a week on the same day of the week is a date, not that day", () => {
  const clock = new Clock("en", "24", "UTC");
  const now = at("2026-11-24T12:00:00Z");
  assert.equal(clock.dayWord(now + 6 * 86_400, now), "Monday");
  assert.equal(clock.dayWord(now + 7 * 86_400, now), "Tue, Dec 1");
  assert.equal(clock.dayWord(now - 2 * 86_400, now), "Sun, Nov 22");
});

test("what is away a little less than the next larger word has the smaller one", () => {
  const clock = new Clock("en", "24", "UTC");
  const words = { 44: "now", 45: "in 1 minute", 2699: "in 45 minutes", 2700: "in 1 hour", 79_199: "in 22 hours" };
  for (const [away, word] of Object.entries(words)) assert.equal(clock.relative(1e9 + Number(away), 1e9), word);
});

/** @type {[string, string, string][]} */
const around = [
  ["2026-11-24T00:30:00Z", "2026-11-24T23:30:00Z", "23 hours ago"],
  ["2026-11-24T23:30:00Z", "2026-11-24T00:30:00Z", "in 23 hours"],
  ["2026-11-23T23:30:00Z", "2026-11-24T22:30:00Z", "yesterday"],
  ["2026-11-23T21:00:00Z", "2026-11-25T05:00:00Z", "2 days ago"],
  ["2026-11-26T00:30:00Z", "2026-11-24T14:00:00Z", "in 2 days"],
  ["2026-11-14T12:00:00Z", "2026-11-24T12:00:00Z", "10 days ago"],
];
for (const [time, now, expected] of around) {
  test(`seen from ${now}, ${time} is ${expected}`, () => {
    assert.equal(new Clock("en", "24", "UTC").relative(at(time), at(now)), expected);
  });
}
