import assert from "node:assert/strict";
import { test } from "node:test";
import { Finds } from "../../custom_components/toonami_downlink/frontend/model/finds.js";

const CHANNELS = [{ number: 1, name: "East" }, { number: 2, name: "West" }];

/** @param {string} title @param {number} start @param {number} [channel] */
const found = (title, start, channel = 1) => [channel, start, start + 100, title, null, null, null, 0];

/** A Home Assistant that answers what it is told to, in this order; null for an answer that fails. */
class FakeStore {
  loaded = /** @type {any} */ ({ channels: CHANNELS });
  /** @type {any[]} */
  asked = [];

  /** @param {...any} answers */
  constructor(...answers) {
    this.answers = answers;
  }

  /** @param {string} type @param {object} fields */
  async request(type, fields) {
    this.asked.push({ type, ...fields });
    return this.answers.shift();
  }
}

/** What is listed, in a line for each: title and start, or how many more. @param {Finds} finds */
const listed = (finds) =>
  finds.rows.map(({ hit, more, isPart }) => {
    const name = hit ? `${hit.programme.title} ${hit.programme.start} on ${hit.channel.name}` : "";
    return [isPart ? "-" : "", name, more === undefined ? "" : `+${more}`].filter(Boolean).join(" ");
  });

const TITLES = { total: 3, results: [[1, ...found("Trigun", 100)], [3, ...found("Outlaw Star", 200, 2)]] };

test("titles come with how often they are shown, and the rest can be had", async () => {
  const store = new FakeStore(TITLES, { total: 3, results: [[1, ...found("Tenchi", 300)]] });
  const finds = new Finds(store, "t");
  assert.deepEqual(listed(finds), []);
  await finds.load();
  assert.deepEqual(store.asked, [{ type: "guide/search", query: "t", limit: 40, titles: true, offset: 0 }]);
  assert.deepEqual(listed(finds), ["Trigun 100 on East", "Outlaw Star 200 on West", "Outlaw Star 200 on West +2", "+1"]);
  await finds.expand(finds.rows[3]);
  assert.equal(store.asked[1].offset, 2);
  assert.deepEqual(listed(finds).slice(2), ["Outlaw Star 200 on West +2", "Tenchi 300 on East"]);
});

test("below a title are its other showings, page by page, and not the first again", async () => {
  const pages = [
    { total: 3, results: [found("Outlaw Star", 200, 2), found("Outlaw Star", 200, 1)] },
    { total: 3, results: [found("Outlaw Star", 500, 2)] },
  ];
  const store = new FakeStore(TITLES, ...pages);
  const finds = new Finds(store, "t");
  await finds.load();
  await finds.expand(finds.rows[2]);
  assert.deepEqual(store.asked[1], { type: "guide/search", query: "t", limit: 40, title: "Outlaw Star", offset: 0 });
  const first = ["Trigun 100 on East", "Outlaw Star 200 on West", "- Outlaw Star 200 on East"];
  assert.deepEqual(listed(finds), [...first, "Outlaw Star 200 on West +1", "+1"]);
  await finds.expand(finds.rows[3]);
  assert.equal(store.asked[2].offset, 2);
  assert.deepEqual(listed(finds), [...first, "- Outlaw Star 500 on West", "+1"]);
});

test("what was asked for twice is taken once", async () => {
  const store = new FakeStore(TITLES, TITLES, { total: 3, results: [found("Outlaw Star", 500)] }, { total: 3, results: [found("Outlaw Star", 500)] });
  const finds = new Finds(store, "t");
  await Promise.all([finds.load(), finds.load()]);
  assert.equal(listed(finds).filter((one) => one.startsWith("Trigun")).length, 1);
  const row = finds.rows[2];
  await Promise.all([finds.expand(row), finds.expand(row)]);
  assert.equal(listed(finds).filter((one) => one.startsWith("- ")).length, 1);
});

test("when nothing more comes, nothing more is promised", async () => {
  const nothing = { total: 9, results: [] };
  const finds = new Finds(new FakeStore(TITLES, nothing, nothing), "t");
  await finds.load();
  await finds.expand(finds.rows[2]);
  await finds.load();
  assert.deepEqual(listed(finds), ["Trigun 100 on East", "Outlaw Star 200 on West"]);
});

test("what is on a channel that has gone is left out", async () => {
  const store = new FakeStore(
    { total: 2, results: [[1, ...found("Gone", 50, 9)], [2, ...found("Trigun", 100)]] },
    { total: 2, results: [found("Trigun", 300, 9)] },
  );
  const finds = new Finds(store, "t");
  await finds.load();
  await finds.expand(finds.rows[1]);
  assert.deepEqual(listed(finds), ["Trigun 100 on East", "Trigun 100 on East +1"]);
  const empty = new FakeStore(TITLES);
  empty.loaded = undefined;
  const none = new Finds(empty, "t");
  await none.load();
  assert.deepEqual(listed(none), ["+1"]);
});
