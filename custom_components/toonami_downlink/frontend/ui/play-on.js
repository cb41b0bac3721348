import { Controller, html, icon, nothing } from "../lib/index.js";
import { paths } from "../lib/assets.js";
import { storedValue, storeValue } from "../lib/stored-values.js";
import { mediaPlayers, proposedPlayer } from "../model/media-players.js";

paths.browse = "M4 5h16v11H4zM8 20h8M12 16v4";

const SOURCE = "media-source://toonami_downlink";

const BROWSER = `/media-browser/browser/${encodeURIComponent(`app,${SOURCE}`)}`;

/**
 * What is played: a channel, or anything else of the media source.
 * @typedef {{number: number | string, radio: boolean, kind?: string}} Playable
 */

/** Plays a channel on a media player that the user chooses. */
export class PlayOn extends Controller {
	#name = "";
	/** What the user chose here. */
	#chosen = "";
	/** @type {"" | "busy" | "done" | "failed"} */
	#outcome = "";

	/** Forget how the last attempt went. */
	reset() {
		this.#outcome = "";
	}

	/** @param {Context} context @param {Playable} channel */
	template({ hass, t }, channel) {
		const groups = mediaPlayers(hass, channel.radio);
		const chosen = proposedPlayer(groups, this.#chosen || storedValue("player"));
		const play = (/** @type {SubmitEvent} */ event) => this.#play(event, hass, channel);
		return html`
			${groups.length
				? html`<form class="play" @submit=${play}>
						<label class="dim" for="player">${t("play.on")}</label>
						<select id="player" name="player" class="field" @change=${this.#onChoice}>
							${groups.map((group) => options(group, chosen, t("play.elsewhere")))}
						</select>
						<button class="button main" ?disabled=${this.#outcome === "busy"}>
							${icon("play")} ${t("play.play")}
						</button>
					</form>`
				: html`<p class="dim">${t("play.none")}</p>`}
			<p role="status" class="outcome ${this.#outcome}">
				${this.#outcome ? t(`play.${this.#outcome}`, { name: this.#name }) : nothing}
			</p>
			<div class="actions">
				<a class="button" href=${BROWSER}>${icon("browse")} ${t("play.browse")}</a>
			</div>
		`;
	}

	/** @param {Event} event */
	#onChoice = (event) => {
		this.#chosen = /** @type {HTMLSelectElement} */ (event.target).value;
		this.redraw();
	};

	/** @param {SubmitEvent} event @param {Context["hass"]} hass @param {Playable} channel */
	async #play(event, hass, { number, radio, kind }) {
		event.preventDefault();
		const form = /** @type {HTMLFormElement} */ (event.currentTarget);
		const id = String(new FormData(form).get("player"));
		this.#name = hass.states[id]?.attributes.friendly_name ?? id;
		storeValue("player", id);
		this.#set("busy");
		const media = {
			media_content_id: `${SOURCE}/${number}`,
			media_content_type: kind ?? (radio ? "music" : "channel"),
		};
		try {
			await hass.callService("media_player", "play_media", media, { entity_id: id });
			this.#set("done");
		} catch {
			// Home Assistant shows its own message about why.
			this.#set("failed");
		}
	}

	/** @param {"busy" | "done" | "failed"} outcome */
	#set(outcome) {
		this.#outcome = outcome;
		this.redraw();
	}
}

/** @param {PlayerGroup} group @param {string} chosen @param {string} elsewhere */
function options({ area, players }, chosen, elsewhere) {
	return html`<optgroup label=${area || elsewhere}>
		${players.map(
			({ id, name }) => html`<option value=${id} .selected=${id === chosen}>${name}</option>`,
		)}
	</optgroup>`;
}
