import assert from "node:assert/strict";
import { test } from "node:test";
import { chainOf, failedLink, pastProblems } from "../../custom_components/toonami_downlink/frontend/model/chain.js";
import { chartOf, niceCeiling } from "../../custom_components/toonami_downlink/frontend/model/chart.js";
import { LOOKS, conditionOf } from "../../custom_components/toonami_downlink/frontend/model/health.js";

/** @param {Partial<Run>} run @returns {Run} */
const run = (run) => ({
  started: "2026-11-24T08:00:00+00:00",
  finished: "2026-11-24T08:00:20+00:00",
  cause: "schedule",
  error: null,
  message: null,
  report: { channels: 7, programmes: 1800, filler: 0, guide_until: null, repairs: {}, sources: {} },
  recovered: false,
  failures: 0,
  stages: { provider: 17, guide: 9, check: 2, publish: 1 },
  ...run,
});

/** @param {Run[]} history @param {Partial<Status["refresh"]>} [refresh] @returns {any} */
const status = (history, refresh = {}) => ({
  history,
  players: [],
  refresh: {
    is_running: false, progress: null, schedule: "", next: null, failures: 0,
    last_success: "2026-11-24T08:00:19+00:00", ...refresh,
  },
});

/** @type {[string, any, string[]][]} */
const chains = [
  ["nothing ever ran", status([]), ["ok", "idle", "idle", "idle", "idle"]],
  ["all is well", status([run({})]), ["ok", "ok", "ok", "ok", "idle"]],
  ["no connection", status([run({ error: "upstream_unreachable", stages: { streams: 0 } })]),
    ["ok", "failed", "idle", "idle", "idle"]],
  ["a file refused", status([run({ error: "feed_refused", stages: { provider: 0 } })]),
    ["ok", "ok", "failed", "idle", "idle"]],
  ["a full disk", status([run({ error: "cannot_store", stages: {} })]), ["ok", "ok", "ok", "failed", "idle"]],
  ["it begins", status([], { is_running: true }), ["ok", "active", "waiting", "waiting", "idle"]],
  ["it checks", status([run({})], { is_running: true, progress: { stage: "check", done: 0, total: 0 } }),
    ["ok", "ok", "active", "waiting", "idle"]],
];
for (const [name, value, states] of chains) {
  test(`the chain when ${name}`, () => assert.deepEqual(chainOf(value).map(({ state }) => state), states));
}

test("each link has its time, and how long it took", () => {
  const value = status([run({})], { next: "2026-11-25T08:00:00+00:00" });
  value.players = [{ result: "ok", when: "2026-11-24T09:00:00+00:00" }];
  const links = Object.fromEntries(chainOf(value).map((link) => [link.name, link]));
  assert.equal(links.schedule.time, Date.parse("2026-11-25T08:00:00Z") / 1000);
  assert.equal(links.provider.seconds, 17);
  assert.equal(links.publish.time, Date.parse("2026-11-24T08:00:19Z") / 1000);
  assert.equal(links.players.state, "ok");
});

test("a failure of a stage that nobody knows is the provider's", () => {
  assert.equal(failedLink(run({ error: "x", stages: { new_stage: 0 } })), "provider");
  assert.equal(failedLink(run({ error: "x", stages: {} })), "provider");
});

/** @type {[number, number][]} */
const ceilings = [[0, 1], [1, 1], [17, 20], [46, 50], [2075, 2500], [5000, 5000], [9001, 10_000]];
for (const [value, expected] of ceilings) {
  test(`an axis for ${value}`, () => assert.equal(niceCeiling(value), expected));
}

test("the chart has the newest run at its right edge", () => {
  const failed = run({ error: "x", report: null, finished: "2026-11-24T08:00:40+00:00" });
  const { bars, line, maxSeconds } = chartOf([failed, run({})], 100);
  assert.equal(maxSeconds, 40);
  const drawn = bars.map((bar) => [Math.round(bar.x), bar.height, bar.failed]);
  assert.deepEqual(drawn, [[67, 50, false], [83, 100, true]]);
  assert.match(line, /^M75\.00 10\.0h4\./);
});

test("one run alone is something to see", () => {
  const { bars, line } = chartOf([run({})], 100);
  assert.ok(bars[0].width > 15 && bars[0].height > 50);
  assert.match(line, /h[1-9]/);
  assert.match(chartOf([run({}), run({})], 100).line, /L.*h0$/);
});

test("at most sixty runs are drawn, and none is not an error", () => {
  const many = Array.from({ length: 70 }, () => run({}));
  assert.equal(chartOf(many, 100).bars.length, 60);
  assert.deepEqual(chartOf([], 100).bars, []);
  assert.equal(chartOf([], 100).line, "");
});

/** @type {any} */
const well = { loaded: true, refreshing: false, generation: 1, health: { status: "ok", reason: null } };
/** @type {[string, any, boolean][]} */
const conditions = [
  ["receiving", well, true],
  ["offline", well, false],
  ["tuning", undefined, true],
  ["not_loaded", { loaded: false }, true],
  ["refreshing", { ...well, refreshing: true, generation: null }, true],
  ["no_signal", { ...well, generation: null }, true],
  ["receiving", { ...well, lost: [] }, true],
  ["signal_lost", { ...well, lost: [3] }, true],
  ["signal_lost", { ...well, lost: [3], health: { status: "degraded", reason: "refresh_failed" } }, true],
  ["not_refreshed", { ...well, lost: [], health: { status: "degraded", reason: "refresh_failed" } }, true],
  ["stale", { ...well, health: { status: "degraded", reason: "guide_stale" } }, true],
];
for (const [condition, overview, online] of conditions) {
  test(`the condition ${condition}`, () => {
    assert.equal(conditionOf(overview, online), condition);
    assert.ok(LOOKS[/** @type {Condition} */ (condition)].tone);
  });
}

test("what went wrong before is told once for each kind, the newest first", () => {
  const history = ["cannot_store", null, "usage", "cannot_store", "usage", null].map((error, index) =>
    run({ error, cause: String(index) }),
  );
  const found = pastProblems(history).map(({ run: { error, cause }, count }) => [error, cause, count]);
  assert.deepEqual(found, [["usage", "2", 2]]);
  assert.deepEqual(pastProblems(history.slice(1)).map(({ count }) => count), [2, 1]);
  assert.deepEqual(pastProblems([]), []);
});

test("a refresh that ran has its time, and one that never ran has none", () => {
  const never = chainOf(status([], { last_success: null }));
  assert.deepEqual(never.map(({ time }) => time), [null, null, null, null, null]);
  const links = chainOf(status([run({ error: "upstream_unreachable", stages: { streams: 1 } })]));
  const { provider, check, publish } = Object.fromEntries(links.map((link) => [link.name, link]));
  assert.equal(typeof provider.time, "number");
  assert.equal(check.time, null);
  assert.equal(publish.time, Date.parse("2026-11-24T08:00:19Z") / 1000);
  assert.equal(check.seconds, null);
});

test("a failure while it was published is that link's", () => {
  assert.equal(failedLink(run({ error: "x", stages: { check: 1, publish: 1 } })), "publish");
  assert.equal(failedLink(run({ error: "x", stages: { provider: 1, check: 1 } })), "check");
});
