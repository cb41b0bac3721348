import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import { Places } from "../../custom_components/toonami_downlink/frontend/lib/places.js";

const ROOT = "/toonami-downlink";

/** The address and the history of a browser, which goes back when the test lets it. */
class FakeBrowser extends EventTarget {
  /** @type {{state: any, path: string}[]} */
  entries = [];
  at = 0;
  isGoingBack = false;

  /** @param {string} path */
  constructor(path) {
    super();
    this.entries.push({ state: null, path: ROOT + path });
  }

  /** All addresses up to this one, below the panel's own. */
  get paths() {
    return this.entries.slice(0, this.at + 1).map(({ path }) => path.replace(ROOT, ""));
  }

  get location() {
    const { pathname, search } = new URL(this.entries[this.at].path, "http://home");
    return { pathname, search, origin: "http://home" };
  }

  get history() {
    return {
      state: this.entries[this.at].state,
      /** @param {any} state @param {string} _ @param {string} path */
      replaceState: (state, _, path) => {
        this.entries[this.at] = { state, path };
      },
      /** @param {any} state @param {string} _ @param {string} path */
      pushState: (state, _, path) => {
        this.entries = [...this.entries.slice(0, this.at + 1), { state, path }];
        this.at += 1;
      },
      back: () => {
        this.isGoingBack = true;
      },
    };
  }

  /** Go back, if that was asked for. */
  settle() {
    if (!this.isGoingBack) return;
    this.isGoingBack = false;
    this.goBack();
  }

  goBack() {
    this.at -= 1;
    this.dispatchEvent(new Event("popstate"));
  }
}

/** @type {FakeBrowser} */
let browser;
/** @type {AbortController} */
let running;

/** Open the panel at an address. @param {string} path */
function open(path) {
  browser = new FakeBrowser(path);
  const { signal } = running;
  const places = new Places();
  places.follow(signal);
  return places;
}

beforeEach(() => {
  running?.abort();
  running = new AbortController();
  const get = (/** @type {"location" | "history"} */ name) => ({ configurable: true, get: () => browser[name] });
  Object.defineProperties(globalThis, {
    window: { configurable: true, get: () => browser },
    location: get("location"),
    history: get("history"),
  });
});

test("what was opened is left by going back", () => {
  const places = open("/guide");
  places.go({ channel: 1, start: 5 });
  assert.deepEqual(browser.paths, ["/guide", "/guide/1/5"]);
  places.leave({ start: null });
  browser.settle();
  assert.deepEqual(browser.paths, ["/guide"]);
  assert.equal(places.place.channel, null);
});

test("what an address led to is left for the place given", () => {
  const places = open("/guide/1/5");
  places.leave({ start: null });
  browser.settle();
  assert.deepEqual(browser.paths, ["/guide/1"]);
});

test("from where the guide is shown in place of a page, the guide is left by going back", () => {
  const places = open("/connect");
  places.go({ channel: 1, start: 5 });
  assert.deepEqual(browser.paths, ["/connect", "/guide/1/5"]);
  assert.equal(places.place.page, "guide");
  places.leave({ start: null });
  browser.settle();
  assert.deepEqual(browser.paths, ["/connect"]);
});

test("what is left or replaced on another page does not lead to the guide", () => {
  const places = open("/status");
  places.replace({ start: null, date: null });
  places.leave({ search: "" });
  browser.settle();
  assert.deepEqual(browser.paths, ["/status"]);
});

test("who comes back to where watching began does not begin again", () => {
  const places = open("/watch/3?q=big+o");
  /** @type {(number | null)[]} */
  const watched = [];
  places.addEventListener("change", () => watched.push(places.place.watch));
  places.go({ channel: 1, start: 5 });
  assert.deepEqual(browser.paths, ["/guide?q=big+o", "/guide/1/5?q=big+o"]);
  places.leave({ start: null });
  browser.settle();
  assert.deepEqual(browser.paths, ["/guide?q=big+o"]);
  assert.deepEqual(new Set(watched), new Set([null]));
});

test("a channel is left although something is searched for that was opened from it", () => {
  const places = open("/guide");
  places.go({ channel: 3, date: "2026-11-28" });
  places.go({ search: "trigun" });
  places.leave({ channel: null, date: null });
  browser.settle();
  assert.deepEqual(browser.paths.at(-1), "/guide?q=trigun");
  places.leave({ search: "" });
  browser.settle();
  assert.equal(browser.paths.at(-1), "/guide", "not the channel that was left");
});

test("a search is left although a channel was opened from it", () => {
  const places = open("/guide");
  places.go({ search: "trigun" });
  places.go({ channel: 3 });
  places.leave({ search: "" });
  browser.settle();
  assert.equal(browser.paths.at(-1), "/guide/3");
  places.leave({ channel: null, date: null });
  browser.settle();
  assert.equal(browser.paths.at(-1), "/guide", "not the search that was left");
});

test("a programme that a search found is left for that search", () => {
  const places = open("/guide");
  places.go({ search: "trig" });
  places.replace({ search: "trigun" });
  places.go({ channel: 3, start: 5 });
  places.leave({ start: null });
  browser.settle();
  assert.deepEqual(browser.paths, ["/guide", "/guide?q=trigun"]);
  places.leave({ search: "" });
  browser.settle();
  assert.deepEqual(browser.paths, ["/guide"]);
});

test("what is opened while the browser goes back is opened afterwards", () => {
  const places = open("/guide");
  places.go({ search: "trigun" });
  places.leave({ search: "" });
  places.go({ channel: 1, start: 5 });
  browser.settle();
  assert.deepEqual(browser.paths, ["/guide", "/guide/1/5"]);
});
