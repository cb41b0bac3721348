// @ts-check
import { html, nothing } from "../vendor/lit-html/lit-html.js";
import { icon } from "../lib/icons.js";
import { byPlayer, isNew } from "../model/players.js";

/** @import {Context} from "../lib/context.js" */
/** @import {SeenPlayer} from "../model/types.js" */

/**
 * Who asked for what, the newest first.
 *
 * @param {Context} context
 * @param {SeenPlayer[]} players
 * @param {Map<string, number> | undefined} before - what the reader has seen already
 */
export function seenList({ clock, text }, players, before) {
  if (!players.length) return html`<p class="dim">${text.get("seen.nobody")}</p>`;
  const time = Date.now() / 1000;
  return html`<ul class="seen">
    ${byPlayer(players).map((group) => {
      const bad = group.asked.find(({ result }) => result !== "ok");
      const isBad = bad === group.asked[0];
      return html`<li class=${group.asked.some((seen) => isNew(seen, before)) ? "fresh" : ""}>
        <span class=${isBad ? "bad" : "good"}>${icon(isBad ? "fail" : "done")}</span>
        <b>${group.player === "?" ? text.get("seen.unknown") : group.player}</b>
        <time datetime=${new Date(group.when * 1000).toISOString()}>
          ${clock.relative(group.when, time)}
        </time>
        <span class="what">
          <span class="mono">${group.address}</span> ·
          ${group.asked.map(({ asked }) => text.get(`asked.${asked}`)).join(", ")}
          ${isBad && bad ? html`<br />${text.get(`result.${bad.result}`)}` : nothing}
        </span>
      </li>`;
    })}
  </ul>`;
}
