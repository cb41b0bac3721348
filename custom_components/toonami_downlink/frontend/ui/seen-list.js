import { html, icon, nothing, now } from "../lib/index.js";
import { byPlayer, isNew, playerName } from "../model/players.js";

/**
 * The players that were seen and what they asked for, the newest first.
 * @param {Context} context @param {SeenPlayer[]} players
 * @param {RequestCounts} before
 */
export function seenList({ clock, t }, players, before) {
	if (!players.length) return html`<p class="dim">${t("seen.nobody")}</p>`;
	return html`<ul class="seen">
		${byPlayer(players).map((group) => {
			const bad = group.asked.find(({ result }) => result !== "ok");
			const isBad = bad === group.asked[0];
			return html`<li class=${group.asked.some((seen) => isNew(seen, before)) ? "fresh" : ""}>
				<span class=${isBad ? "bad" : "good"}>${icon(isBad ? "fail" : "done")}</span>
				<b>${playerName(group, t)}</b>
				<time datetime=${new Date(group.when * 1000).toISOString()}>
					${clock.relative(group.when, now())}
				</time>
				<span class="what">
					<span class="mono">${group.address}</span> ·
					${group.asked.map(({ asked }) => t(`asked.${asked}`)).join(", ")}
					${isBad && bad ? html`<br />${t(`result.${bad.result}`)}` : nothing}
				</span>
			</li>`;
		})}
	</ul>`;
}
