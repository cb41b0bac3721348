// @ts-check
import { html, nothing } from "../vendor/lit-html/lit-html.js";
import { navigate, recall, remember } from "../lib/dom.js";
import { icon } from "../lib/icons.js";
import { mediaPlayers } from "../model/programme.js";

/** @import {Context} from "../lib/context.js" */
/** @import {Channel} from "../model/types.js" */

const SOURCE = "media-source://toonami_downlink";

/** @param {Channel} channel */
const mediaId = (channel) => `${SOURCE}/${channel.number}`;

/** Open the channels in Home Assistant's media browser. */
export function openMediaBrowser() {
  navigate(`/media-browser/browser/${encodeURIComponent(`app,${SOURCE}`)}`);
}

/** Play a channel on a media player of the user's choice, and say how that went. */
export class PlayOn {
  #redraw;
  /** @type {{state: "busy" | "done" | "failed", name: string} | undefined} */
  #outcome;

  /** @param {() => void} redraw */
  constructor(redraw) {
    this.#redraw = redraw;
  }

  reset() {
    this.#outcome = undefined;
  }

  /** @param {Context} context @param {Channel} channel */
  template(context, channel) {
    const { t } = { t: context.t.bind(context) };
    const players = mediaPlayers(context.hass.states, recall("player"));
    const browse = html`<button class="button" @click=${openMediaBrowser}>
      ${icon("browse")} ${t("play.browse")}
    </button>`;
    if (!players.length) return html`<p class="dim">${t("play.none")}</p><div class="actions">${browse}</div>`;
    return html`<form class="play" @submit=${(/** @type {SubmitEvent} */ event) => this.#play(event, context, channel)}>
        <label class="dim" for="player">${t("play.on")}</label>
        <select id="player" name="player" class="field">
          ${players.map(({ id, name }) => html`<option value=${id}>${name}</option>`)}
        </select>
        <button class="button main" ?disabled=${this.#outcome?.state === "busy"}>
          ${icon("play")} ${t("play.play")}
        </button>
      </form>
      <p role="status" class="outcome ${this.#outcome?.state ?? ""}">
        ${this.#outcome ? t(`play.${this.#outcome.state}`, { name: this.#outcome.name }) : nothing}
      </p>
      <div class="actions">${browse}</div>`;
  }

  /** @param {SubmitEvent} event @param {Context} context @param {Channel} channel */
  async #play(event, context, channel) {
    event.preventDefault();
    const form = /** @type {HTMLFormElement} */ (event.currentTarget);
    const id = String(new FormData(form).get("player"));
    const name = context.hass.states[id]?.attributes.friendly_name ?? id;
    remember("player", id);
    this.#set("busy", name);
    try {
      await context.hass.callService(
        "media_player",
        "play_media",
        {
          media_content_id: mediaId(channel),
          media_content_type: channel.radio ? "music" : "channel",
        },
        { entity_id: id },
      );
      this.#set("done", name);
    } catch {
      // Home Assistant shows its own message about why.
      this.#set("failed", name);
    }
  }

  /** @param {"busy" | "done" | "failed"} state @param {string} name */
  #set(state, name) {
    this.#outcome = { state, name };
    this.#redraw();
  }
}
