import assert from "node:assert/strict";
import { readFileSync, readdirSync } from "node:fs";
import { test } from "node:test";

import { LANGUAGES } from "../../custom_components/toonami_downlink/frontend/model/text.js";

const FRONTEND = new URL("../../custom_components/toonami_downlink/frontend/", import.meta.url);
const NAMES = readdirSync(FRONTEND, { recursive: true }).map(String);
const OURS = NAMES.filter((name) => name.endsWith(".js") && !name.startsWith("vendor"));
/** @param {string} name */
const read = (name) => readFileSync(new URL(name, FRONTEND), "utf8");
/** @param {string} language @returns {Record<string, Entry>} */
const texts = (language) => JSON.parse(read(`i18n/${language}.json`));

const en = texts("en");
const code = OURS.map(read).join("\n");

/** The values that parts of keys can have which are put together while the panel runs. */
const PARTS = /** @type {Record<string, string[]>} */ ({
  address: ["checking", "ok", "other", "unreachable", "blocked", "invalid", "localhost", "mdns", "cloud", "short_name"],
});

/** @param {Entry} entry */
const placeholders = (entry) => [...new Set(JSON.stringify(entry).match(/\{\w+\}/g) ?? [])].sort();

test("there is a file for each language, and none besides", () => {
  const files = readdirSync(new URL("i18n/", FRONTEND)).map((name) => name.replace(".json", ""));
  assert.deepEqual(files.sort(), [...LANGUAGES].sort());
});

for (const language of LANGUAGES) {
  test(`${language} has the same texts with the same values`, () => {
    const found = texts(language);
    assert.deepEqual(Object.keys(found).sort(), Object.keys(en).sort());
    /** @type {string[]} */
    const forms = new Intl.PluralRules(language).resolvedOptions().pluralCategories;
    for (const [key, entry] of Object.entries(en)) {
      assert.deepEqual(placeholders(found[key]), placeholders(entry), key);
      assert.equal(typeof found[key], typeof entry, key);
      const plural = found[key];
      if (typeof plural === "string") continue;
      assert.ok(plural.other, key);
      assert.ok(Object.keys(plural).every((form) => forms.includes(form)), key);
    }
  });
}

test("no sentence was left in English", () => {
  for (const language of LANGUAGES.filter((name) => name !== "en")) {
    const found = texts(language);
    for (const [key, entry] of Object.entries(en)) {
      if (typeof entry === "string" && /[a-z]{2,} [a-z]{2,} [a-z]{2,}/.test(entry)) assert.notEqual(found[key], entry, key);
    }
  }
});

test("every text that the code names is there", () => {
  const named = code.matchAll(/(?:\bt|text\.get)\(\s*"([\w.]+)"/g);
  for (const [, key] of named) assert.ok(Object.hasOwn(en, key), key);
});

test("every text is used", () => {
  const built = [...code.matchAll(/`([a-z]+)\.(?:\$\{[^}]*\}|[a-z_.])*`/g)].map(([, prefix]) => prefix);
  const prefixes = new Set([...built, "error", "fix", "source", "repair", "report"]);
  for (const key of Object.keys(en)) {
    const isUsed = code.includes(`"${key}"`) || prefixes.has(key.split(".")[0]);
    assert.ok(isUsed, key);
  }
});

test("every state of the address check has a text", () => {
  for (const part of PARTS.address) assert.ok(en[`address.${part}`], part);
});

test("every step of every player has a text", async () => {
  const { RECIPES } = await import(`${FRONTEND}model/players.js`);
  for (const { id, steps } of RECIPES) {
    assert.ok(en[`connect.${id}.kind`], id);
    steps.forEach((/** @type {unknown} */ _, /** @type {number} */ index) => {
      assert.ok(en[`connect.${id}.${index + 1}`], `${id} ${index + 1}`);
    });
    assert.ok(!en[`connect.${id}.${steps.length + 1}`], id);
  }
});

// What a browser loads before the first page is measured by scripts/lint.
test("no module is longer than one can keep in mind", () => {
  for (const name of OURS) assert.ok(read(name).split("\n").length <= 400, name);
});

test("nothing comes from elsewhere, and nothing is written as markup", () => {
  for (const name of OURS) {
    const text = read(name);
    for (const [, source] of text.matchAll(/(?:from|import)\s*\(?["'`]([^"'`]+)["'`]/g)) {
      assert.match(source, /^\.{1,2}\//, `${name}: ${source}`);
    }
    assert.doesNotMatch(text, /innerHTML|outerHTML|insertAdjacentHTML|document\.write|eval\(|unsafe/, name);
  }
});

test("what is vendored comes with its licence", () => {
  for (const folder of ["hls", "lit-html", "lean-qr"]) assert.match(read(`vendor/${folder}/LICENSE`), /Copyright/);
});
