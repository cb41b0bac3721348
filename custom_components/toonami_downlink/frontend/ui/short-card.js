import { html, icon, signalBars } from "../lib/index.js";
import { opened, playerName, typed } from "../model/players.js";

/**
 * The address to type with a remote, in letters for the other end of the room; it turns green when
 * something has come by it.
 * @param {Context} context @param {ConnectData} data @param {string} origin
 * @param {SeenPlayer[]} players - the newest first @param {RequestCounts} before
 */
export function shortCard({ t }, data, origin, players, before) {
	const seen = opened(players, before);
	const { start, code } = typed(data, origin);
	return html`<section class="card short ${seen ? "here" : ""}" aria-labelledby="short-title">
		<h2 id="short-title">${t("arrival.short_title")}</h2>
		<p class="dim">${t("arrival.short_text")}</p>
		<p class="typed" translate="no">
			<span class="start">${start}</span><wbr /><b class="code">${code}</b>
		</p>
		${seen
			? html`<p class="arrival here" role="status">
					${icon("done", 24)}
					${t("arrival.short_here", { name: playerName(seen, t), address: seen.address })}
				</p>`
			: html`<p class="arrival" role="status">
					<span class="dots">${signalBars(2)}</span> ${t("arrival.short_waiting")}
				</p>`}
	</section>`;
}
