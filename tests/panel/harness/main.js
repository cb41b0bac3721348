// @ts-check
/* global HTMLAnchorElement, document, history, location, matchMedia, window */
/**
 * Shows the panel or the card with a made-up station, dark and narrow where the browser is. In the
 * address: state (empty, lost, missing, stale, refreshing, unloaded, tuner, slate, idle), user, lang, clock,
 * days, past (days that are remembered), follow (a title; several), recordings (off, empty, some, many), hostile, shorts, delay, silent (a command that is never answered), watching (admin), card (the card's configuration as JSON), primary and ink (colours
 * of the theme), insets (of the screen, as CSS orders them).
 */

import { FakeConnection } from "./fake.js";

const STATIC = "/toonami_downlink_static/harness";
const options = new URLSearchParams(location.search);
const dark = matchMedia("(prefers-color-scheme: dark)");
// As Home Assistant has it.
const narrow = matchMedia("(max-width: 870px)");

const connection = new FakeConnection({
  days: Number(options.get("days") ?? 7),
  state: options.get("state") ?? "",
  hostile: options.has("hostile"),
  shorts: options.has("shorts"),
  pictures: `${location.origin}/pictures`,
  delay: Number(options.get("delay") ?? 0),
  silent: options.get("silent"),
  past: Number(options.get("past") ?? 0),
  follows: options.getAll("follow"),
  recordings: options.get("recordings") ?? "",
  isForAdministrators: options.get("watching") === "admin",
});

const { style } = document.documentElement;
const primary = options.get("primary");
if (primary) style.setProperty("--primary-color", primary);
const ink = options.get("ink");
if (ink) style.setProperty("--primary-text-color", ink);
const insets = options.get("insets")?.split(" ") ?? [];
["top", "right", "bottom", "left"].forEach((side, index) => {
  if (insets[index]) style.setProperty(`--safe-area-inset-${side}`, `${insets[index]}px`);
});

let hass = {
  connection,
  user: { is_admin: options.get("user") !== "guest", name: "Dev" },
  locale: {
    language: options.get("lang") ?? "en",
    time_format: options.get("clock") ?? "24",
    time_zone: "local",
  },
  config: { time_zone: "America/New_York" },
  themes: { darkMode: dark.matches },
  states: {
    "media_player.den": {
      entity_id: "media_player.den",
      state: "idle",
      attributes: { friendly_name: "Den television", supported_features: 512 },
    },
    "media_player.kitchen": {
      entity_id: "media_player.kitchen",
      state: "off",
      attributes: {
        friendly_name: "Kitchen speaker", supported_features: 512, device_class: "speaker",
      },
    },
    "media_player.lounge": {
      entity_id: "media_player.lounge",
      state: "off",
      attributes: { friendly_name: "Lounge television", supported_features: 512, device_class: "tv" },
    },
  },
  entities: {
    "media_player.den": { platform: "harness", area_id: "den" },
    "media_player.lounge": { platform: "harness", area_id: "lounge" },
  },
  areas: { den: { name: "Den" }, lounge: { name: "Lounge" } },
  /** @param {unknown[]} call */
  callService: async (...call) => {
    calls.push(call);
  },
  /** @param {string} path @param {{body: FormData}} init */
  fetchWithAuth: async (path, { body }) => {
    calls.push([path, ...body.keys()]);
    const isWrong = path.endsWith("replace") && body.get("passphrase") !== "open sesame";
    if (isWrong) return Response.json({ error: "passphrase" }, { status: 400 });
    return path.endsWith("replace") ? Response.json({ loaded: true }) : new Response("sealed");
  },
};
/** @type {unknown[]} */
const calls = [];

/** @param {object} changes */
function setHass(changes) {
  hass = { ...hass, ...changes };
  Object.assign(element, { hass });
}

/** @type {HTMLElement} */
let element;
if (options.has("card")) {
  await import(`${STATIC}/card.js`);
  element = document.createElement("toonami-downlink-card");
  /** @type {any} */ (element).setConfig(JSON.parse(options.get("card") || "{}"));
  const dashboard = document.createElement("div");
  dashboard.id = "dashboard";
  dashboard.append(element);
  Object.assign(element, { hass });
  document.body.append(dashboard);
} else {
  performance.mark("ask");
  await import(`${STATIC}/panel.js`);
  performance.mark("arrived");
  element = document.createElement("toonami-downlink-panel");
  const setRoute = () => {
    const path = location.pathname.replace("/toonami-downlink", "");
    Object.assign(element, { route: { prefix: "/toonami-downlink", path: path === "/" ? "" : path } });
  };
  const setNarrow = () => Object.assign(element, { narrow: narrow.matches });
  Object.assign(element, { hass });
  setNarrow();
  setRoute();
  narrow.addEventListener("change", setNarrow);
  window.addEventListener("popstate", setRoute);
  window.addEventListener("location-changed", setRoute);
  // Home Assistant follows all links to its own pages without loading them anew.
  document.addEventListener("click", (event) => {
    const link = event.composedPath().find((node) => node instanceof HTMLAnchorElement);
    if (!link || link.hasAttribute("download")) return;
    event.preventDefault();
    history.pushState(null, "", link.href);
    window.dispatchEvent(new CustomEvent("location-changed"));
  });
  document.body.append(element);
}
dark.addEventListener("change", () => setHass({ themes: { darkMode: dark.matches } }));
Object.assign(window, { harness: { connection, setHass, hass: () => hass, calls, element } });
