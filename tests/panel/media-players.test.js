import assert from "node:assert/strict";
import { test } from "node:test";
import {
  mediaPlayers, proposedPlayer,
} from "../../custom_components/toonami_downlink/frontend/model/media-players.js";

/** @param {string} id @param {string} state @param {object} attributes */
const entity = (id, state, attributes) => [
  `media_player.${id}`, { entity_id: `media_player.${id}`, state, attributes: { supported_features: 512, ...attributes } },
];
const HASS = /** @type {any} */ ({
  states: {
    ...Object.fromEntries([
      entity("bar", "idle", { friendly_name: "Bar", device_class: "receiver" }),
      entity("gone", "unavailable", {}),
      entity("deaf", "idle", { supported_features: 1 }),
      entity("box", "off", { friendly_name: "Box", supported_features: 512 + 1 }),
      entity("set", "idle", { friendly_name: "Set", device_class: "tv" }),
      entity("attic", "idle", { device_class: "tv" }),
      entity("kitchen", "idle", { friendly_name: "Kitchen", device_class: "speaker" }),
    ]),
    "light.x": { entity_id: "light.x", state: "on", attributes: { supported_features: 512 } },
  },
  entities: {
    "media_player.bar": { platform: "x", area_id: "lounge" },
    "media_player.set": { platform: "x", device_id: "d1" },
    "media_player.box": { platform: "x", device_id: "d2", area_id: null },
    "media_player.kitchen": { platform: "x", area_id: "kitchen" },
  },
  devices: { d1: { identifiers: [], area_id: "lounge" }, d2: { identifiers: [], area_id: "den" } },
  areas: { lounge: { name: "Lounge" }, den: { name: "Den" }, kitchen: { name: "Cook" } },
});

/** @param {boolean} isRadio */
const listed = (isRadio) =>
  mediaPlayers(HASS, isRadio).map(({ area, players }) => [area, ...players.map(({ name }) => name)]);

test("players come by area, those with a television first", () => {
  assert.deepEqual(listed(false), [["Lounge", "Set", "Bar"], ["Den", "Box"], ["", "media_player.attic"]]);
});

test("speakers are for the radio only", () => {
  assert.deepEqual(listed(true), [
    ["Lounge", "Set", "Bar"], ["Den", "Box"], ["Cook", "Kitchen"], ["", "media_player.attic"],
  ]);
});

test("the player used last is proposed where it stands, else the first", () => {
  const groups = mediaPlayers(HASS, false);
  assert.equal(proposedPlayer(groups, "media_player.box"), "media_player.box");
  assert.equal(proposedPlayer(groups, "media_player.kitchen"), "media_player.set");
  assert.equal(proposedPlayer([], "media_player.box"), undefined);
});

test("a Home Assistant that tells nothing of areas has one list", () => {
  const { states } = HASS;
  assert.deepEqual(mediaPlayers(/** @type {any} */ ({ states }), false).map(({ area }) => area), [""]);
});
