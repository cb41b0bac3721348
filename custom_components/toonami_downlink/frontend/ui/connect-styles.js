// @ts-check
import { css } from "../lib/element.js";

export const connectSheet = css`
  :host {
    display: block;
    flex: 1;
    min-height: 0;
    overflow: auto;
  }
  .page {
    display: grid;
    grid-template-columns: minmax(0, 1fr) minmax(280px, 360px);
    gap: 16px;
    max-width: 1200px;
    margin: 0 auto;
    padding: 24px 16px calc(24px + var(--safe-area-inset-bottom, 0px));
    align-items: start;
  }
  .page > h2 {
    grid-column: 1 / -1;
    font-size: 28px;
    font-weight: 600;
    line-height: 1.2;
  }
  .column {
    display: grid;
    grid-template-columns: minmax(0, 1fr);
    gap: 16px;
    min-width: 0;
  }
  .tiles {
    grid-column: 1 / -1;
    display: grid;
    grid-template-columns: repeat(auto-fill, minmax(132px, 1fr));
    gap: 8px;
  }
  .tile {
    position: relative;
    display: grid;
    align-content: center;
    gap: 2px;
    min-height: 72px;
    padding: 8px 16px;
    text-align: start;
    background: var(--tdl-hull);
    border: 1px solid var(--tdl-line);
    border-radius: 10px;
    cursor: pointer;
    font-weight: 500;
    font-size: 16px;
    line-height: 1.25;
    transition: background-color 120ms ease-out, border-color 120ms ease-out;
  }
  .tile small {
    font: 12px var(--tdl-mono);
    color: var(--tdl-dim);
  }
  .tile:hover {
    background: var(--tdl-deck);
    border-color: var(--tdl-dim);
  }
  .tile[aria-pressed="true"] {
    border-color: var(--tdl-signal);
    box-shadow: inset 0 0 0 1px var(--tdl-signal);
    background: var(--tdl-deck);
  }
  .tile .tick {
    position: absolute;
    inset: 8px 8px auto auto;
    color: var(--tdl-live);
  }
  .steps {
    display: grid;
    gap: 20px;
    counter-reset: step;
  }
  .steps > li {
    display: grid;
    grid-template-columns: 28px minmax(0, 1fr);
    gap: 8px 12px;
    counter-increment: step;
  }
  .steps > li::before {
    content: counter(step);
    display: grid;
    place-items: center;
    width: 28px;
    height: 28px;
    font: 600 14px var(--tdl-mono);
    color: var(--tdl-signal);
    border: 1px solid currentcolor;
    border-radius: 6px;
  }
  .steps > li > * {
    grid-column: 2;
  }
  .steps > li > p {
    padding-top: 4px;
  }
  .row {
    display: grid;
    grid-template-columns: minmax(0, 1fr) auto;
    align-items: center;
    border: 1px solid var(--tdl-line);
    border-radius: 10px;
    background: var(--tdl-space);
    padding-inline-start: 12px;
  }
  .row .label {
    font-size: 12px;
    color: var(--tdl-dim);
    padding-top: 6px;
  }
  .row .value {
    font: 13px/1.4 var(--tdl-mono);
    overflow-wrap: anywhere;
    padding-bottom: 8px;
    user-select: all;
  }
  .row .tools {
    display: flex;
    grid-row: 1 / span 2;
    grid-column: 2;
  }
  .row .tools .done {
    color: var(--tdl-live);
  }
  .address {
    display: grid;
    gap: 8px;
  }
  .address .pick {
    display: flex;
    flex-wrap: wrap;
    gap: 8px;
  }
  .address .field {
    flex: 1 1 200px;
    font-family: var(--tdl-mono);
    font-size: 13px;
  }
  .verdict {
    display: flex;
    gap: 8px;
    align-items: start;
  }
  .verdict svg {
    margin-top: 1px;
  }
  .verdict.ok {
    color: var(--tdl-live);
  }
  .verdict.warn {
    color: var(--tdl-warn);
  }
  .verdict.bad {
    color: var(--tdl-alert);
  }
  .verdict span {
    color: var(--tdl-text);
  }
  .arrival {
    display: flex;
    align-items: center;
    gap: 12px;
    padding: 12px 16px;
    border: 1px dashed var(--tdl-line);
    border-radius: 10px;
    color: var(--tdl-dim);
    transition: background-color 200ms ease-out;
  }
  .arrival .dots {
    animation: seek 1.2s ease-in-out infinite;
  }
  @keyframes seek {
    50% {
      opacity: 0.35;
    }
  }
  .arrival.here {
    border: 1px solid var(--tdl-live);
    color: var(--tdl-live);
    background: color-mix(in srgb, var(--tdl-live) 10%, var(--tdl-hull));
    font-weight: 500;
  }
  .seen {
    display: grid;
    gap: 12px;
  }
  .seen li {
    display: grid;
    grid-template-columns: 20px minmax(0, 1fr) auto;
    gap: 0 8px;
  }
  .seen .good {
    color: var(--tdl-live);
  }
  .seen .bad {
    color: var(--tdl-alert);
  }
  .seen .what {
    grid-column: 2 / -1;
    font-size: 12px;
    color: var(--tdl-dim);
    overflow-wrap: anywhere;
  }
  .seen time {
    font-size: 12px;
    color: var(--tdl-dim);
    white-space: nowrap;
  }
  .seen .fresh {
    animation: glow 2s ease-out;
  }
  @keyframes glow {
    from {
      background: color-mix(in srgb, var(--tdl-live) 30%, transparent);
    }
  }
  .buttons {
    display: flex;
    flex-wrap: wrap;
    gap: 8px;
  }
  details > summary {
    cursor: pointer;
    min-height: 44px;
    display: flex;
    align-items: center;
    gap: 8px;
    font-size: 16px;
    font-weight: 600;
    list-style: none;
    margin: -12px 0;
  }
  details > summary::-webkit-details-marker {
    display: none;
  }
  details > summary svg {
    transition: transform 150ms ease-out;
  }
  details[open] > summary svg {
    transform: rotate(90deg);
  }
  details .all {
    display: grid;
    gap: 8px;
    margin-top: 20px;
  }
  .card p + p,
  .card p + .buttons {
    margin-top: 12px;
  }
  dialog {
    width: min(460px, calc(100vw - 32px));
    max-height: calc(100dvh - 32px);
    padding: 20px;
    border: 1px solid var(--tdl-line);
    border-radius: 10px;
    background: var(--tdl-hull);
    color: var(--tdl-text);
    overflow: auto;
  }
  dialog::backdrop {
    background: rgb(4 8 16 / 60%);
  }
  dialog h2 {
    font-size: 20px;
    font-weight: 600;
    margin-bottom: 12px;
  }
  dialog ul {
    display: grid;
    gap: 8px;
    margin: 12px 0;
    padding-inline-start: 20px;
    list-style: square;
  }
  dialog .buttons {
    justify-content: end;
    margin-top: 20px;
  }
  .qr {
    width: min(100%, 320px);
    margin: 0 auto 12px;
    background: #fff;
    border-radius: 6px;
  }
  .qr path {
    fill: #000;
  }
  @media (max-width: 600px) {
    .row {
      grid-template-columns: minmax(0, 1fr);
    }
    .row .tools {
      grid-row: auto;
      grid-column: 1;
      justify-content: end;
      margin-top: -8px;
    }
  }
  @media (max-width: 900px) {
    .page {
      grid-template-columns: minmax(0, 1fr);
      padding-top: 16px;
    }
    .page > h2 {
      font-size: 20px;
    }
    .tiles {
      grid-template-columns: repeat(auto-fill, minmax(116px, 1fr));
    }
    .tile {
      min-height: 60px;
      padding: 8px 12px;
      font-size: 14px;
    }
  }
`;
