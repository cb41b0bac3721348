import { html, loadSheet, now } from "../lib/index.js";
import { episodeLine, known } from "../model/programme.js";
import { minutesBetween } from "../model/time.js";
import { line, meter, nextLine, onAir } from "./now-playing.js";
import { picture } from "./picture.js";

export const heroSheet = loadSheet("hero");

/**
 * The programme on air on a channel, with its picture.
 * @param {Context} context @param {Channel} channel @param {unknown} [action]
 * @param {boolean} [isPlaying] - whether the television has its place in it
 */
export function hero(context, channel, action, isPlaying = false) {
	const { name, number, logo } = channel;
	const current = known(channel.now);
	return html`<section class="hero ${isPlaying ? "playing" : ""}" aria-label=${context.t("guide.on_air_at", { name })}>
		<div class="screen">
			<div class="fallback"><img src=${logo} width="96" height="96" alt="" /></div>
			${picture(current?.image)}
		</div>
		<div class="words">
			<p class="over">${onAir(context)} <span class="dim" dir="auto">${number} · ${name}</span></p>
			<h2 dir="auto">${current?.title ?? name}</h2>
			${current
				? about(context, channel, current)
				: html`<p class="dim">${context.t("guide.nothing_known")}</p>`}
			${action}
		</div>
	</section>`;
}

/** @param {Context} context @param {Channel} channel @param {Details} current */
function about(context, channel, current) {
	const { clock, t, text } = context;
	const { start, stop } = current;
	const count = Math.max(1, minutesBetween(now(), stop));
	return html`${line(episodeLine(current, current.episode_title, text), "episode")}
		<p class="bar times">
			<span>${clock.time(start)}–${clock.time(stop)}</span> ${meter(current)}
			<span>${t("guide.left", { count })}</span>
		</p>
		${line(nextLine(context, channel), "next times")}`;
}
