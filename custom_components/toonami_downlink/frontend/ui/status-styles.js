// @ts-check
import { css } from "../lib/element.js";

export const statusSheet = css`
  :host {
    display: block;
    flex: 1;
    min-height: 0;
    overflow: auto;
  }
  .page {
    display: grid;
    grid-template-columns: repeat(12, minmax(0, 1fr));
    gap: 16px;
    max-width: 1200px;
    margin: 0 auto;
    padding: 24px 16px calc(24px + var(--safe-area-inset-bottom, 0px));
    align-items: start;
  }
  .page > * {
    grid-column: span 12;
  }
  .page > .half {
    grid-column: span 6;
  }
  .half {
    display: grid;
    grid-template-columns: minmax(0, 1fr);
    gap: 16px;
  }
  .top {
    display: grid;
    grid-template-columns: minmax(0, 1fr) auto;
    align-items: center;
    gap: 12px 24px;
  }
  .card > .sentence {
    margin: 0;
    font-size: 20px;
    line-height: 1.4;
    font-weight: 400;
  }
  .sentence b {
    font-weight: 600;
  }
  .sentence .live {
    color: var(--tdl-live);
  }
  .sentence .signal {
    color: var(--tdl-signal);
  }
  .sentence .warn {
    color: var(--tdl-warn);
  }
  .sentence .alert {
    color: var(--tdl-alert);
  }
  .chain {
    display: grid;
    grid-template-columns: repeat(5, minmax(0, 1fr));
  }
  .link {
    position: relative;
    display: grid;
    justify-items: center;
    gap: 4px;
    text-align: center;
    color: var(--tdl-dim);
    padding: 0 4px;
  }
  .link .node {
    display: grid;
    place-items: center;
    width: 48px;
    height: 48px;
    position: relative;
  }
  .link .frame {
    position: absolute;
    inset: 0;
    fill: var(--tdl-hull);
    stroke: currentcolor;
    stroke-width: 2;
  }
  .link .node svg {
    position: relative;
  }
  .link .node .frame {
    position: absolute;
  }
  .link + .link::before {
    content: "";
    position: absolute;
    top: 23px;
    inset-inline-end: calc(50% + 30px);
    width: calc(100% - 60px);
    height: 2px;
    background: repeating-linear-gradient(to right, currentcolor 0 6px, transparent 6px 10px);
  }
  .link b {
    color: var(--tdl-text);
    font-weight: 600;
  }
  .link small {
    font-size: 12px;
    color: var(--tdl-dim);
    font-variant-numeric: tabular-nums;
    overflow-wrap: anywhere;
  }
  .link .word {
    font: 12px var(--tdl-mono);
    color: inherit;
  }
  .link.ok {
    color: var(--tdl-live);
  }
  .link.failed {
    color: var(--tdl-alert);
  }
  .link.active {
    color: var(--tdl-signal);
  }
  .link.active .frame {
    fill: color-mix(in srgb, var(--tdl-signal) 22%, var(--tdl-hull));
  }
  .link.active .node {
    animation: seek 1.2s ease-in-out infinite;
  }
  @keyframes seek {
    50% {
      opacity: 0.45;
    }
  }
  .problem {
    display: grid;
    grid-template-columns: 24px minmax(0, 1fr);
    gap: 4px 12px;
    border-color: var(--tdl-alert);
  }
  .problem > svg {
    color: var(--tdl-alert);
  }
  .problem > * {
    grid-column: 2;
  }
  .problem > svg {
    grid-column: 1;
  }
  .problem code {
    font: 12px/1.5 var(--tdl-mono);
    color: var(--tdl-dim);
    overflow-wrap: anywhere;
  }
  .facts {
    display: grid;
    grid-template-columns: minmax(0, 1fr) auto;
    gap: 6px 16px;
  }
  .facts dd {
    text-align: end;
    font-variant-numeric: tabular-nums;
    overflow-wrap: anywhere;
  }
  .facts dt {
    color: var(--tdl-dim);
  }
  .subhead {
    font-size: 14px;
    font-weight: 600;
    margin: 16px 0 8px;
  }
  .files {
    display: grid;
    gap: 12px;
  }
  .files li {
    display: grid;
    grid-template-columns: minmax(0, 1fr) auto;
    gap: 0 12px;
  }
  .files code {
    grid-column: 1 / -1;
    font: 12px/1.5 var(--tdl-mono);
    color: var(--tdl-dim);
    overflow-wrap: anywhere;
  }
  .buttons {
    display: flex;
    flex-wrap: wrap;
    gap: 8px;
  }
  .card .buttons {
    margin-top: 16px;
  }
  .chart {
    position: relative;
  }
  .chart svg {
    width: 100%;
    height: 160px;
    overflow: visible;
  }
  .bar rect.hit {
    fill: transparent;
  }
  .bar rect.tall {
    fill: color-mix(in srgb, var(--tdl-signal) 55%, var(--tdl-hull));
  }
  .bar:hover rect.tall,
  .bar:focus rect.tall {
    fill: var(--tdl-signal);
  }
  .bar:focus-visible {
    outline: none;
  }
  .bar:focus-visible rect.hit {
    stroke: var(--tdl-signal);
    stroke-width: 2;
    vector-effect: non-scaling-stroke;
  }
  .bar.failed rect.tall {
    fill: color-mix(in srgb, var(--tdl-alert) 40%, var(--tdl-hull));
  }
  .bar path {
    stroke: var(--tdl-alert);
    stroke-width: 2;
    vector-effect: non-scaling-stroke;
    fill: none;
  }
  .programmes {
    fill: none;
    stroke: var(--tdl-live);
    stroke-width: 2;
    vector-effect: non-scaling-stroke;
    pointer-events: none;
  }
  .axis {
    stroke: var(--tdl-line);
    vector-effect: non-scaling-stroke;
  }
  .legend {
    display: flex;
    flex-wrap: wrap;
    gap: 4px 20px;
    margin-bottom: 12px;
    font-size: 12px;
    color: var(--tdl-dim);
  }
  .legend span {
    display: inline-flex;
    align-items: center;
    gap: 8px;
  }
  .swatch {
    width: 14px;
    height: 10px;
    background: color-mix(in srgb, var(--tdl-signal) 55%, var(--tdl-hull));
  }
  .swatch.line {
    height: 2px;
    background: var(--tdl-live);
  }
  .swatch.mark {
    height: auto;
    width: auto;
    background: none;
    color: var(--tdl-alert);
    font-weight: 700;
    line-height: 1;
  }
  .run {
    min-height: 44px;
    margin-top: 12px;
    padding-top: 10px;
    border-top: 1px solid var(--tdl-line);
    font-variant-numeric: tabular-nums;
  }
  @media (max-width: 900px) {
    .page {
      padding-top: 16px;
    }
    .page > .half {
      grid-column: span 12;
    }
    .top {
      grid-template-columns: minmax(0, 1fr);
    }
    .card > .sentence {
      font-size: 16px;
    }
  }
  @media (max-width: 640px) {
    .chain {
      grid-template-columns: minmax(0, 1fr);
      gap: 20px;
    }
    .link {
      grid-template-columns: 48px minmax(0, 1fr) auto;
      justify-items: start;
      align-items: center;
      text-align: start;
      gap: 0 12px;
    }
    .link .node {
      grid-row: 1 / span 2;
    }
    .link small {
      grid-column: 2 / -1;
      grid-row: 2;
    }
    .link .word {
      grid-column: 3;
      grid-row: 1;
    }
    .link b {
      grid-column: 2;
      grid-row: 1;
    }
    .link + .link::before {
      top: -16px;
      inset-inline: 23px auto;
      width: 2px;
      height: 12px;
      background: currentcolor;
    }
  }
`;
