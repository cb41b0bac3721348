// @ts-check
import { css } from "../lib/element.js";

export const gridSheet = css`
  :host {
    display: block;
    min-height: 0;
    --channel: 236px;
    --head: 36px;
  }
  .scroller {
    height: 100%;
    overflow: auto;
    overscroll-behavior: contain;
    scrollbar-width: thin;
    scrollbar-color: var(--tdl-line) transparent;
    direction: ltr;
  }
  .canvas {
    position: relative;
    contain: layout style;
    padding-bottom: 8px;
  }
  .times-row {
    position: sticky;
    top: 0;
    z-index: 4;
    height: var(--head);
    background: var(--tdl-space);
    border-bottom: 1px solid var(--tdl-line);
  }
  .corner {
    position: sticky;
    left: 0;
    z-index: 1;
    width: var(--channel);
    height: 100%;
    padding: 0 16px;
    display: flex;
    align-items: center;
    background: var(--tdl-space);
    color: var(--tdl-dim);
    font-size: 12px;
  }
  .time {
    position: absolute;
    top: 0;
    left: var(--channel);
    height: 100%;
    padding: 0 8px;
    display: flex;
    align-items: center;
    gap: 4px;
    color: var(--tdl-dim);
    font-size: 12px;
    font-variant-numeric: tabular-nums;
    white-space: nowrap;
    border-left: 1px solid var(--tdl-line);
  }
  .time b {
    color: var(--tdl-text);
    font-weight: 600;
  }
  .row {
    position: relative;
    height: 64px;
    border-bottom: 1px solid var(--tdl-line);
    scroll-margin-top: var(--head);
  }
  .channel {
    position: sticky;
    left: 0;
    z-index: 2;
    width: var(--channel);
    height: 100%;
    padding: 0 12px 0 16px;
    display: flex;
    align-items: center;
    gap: 12px;
    background: var(--tdl-space);
    border-right: 1px solid var(--tdl-line);
    cursor: pointer;
  }
  .channel::after {
    /* What begins before the visible part comes out of the dark, not out of half a letter. */
    content: "";
    position: absolute;
    inset: 0 auto 0 100%;
    width: 14px;
    background: linear-gradient(to right, var(--tdl-space), transparent);
    pointer-events: none;
  }
  .number {
    font: 600 14px var(--tdl-mono);
    color: var(--tdl-dim);
    min-width: 1ch;
    text-align: right;
  }
  .channel img {
    flex: none;
  }
  .name {
    font-weight: 500;
    line-height: 1.25;
    overflow: hidden;
    display: -webkit-box;
    -webkit-box-orient: vertical;
    -webkit-line-clamp: 2;
    overflow-wrap: anywhere;
  }
  .cell {
    position: absolute;
    top: 0;
    height: 63px;
    overflow: clip;
    contain: layout style;
    background: var(--tdl-hull);
    cursor: pointer;
    border-left: 2px solid transparent;
  }
  .cell:hover {
    background: var(--tdl-deck);
  }
  .cell:focus-visible {
    outline-offset: -2px;
    z-index: 1;
  }
  .cell::after {
    content: "";
    position: absolute;
    inset: 2px 2px 2px auto;
    width: 20px;
    background: linear-gradient(to right, transparent, var(--tdl-hull));
    pointer-events: none;
  }
  .cell:hover::after,
  .cell.past::after {
    background: linear-gradient(to right, transparent, var(--tdl-deck));
  }
  .in {
    position: sticky;
    left: calc(var(--channel) + 6px);
    display: grid;
    align-content: center;
    gap: 2px;
    height: 100%;
    width: max-content;
    max-width: 100%;
    padding: 0 8px;
    white-space: nowrap;
  }
  .title {
    font-weight: 500;
    overflow: clip;
    text-align: left;
    line-height: 1.35;
  }
  .episode {
    font-size: 12px;
    color: var(--tdl-dim);
    overflow: clip;
    text-align: left;
    line-height: 1.35;
  }
  .episode:empty {
    display: none;
  }
  .past {
    background: var(--tdl-deck);
  }
  .past .title {
    color: var(--tdl-dim);
    font-weight: 400;
  }
  .filler .title {
    color: var(--tdl-dim);
    font-style: italic;
    font-weight: 400;
  }
  .live {
    border-left-color: var(--tdl-live);
    background: color-mix(in srgb, var(--tdl-live) 9%, var(--tdl-hull));
  }
  .live::after {
    background: linear-gradient(
      to right,
      transparent,
      color-mix(in srgb, var(--tdl-live) 9%, var(--tdl-hull))
    );
  }
  .live .meter {
    width: 108px;
    max-width: 100%;
    margin-top: 3px;
  }
  .tuning {
    cursor: default;
    pointer-events: none;
    background: repeating-linear-gradient(
      to right,
      var(--tdl-hull) 0 calc(var(--slot) - 2px),
      var(--tdl-space) calc(var(--slot) - 2px) var(--slot)
    );
    animation: tuning 1.6s ease-in-out infinite;
  }
  .tuning::after {
    display: none;
  }
  @keyframes tuning {
    50% {
      opacity: 0.45;
    }
  }
  .now {
    position: absolute;
    top: 0;
    bottom: 0;
    left: var(--channel);
    width: 2px;
    margin-left: -1px;
    z-index: 1;
    pointer-events: none;
    background: var(--tdl-signal);
  }
  .now.gliding {
    transition: transform 1s linear;
  }
  :host([dark]) .now {
    box-shadow: 0 0 8px var(--tdl-signal);
  }
  .now::before {
    content: "";
    position: sticky;
    display: block;
    top: calc(var(--head) - 6px);
    width: 10px;
    height: 6px;
    margin-left: -4px;
    background: var(--tdl-signal);
    clip-path: polygon(0 0, 100% 0, 50% 100%);
    z-index: 5;
  }
  @media (max-width: 1100px) {
    :host {
      --channel: 180px;
    }
    .number {
      display: none;
    }
  }
`;
