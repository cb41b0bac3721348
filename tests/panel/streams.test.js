import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { isComposing } from "../../custom_components/toonami_downlink/frontend/lib/dom.js";
import { numberWriter } from "../../custom_components/toonami_downlink/frontend/model/numbers.js";
import { KINDS, meaningOf, signalOf, sizeOf } from "../../custom_components/toonami_downlink/frontend/model/streams.js";

const INTEGRATION = new URL("../../custom_components/toonami_downlink/", import.meta.url);
/** @param {string} path */
const read = (path) => readFileSync(new URL(path, INTEGRATION), "utf8");

test("every reason of the relay means something to people", () => {
  const errors = read("engine/downlink/relay/errors.py");
  const reasons = [...errors.matchAll(/^ {4}[A-Z_0-9]+ = "(\w+)"$/gm)].map(([, reason]) => reason);
  assert.ok(reasons.length > 25, String(reasons.length));
  const texts = JSON.parse(read("frontend/i18n/en.json"));
  for (const reason of reasons) {
    const meaning = meaningOf(reason);
    assert.notEqual(meaning, "unknown", reason);
    assert.ok(texts[`reason.${meaning}`], meaning);
  }
});

test("a reason of another version, and none, are not an error", () => {
  assert.equal(meaningOf("invented"), "unknown");
  assert.equal(meaningOf(null), "unknown");
  assert.equal(meaningOf("constructor"), "unknown");
});

/** @type {[boolean, string | null, string][]} */
const signals = [
  [true, null, "receiving"],
  [true, "2026-11-24T08:00:00+00:00", "signal_lost"],
  [false, null, "idle"],
  [false, "2026-11-24T08:00:00+00:00", "idle"],
];
for (const [running, slate_since, expected] of signals) {
  test(`a channel that is ${running ? "watched" : "not watched"}, lost ${slate_since}: ${expected}`, () => {
    assert.equal(signalOf(/** @type {any} */ ({ running, slate_since })), expected);
  });
}

/** @type {[number, string][]} */
const sizes = [
  [0, "0 kB"], [999_999, "1,000 kB"], [1e6, "1 MB"], [1_482_331, "1.5 MB"], [1_234_000_000, "1.2 GB"],
];
for (const [bytes, expected] of sizes) {
  test(`${bytes} bytes are ${expected}`, () => assert.equal(sizeOf(bytes, numberWriter("en")), expected));
}

test("sizes have the same units however numbers are written", () => {
  for (const format of ["comma_decimal", "decimal_comma", "space_comma", "quote_decimal", "none"]) {
    const written = sizeOf(1.5e9, numberWriter("en", format)).replace(/\s/g, " ");
    assert.match(written, /^1[.,]5 GB$/, format);
  }
});

test("both kinds of streams have a name", () => assert.deepEqual(Object.keys(KINDS), ["hls", "ts"]));

/** @type {[string, object, boolean][]} */
const keys = [
  ["a plain Enter", { isComposing: false, keyCode: 13 }, false],
  ["an Enter within a composition", { isComposing: true, keyCode: 13 }, true],
  ["the Enter that ended one, in Safari", { isComposing: false, keyCode: 229 }, true],
];
for (const [name, event, expected] of keys) {
  test(`${name} is ${expected ? "" : "not "}the input method's`, () => {
    assert.equal(isComposing(/** @type {any} */ (event)), expected);
  });
}
