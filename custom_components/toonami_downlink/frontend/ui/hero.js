// @ts-check
import { html, nothing } from "../vendor/lit-html/lit-html.js";
import { css } from "../lib/element.js";
import { icon } from "../lib/icons.js";
import { progressOf } from "../model/grid.js";
import { episodeLine } from "../model/programme.js";
import { picture } from "./picture.js";

/** @typedef {import("../model/types.js").Details} Details */

export const heroSheet = css`
  .hero {
    position: relative;
    display: grid;
    grid-template-columns: minmax(0, 1fr);
    min-height: 148px;
    isolation: isolate;
    overflow: clip;
    background: var(--tdl-hull);
    border: 1px solid var(--tdl-line);
    border-radius: 10px;
    clip-path: polygon(0 0, calc(100% - 12px) 0, 100% 12px, 100% 100%, 0 100%);
  }
  .hero::after {
    content: "";
    position: absolute;
    top: -1px;
    right: -1px;
    width: 14px;
    height: 14px;
    background: linear-gradient(
      to top right,
      transparent calc(50% - 1px),
      var(--tdl-line) calc(50% - 1px)
    );
    pointer-events: none;
  }
  .screen {
    position: absolute;
    z-index: -1;
    inset: 0 0 0 auto;
    width: min(100%, 460px);
    background: var(--tdl-deck);
    overflow: clip;
  }
  .screen .fallback {
    position: absolute;
    inset: 0;
    display: grid;
    place-items: center;
    background: repeating-linear-gradient(
      to bottom,
      transparent 0 3px,
      rgb(var(--tdl-scrim) / 55%) 3px 4px
    );
  }
  .screen .fallback img {
    opacity: 0.9;
  }
  .screen .picture {
    position: absolute;
    inset: 0;
    width: 100%;
    height: 100%;
    object-fit: cover;
    object-position: center 30%;
  }
  .screen::before {
    content: "";
    position: absolute;
    inset: 0;
    z-index: 2;
    background: linear-gradient(to right, var(--tdl-hull), transparent 62%);
  }
  .screen::after {
    content: "";
    position: absolute;
    inset: 0;
    z-index: 1;
    background: repeating-linear-gradient(to bottom, transparent 0 2px, rgb(7 11 20 / 22%) 2px 3px);
    pointer-events: none;
  }
  .hero .words {
    display: grid;
    align-content: center;
    justify-items: start;
    gap: 3px;
    padding: 12px 20px;
    padding-inline-end: min(46%, 400px);
    min-width: 0;
  }
  .hero .over {
    display: flex;
    align-items: center;
    flex-wrap: wrap;
    gap: 4px 8px;
    font-size: 12px;
  }
  .hero .badge {
    color: var(--tdl-live);
    font-weight: 600;
  }
  .hero h2 {
    font-size: 28px;
    line-height: 1.2;
    font-weight: 600;
    max-width: 100%;
    overflow: hidden;
    display: -webkit-box;
    -webkit-box-orient: vertical;
    -webkit-line-clamp: 2;
    overflow-wrap: anywhere;
  }
  .hero .episode {
    font-size: 16px;
    max-width: 100%;
    overflow: hidden;
    text-overflow: ellipsis;
    white-space: nowrap;
  }
  .hero .bar {
    display: flex;
    align-items: center;
    flex-wrap: wrap;
    gap: 4px 12px;
    max-width: 100%;
    color: var(--tdl-dim);
    font-size: 12px;
  }
  .hero .meter {
    width: 168px;
  }
  .hero .next {
    font-size: 12px;
    color: var(--tdl-dim);
    max-width: 100%;
    overflow: hidden;
    text-overflow: ellipsis;
    white-space: nowrap;
  }
  .hero .button {
    position: absolute;
    inset: auto 16px 16px auto;
  }
  @media (max-width: 700px) {
    .screen {
      position: relative;
      width: 100%;
      height: 168px;
    }
    .screen::before {
      background: linear-gradient(to top, var(--tdl-hull), transparent 45%);
    }
    .hero .words {
      padding: 0 16px 12px;
    }
    .hero h2 {
      font-size: 24px;
    }
    .hero .meter {
      width: 108px;
    }
    .hero .button {
      position: static;
      justify-self: stretch;
      margin-top: 8px;
    }
  }
  @media (prefers-reduced-motion: reduce) {
    .screen::after {
      display: none;
    }
  }
`;

/**
 * The picture on air, and what there is to say about it.
 *
 * @param {import("../lib/context.js").Context} context
 * @param {import("../model/types.js").Channel} channel
 * @param {number} time
 * @param {(() => void) | undefined} open - shows the details
 */
export function hero(context, channel, time, open) {
  const { now: current } = channel;
  return html`<section class="hero" aria-label=${context.t("guide.on_air_at", { name: channel.name })}>
    <div class="screen">
      <div class="fallback"><img src=${channel.logo} width="96" height="96" alt="" /></div>
      ${picture(current?.image)}
    </div>
    <div class="words">
      <p class="over">
        <span class="badge">● ${context.t("guide.on_air")}</span>
        <span class="dim" dir="auto">${channel.number} · ${channel.name}</span>
      </p>
      ${current ? words(context, channel, current, time, open) : unknown(context, channel)}
    </div>
  </section>`;
}

/**
 * @param {import("../lib/context.js").Context} context
 * @param {import("../model/types.js").Channel} channel
 */
function unknown({ text }, channel) {
  return html`<h2 dir="auto">${channel.name}</h2>
    <p class="dim">${text.get("guide.nothing_known")}</p>`;
}

/**
 * @param {import("../lib/context.js").Context} context
 * @param {import("../model/types.js").Channel} channel
 * @param {Details} current
 * @param {number} time
 * @param {(() => void) | undefined} open
 */
function words({ clock, text }, channel, current, time, open) {
  const line = episodeLine(current, current.episode_title, text);
  const minutes = Math.max(1, Math.round((current.stop - time) / 60));
  const { next } = channel;
  return html`<h2 dir="auto">${current.title}</h2>
    ${line ? html`<p class="episode" dir="auto">${line}</p>` : nothing}
    <p class="bar times">
      <span>${clock.time(current.start)}–${clock.time(current.stop)}</span>
      <span class="meter" style="--part:${progressOf(current, time)}"><i></i></span>
      <span>${text.get("guide.left", { count: minutes })}</span>
    </p>
    ${next
      ? html`<p class="next times" dir="auto">
          ${text.get("guide.next", { time: clock.time(next.start), title: next.title })}
        </p>`
      : nothing}
    ${open
      ? html`<button class="button main" @click=${open}>${icon("play")} ${text.get("guide.watch")}</button>`
      : nothing}`;
}
