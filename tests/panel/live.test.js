import assert from "node:assert/strict";
import { mock, test } from "node:test";
import { Store } from "../../custom_components/toonami_downlink/frontend/lib/store.js";
import { storeValue, storedValue } from "../../custom_components/toonami_downlink/frontend/lib/stored-values.js";
import { Subscription } from "../../custom_components/toonami_downlink/frontend/lib/subscription.js";

/** A connection of which the test decides everything. */
class FakeConnection {
  connected = true;
  /** @type {any[]} */
  subscribed = [];
  /** @type {any[]} */
  asked = [];
  /** @type {string | undefined} */
  refusal;
  closed = 0;
  /** What is published. */
  generation = 1;
  /** @type {Record<string, Set<() => void>>} */
  listeners = { ready: new Set(), disconnected: new Set() };

  /** @param {string} name @param {() => void} callback */
  addEventListener(name, callback) {
    this.listeners[name].add(callback);
  }

  /** @param {string} name @param {() => void} callback */
  removeEventListener(name, callback) {
    this.listeners[name].delete(callback);
  }

  /** @param {string} name */
  fire(name) {
    for (const callback of [...this.listeners[name]]) callback();
  }

  /** @param {(event: any) => void} event @param {object} message */
  async subscribeMessage(event, message) {
    if (this.refusal) throw { code: this.refusal };
    this.subscribed.push({ event, message });
    return () => {
      this.closed += 1;
    };
  }

  /** @param {object} message */
  async sendMessagePromise(message) {
    this.asked.push(message);
    if (this.refusal) throw { code: this.refusal };
    return { generation: this.generation, rows: { 1: [[10, 20, "Show", null, null, null, 0]] } };
  }
}

const settle = () => new Promise((resolve) => setImmediate(resolve));

test("a subscription comes back with the connection", async () => {
  const connection = new FakeConnection();
  /** @type {unknown[]} */
  const events = [];
  const subscription = new Subscription(connection, { type: "x" }, { event: (event) => events.push(event) });
  await settle();
  connection.subscribed[0].event("first");
  connection.fire("disconnected");
  connection.subscribed[0].event("from a connection that is gone");
  connection.fire("ready");
  await settle();
  connection.subscribed[1].event("second");
  assert.deepEqual(events, ["first", "second"]);
  subscription.close();
  assert.equal(connection.closed, 1);
  assert.equal(connection.listeners.ready.size + connection.listeners.disconnected.size, 0);
});

test("a subscription that is refused tries again, later and later", async () => {
  mock.timers.enable({ apis: ["setTimeout"] });
  try {
    const connection = new FakeConnection();
    connection.refusal = "not_loaded";
    /** @type {string[]} */
    const codes = [];
    const listener = { event: () => {}, refused: (/** @type {string} */ code) => codes.push(code) };
    const subscription = new Subscription(connection, { type: "x" }, listener);
    for (const wait of [1000, 2000]) {
      await settle();
      mock.timers.tick(wait);
    }
    await settle();
    assert.deepEqual(codes, ["not_loaded", "not_loaded", "not_loaded"]);
    connection.refusal = undefined;
    mock.timers.tick(5000);
    await settle();
    assert.equal(connection.subscribed.length, 1);
    subscription.close();
  } finally {
    mock.timers.reset();
  }
});

test("who may not is not asked for again", async () => {
  mock.timers.enable({ apis: ["setTimeout"] });
  try {
    const connection = new FakeConnection();
    connection.refusal = "unauthorized";
    let refused = 0;
    new Subscription(connection, {}, { event: () => {}, refused: () => (refused += 1) });
    await settle();
    mock.timers.tick(60_000);
    await settle();
    assert.equal(refused, 1);
  } finally {
    mock.timers.reset();
  }
});

test("a subscription that is closed while it opens is given back", async () => {
  const connection = new FakeConnection();
  new Subscription(connection, {}, { event: () => assert.fail("closed") }).close();
  await settle();
  connection.subscribed[0].event("late");
  assert.equal(connection.closed, 1);
});

const OVERVIEW = { loaded: true, generation: 1, channels: [] };

test("a day of the guide is asked for once, and anew after a new generation", async () => {
  const connection = new FakeConnection();
  const store = new Store(connection);
  /** @type {string[]} */
  const changes = [];
  store.addEventListener("change", (event) => changes.push(/** @type {CustomEvent} */ (event).detail));
  store.open();
  await settle();
  await store.loadDay(0, "UTC");
  assert.equal(connection.asked.length, 0, "nothing is known yet");
  connection.subscribed[0].event(OVERVIEW);
  await Promise.all([store.loadDay(0, "UTC"), store.loadDay(0, "UTC")]);
  assert.deepEqual(connection.asked, [{ type: "toonami_downlink/guide", from: 0, to: 86_400 }]);
  assert.equal(store.guide.of(1).at(15)?.title, "Show");
  connection.generation = 2;
  connection.subscribed[0].event({ ...OVERVIEW, generation: 2 });
  assert.equal(store.guide.of(1).at(15)?.title, "Show", "the old guide stays until the new one is there");
  await store.loadDay(0, "UTC");
  assert.equal(connection.asked.length, 2);
  assert.deepEqual(changes, ["overview", "guide", "overview", "guide"]);
  store.close();
});

test("the first day is asked for together with the overview, and once", async () => {
  const connection = new FakeConnection();
  const store = new Store(connection);
  store.open();
  const arriving = store.expectDay(0, "UTC");
  assert.equal(connection.asked.length, 1);
  connection.subscribed[0].event(OVERVIEW);
  await Promise.all([arriving, store.loadDay(0, "UTC")]);
  assert.equal(connection.asked.length, 1);
  assert.equal(store.guide.of(1).at(15)?.title, "Show");
  store.close();
});

test("a day of another generation than the overview's is not shown, and asked for again", async () => {
  const connection = new FakeConnection();
  const store = new Store(connection);
  store.open();
  connection.generation = 2;
  const arriving = store.expectDay(0, "UTC");
  connection.subscribed[0].event(OVERVIEW);
  await arriving;
  assert.ok(!store.guide.has(0));
  connection.subscribed[0].event({ ...OVERVIEW, generation: 2 });
  await store.loadDay(0, "UTC");
  assert.equal(connection.asked.length, 2);
  assert.ok(store.guide.has(0));
  store.close();
});

test("a day that could not be had is asked for again", async () => {
  const connection = new FakeConnection();
  const store = new Store(connection);
  store.open();
  await settle();
  connection.subscribed[0].event(OVERVIEW);
  connection.refusal = "timeout";
  await store.loadDay(0, "UTC");
  connection.refusal = undefined;
  await store.loadDay(0, "UTC");
  assert.equal(connection.asked.length, 2);
  assert.ok(store.guide.has(0));
});

test("the store says when Home Assistant is gone, and when nothing is loaded", async () => {
  const connection = new FakeConnection();
  connection.refusal = "not_loaded";
  const store = new Store(connection);
  store.open();
  await settle();
  assert.deepEqual(store.overview, { loaded: false });
  assert.equal(store.loaded, undefined);
  connection.fire("disconnected");
  assert.equal(store.online, false);
  connection.fire("ready");
  assert.equal(store.online, true);
  store.close();
});

test("a store that two cards share ends with the second", async () => {
  const connection = new FakeConnection();
  const store = new Store(connection);
  store.open();
  store.open();
  await settle();
  store.close();
  assert.equal(connection.closed, 0);
  store.close();
  const subscribed = connection.subscribed.map(({ message }) => message.type);
  const types = ["overview", "follows", "recordings"].map((name) => `toonami_downlink/${name}/subscribe`);
  assert.deepEqual(subscribed, types);
  assert.equal(connection.closed, 3);
});

test("a subscription beside the overview ends with its signal", async () => {
  const connection = new FakeConnection();
  const leaving = new AbortController();
  /** @type {unknown[]} */
  const events = [];
  new Store(connection).subscribe("status", leaving.signal, (event) => events.push(event));
  await settle();
  const [{ event, message }] = connection.subscribed;
  assert.deepEqual(message, { type: "toonami_downlink/status/subscribe" });
  event("first");
  leaving.abort();
  event("late");
  assert.deepEqual(events, ["first"]);
  assert.equal(connection.closed, 1);
  assert.equal(connection.listeners.ready.size + connection.listeners.disconnected.size, 0);
});

test("stored values come back, and where nothing can be stored there is none", () => {
  /** @type {Record<string, string>} */
  const values = {};
  const storage = {
    getItem: (/** @type {string} */ key) => values[key] ?? null,
    setItem: (/** @type {string} */ key, /** @type {string} */ value) => (values[key] = value),
  };
  const refusing = { getItem: () => { throw new Error("no"); }, setItem: () => { throw new Error("no"); } };
  try {
    Object.defineProperty(globalThis, "localStorage", { value: storage, configurable: true });
    assert.equal(storedValue("tile"), "");
    storeValue("tile", "kodi");
    assert.equal(storedValue("tile"), "kodi");
    assert.deepEqual(values, { "toonami-downlink-tile": "kodi" });
    Object.defineProperty(globalThis, "localStorage", { value: refusing, configurable: true });
    storeValue("tile", "vlc");
    assert.equal(storedValue("tile"), "");
  } finally {
    Reflect.deleteProperty(globalThis, "localStorage");
  }
});
