import assert from "node:assert/strict";
import { test } from "node:test";
import {
  GUIDE, dateFor, dayFor, isSame, pathOf, readPlace,
} from "../../custom_components/toonami_downlink/frontend/model/place.js";
import { IDLE, Position, stepFrom, tonight } from "../../custom_components/toonami_downlink/frontend/model/position.js";

const HOUR = 3600;
const DAY = 24 * HOUR;

/** @type {[string, string, Partial<Place>][]} */
const places = [
  ["/guide", "", {}],
  ["/guide/3", "", { channel: 3 }],
  ["/guide/3/2026-11-28", "", { channel: 3, date: "2026-11-28" }],
  ["/guide/3/1795697531", "", { channel: 3, start: 1_795_697_531 }],
  ["/guide/3/1795697531", "?q=the+big+o", { channel: 3, start: 1_795_697_531, search: "the big o" }],
  ["/guide", "?q=%C3%A9%26%3F%23", { search: "é&?#" }],
  ["/watch/2", "", { watch: 2 }],
  ["/recordings", "", { page: "recordings" }],
  ["/shows", "", { page: "shows" }],
  ["/connect", "", { page: "connect" }],
  ["/status", "", { page: "status" }],
  ["/guide/2147483647/8589934592", "", { channel: 2 ** 31 - 1, start: 2 ** 33 }],
];
for (const [path, query, fields] of places) {
  test(`the place ${path}${query} and back`, () => {
    const place = readPlace(path, query);
    assert.deepEqual(place, { ...GUIDE, ...fields });
    assert.equal(pathOf(place), `/toonami-downlink${path}${query}`);
  });
}

const nonsense = [
  "", "/", "/nope", "/guide/0", "/guide/-1", "/guide/1e3", "/guide/0x10", "/guide/03", "/guide/2147483648",
  "/guide/99999999999999999999", "/guide/<script>alert(1)</script>", "/guide/%3Cscript%3E", "/guide/1/now",
  "/guide/1/8589934593", "/guide/1/2026-02-30", "/guide/1/2026-13-01", "/guide/1/2026-1-1", "/guide/1/1/1",
  "/guide/constructor", "/watch", "/watch/x", "/watch/1/2", "/../../etc", "//evil.example.com", "/guide/1/ 5",
  `/guide/${"9".repeat(5000)}`, "/guide//5", "/guide/١",
];
for (const path of nonsense) {
  test(`${path.slice(0, 40) || "nothing"} is the guide`, () => assert.deepEqual(readPlace(path), GUIDE));
}

test("what is searched for has an end, and addresses from before still lead to the channel", () => {
  assert.equal(readPlace("/guide", `?q=${"x".repeat(100)}`).search.length, 100);
  assert.equal(readPlace("/guide", `?q=${"x".repeat(101)}`).search.length, 100);
  assert.equal(readPlace("/guide", "?channel=3").channel, 3);
  assert.equal(readPlace("", "?channel=3").channel, 3);
  assert.equal(readPlace("/guide", "?channel=three").channel, null);
});

for (const zone of ["UTC", "America/New_York", "Pacific/Auckland", "Pacific/Kiritimati"]) {
  test(`a day and its date in ${zone}, also where the clocks change`, () => {
    for (const date of ["2026-11-26", "2026-03-08", "2026-11-01", "2026-12-31"]) {
      assert.equal(dateFor(dayFor(date, zone), zone), date);
    }
  });
}

test("the guide follows the clock until somebody goes elsewhere, and again when nobody is there", () => {
  const position = new Position();
  assert.equal(position.at(100), 100);
  position.go(5000, 100);
  assert.equal(position.at(200), 5000);
  assert.equal(position.rest(100 + IDLE - 1), false);
  position.touch(150);
  assert.equal(position.rest(150 + IDLE - 1), false);
  assert.equal(position.rest(150 + IDLE), true);
  assert.equal(position.rest(150 + IDLE), false, "it does already");
  assert.equal(position.at(9000), 9000);
});

test("tonight is eight by the clock, also when the clocks change that day", () => {
  for (const date of ["2026-11-26", "2026-03-08", "2026-11-01"]) {
    const day = dayFor(date, "America/New_York");
    const clock = new Intl.DateTimeFormat("sv", { timeZone: "America/New_York", dateStyle: "short", timeStyle: "short" });
    assert.equal(clock.format(tonight(day + 60, "America/New_York") * 1000), `${date} 20:00`);
  }
});

test("a step is an hour of all channels or a day of one, and stays within the guide", () => {
  const guide = { from: 0, until: 3 * DAY };
  assert.equal(stepFrom(10 * HOUR + 700, 1, false, guide, "UTC"), 11 * HOUR);
  assert.equal(stepFrom(10 * HOUR, -1, false, guide, "UTC"), 9 * HOUR);
  assert.equal(stepFrom(20 * HOUR, 1, true, guide, "UTC"), DAY + 20 * HOUR);
  assert.equal(stepFrom(HOUR, -1, true, guide, "UTC"), 0);
  assert.equal(stepFrom(3 * DAY - HOUR, 1, true, guide, "UTC"), 3 * DAY - 1);
});

test("places are the same that have the same address", () => {
  assert.equal(isSame({ ...GUIDE, channel: 3 }, { ...GUIDE, channel: 3 }), true);
  assert.equal(isSame({ ...GUIDE, channel: 3 }, { ...GUIDE, channel: 4 }), false);
  assert.equal(isSame({ ...GUIDE, page: "status", channel: 3 }, { ...GUIDE, page: "status" }), true);
});

test("a date has nothing before it and nothing behind it", () => {
  for (const date of ["x2026-11-28", "2026-11-28x", "2026-11-281", "12026-11-28"]) {
    assert.deepEqual(readPlace(`/guide/3/${date}`), GUIDE, date);
  }
});
