import { html, icon, nothing } from "../lib/index.js";
import { isLive } from "../model/watching.js";

/** What is drawn of the player. */

/**
 * @typedef {object} Look
 * @property {Channel} channel
 * @property {string} title - of the programme
 * @property {import("../model/watching.js").Watching} model
 * @property {HTMLVideoElement} media
 * @property {boolean} hasSeen - whether there has been a picture of this channel
 * @property {boolean} isWaiting - for more of the stream
 * @property {boolean} isMini
 * @property {boolean} isFull
 * @property {boolean} isFour - whether four channels are shown
 * @property {boolean} hasFour - whether they can be
 * @property {string} typed - digits of a channel's number
 * @property {{start: number, end: number, at: number} | undefined} extent
 * @property {string} clock - the time of day of what is shown; empty where it is not known
 * @property {number[]} marks - where programmes begin, as parts of the extent
 * @property {boolean} hasStart - whether one can go back to the start of the programme
 * @property {"" | "too_long" | "overrun"} said - what the viewer is told for a moment
 * @property {number} usual - seconds behind the newest picture that count as live
 * @property {boolean} hasPip
 * @property {Strings["get"]} t
 */

/**
 * @typedef {object} Actions
 * @property {() => void} togglePlay
 * @property {() => void} toggleSound
 * @property {() => void} toggleFull
 * @property {() => void} togglePip
 * @property {() => void} expand
 * @property {() => void} move
 * @property {() => void} toggleFour
 * @property {() => void} close
 * @property {() => void} again
 * @property {() => void} goLive
 * @property {() => void} startOver
 * @property {(event: Event) => void} seek
 * @property {(event: Event) => void} setVolume
 */

/** @param {string} name @param {string} label @param {() => void} action @param {string} [kind] */
const button = (name, label, action, kind = "") =>
	html`<button class="icon ${kind}" aria-label=${label} title=${label} @click=${action}>
		${icon(name)}
	</button>`;

/** The picture, and what is said on it. @param {Look} look @param {Actions} actions */
export function screen(look, actions) {
	const { channel, media, isMini, t } = look;
	return html`<div class="picture" @click=${isMini ? actions.expand : actions.togglePlay}
			@dblclick=${actions.toggleFull}>
			${channel.radio
				? html`<div class="radio"><img src=${channel.logo} width="96" height="96" alt="" /></div>`
				: nothing}
			${media}
		</div>
		${look.typed ? html`<p class="typed" role="status">${look.typed}</p>` : nothing}
		<div class="notice" role="status">${notice(look, actions)}</div>
		${isMini
			? html`<button class="icon expand" aria-label=${t("player.expand")} @click=${actions.expand}></button>`
			: nothing}`;
}

/**
 * One of four pictures.
 * @param {Look} look @param {Actions} actions @param {boolean} isHeard @param {() => void} choose
 */
export function cell(look, actions, isHeard, choose) {
	const { channel, media, t } = look;
	return html`<div class="cell">
		<div class="picture" @click=${choose} @dblclick=${actions.toggleFour}>${media}</div>
		<div class="notice" role="status">${notice(look, actions)}</div>
		<button class="hear" aria-pressed=${isHeard} title=${t("player.hear", { name: channel.name })}
			@click=${choose}>
			${icon(isHeard ? "sound" : "muted", 16)} <span dir="auto">${channel.name}</span>
		</button>
	</div>`;
}

/** What is said on the picture. @param {Look} look @param {Actions} actions */
function notice(look, actions) {
	const { model, isMini, said, t } = look;
	const { state, reason, isSilenced } = model;
	const trouble = reason && t(`trouble.${reason}`);
	if (state === "stopped") {
		return html`<p>${trouble}</p>
			<button class="button" @click=${actions.again}>${t("player.again")}</button>`;
	}
	if (isDark(look)) {
		const key = state === "reconnecting" ? "player.reconnecting" : "player.tuning";
		return html`<p class="wait">${trouble || t(key)}</p>`;
	}
	if (said) return html`<p>${t(`player.said.${said}`)}</p>`;
	return isSilenced ? silenced(isMini, t, actions) : nothing;
}

/** Whether there is no picture, or one that does not go on. @param {Look} look */
function isDark({ model: { state }, hasSeen, isWaiting }) {
	if (state === "tuning" || (state === "reconnecting" && !hasSeen)) return true;
	return isWaiting && state !== "paused";
}

/** @param {boolean} isMini @param {Look["t"]} t @param {Actions} actions */
function silenced(isMini, t, actions) {
	return html`${isMini ? nothing : html`<p>${t("player.silenced")}</p>`}
		<button class="button main" @click=${actions.toggleSound}>
			${icon("sound")} ${t("player.sound_on")}
		</button>`;
}

/** The buttons. @param {Look} look @param {Actions} actions */
export function bar(look, actions) {
	const { media, hasPip, t } = look;
	return html`<div class="bar">
		<p class="what"><b dir="auto">${look.title}</b> <span dir="auto">${look.channel.name}</span></p>
		${winding(look, actions)}
		<div class="buttons">
			${playButton(look, actions)}
			${button(media.muted ? "muted" : "sound", t(media.muted ? "player.unmute" : "player.mute"), actions.toggleSound)}
			<input class="volume" type="range" min="0" max="1" step="0.05" aria-label=${t("player.volume")}
				.value=${String(media.muted ? 0 : media.volume)} @input=${actions.setVolume} />
			<span class="gap"></span>
			${look.hasFour ? fourButton(look, actions) : nothing}
			${hasPip ? button("pip", t("player.pip"), actions.togglePip) : nothing}
			${button("move", t("player.move"), actions.move)}
			${look.channel.radio ? nothing : fullButton(look, actions)}
			${button("close", t("player.close"), actions.close)}
		</div>
	</div>`;
}

/** @param {Look} look @param {Actions} actions */
function playButton({ model, t }, { togglePlay }) {
	const what = model.state === "paused" ? "play" : "pause";
	return button(what, t(`player.${what}`), togglePlay, "pause");
}

/** @param {Look} look @param {Actions} actions */
function fullButton({ isFull, t }, { toggleFull }) {
	const what = isFull ? "unfull" : "full";
	return button(what, t(`player.${what}`), toggleFull);
}

/** @param {Look} look @param {Actions} actions */
const fourButton = ({ isFour, t }, { toggleFour }) =>
	button("four", t(isFour ? "player.one" : "player.four"), toggleFour);

/** How far it can be wound. @param {Look} look @param {Actions} actions */
function winding(look, actions) {
	const { extent, usual, isMini, hasStart, marks, clock, t } = look;
	if (!extent || isMini) return nothing;
	const live = isLive(extent, usual);
	const where = live ? t("player.live") : behind(extent.end - extent.at - usual, t);
	return html`<div class="winding">
		${hasStart ? button("restart", t("player.start_over"), actions.startOver, "small") : nothing}
		<div class="rail">
			<input type="range" min=${extent.start} max=${extent.end} step="any"
				.value=${String(extent.at)} aria-label=${t("player.position")}
				aria-valuetext=${clock ? `${clock}, ${where}` : where} @input=${actions.seek} />
			${marks.map((part) => html`<i style="--part: ${part.toFixed(4)}"></i>`)}
		</div>
		${clock ? html`<span class="clock" aria-hidden="true">${clock}</span>` : nothing}
		<button class="button live" ?disabled=${live} @click=${actions.goLive}>
			${live ? t("player.live") : t("player.go_live")}
		</button>
	</div>`;
}

/** Write how far behind live it is. @param {number} seconds @param {Look["t"]} t */
function behind(seconds, t) {
	if (seconds < 100) return t("player.behind", { count: Math.round(seconds) });
	return t("player.behind_minutes", { count: Math.round(seconds / 60) });
}
