// @ts-check
import { css } from "./element.js";

/** The colours and the type of everything; `dark` is an attribute of the outermost element. */
export const tokens = css`
  :host {
    --tdl-space: #f3f7fb;
    --tdl-hull: #ffffff;
    --tdl-deck: #e8f0f7;
    --tdl-line: #cfdbe7;
    --tdl-text: #0b1b2b;
    --tdl-dim: #4a6076;
    --tdl-signal: #00677f;
    --tdl-on-signal: #ffffff;
    --tdl-live: #0a6b42;
    --tdl-warn: #8a5a00;
    --tdl-alert: #b3261e;
    --tdl-scrim: 243 247 251;
    --tdl-mono: var(--ha-font-family-code, ui-monospace, monospace);
    color: var(--tdl-text);
    font: 400 14px/1.45 var(--ha-font-family-body, Roboto, Noto, sans-serif);
    -webkit-font-smoothing: antialiased;
    color-scheme: light;
  }
  :host([dark]) {
    --tdl-space: #070b14;
    --tdl-hull: #0e1626;
    --tdl-deck: #16223a;
    --tdl-line: #22314d;
    --tdl-text: #e6f1ff;
    --tdl-dim: #9db2ce;
    --tdl-signal: #3de1ff;
    --tdl-on-signal: #06202a;
    --tdl-live: #4dffa6;
    --tdl-warn: #ffc857;
    --tdl-alert: #ff7a7a;
    --tdl-scrim: 7 11 20;
    color-scheme: dark;
  }
`;

/** What buttons, links, inputs and the like share on all pages. */
export const controls = css`
  *,
  *::before,
  *::after {
    box-sizing: border-box;
  }
  [hidden] {
    display: none !important;
  }
  h1,
  h2,
  h3,
  p,
  ol,
  ul,
  dl,
  dd,
  figure {
    margin: 0;
    padding: 0;
  }
  ol,
  ul {
    list-style: none;
  }
  :focus {
    outline: none;
  }
  :focus-visible {
    outline: 2px solid var(--tdl-signal);
    outline-offset: 2px;
  }
  a {
    color: var(--tdl-signal);
  }
  button,
  select,
  input {
    font: inherit;
    color: inherit;
  }
  svg {
    display: block;
    flex: none;
  }
  .button {
    display: inline-flex;
    align-items: center;
    justify-content: center;
    gap: 8px;
    min-height: 44px;
    padding: 0 16px;
    border: 1px solid var(--tdl-line);
    border-radius: 10px;
    background: var(--tdl-hull);
    color: var(--tdl-text);
    font-weight: 500;
    text-decoration: none;
    cursor: pointer;
    transition: background-color 120ms ease-out, border-color 120ms ease-out;
  }
  .button:hover {
    background: var(--tdl-deck);
    border-color: var(--tdl-dim);
  }
  .button.main {
    background: var(--tdl-signal);
    border-color: var(--tdl-signal);
    color: var(--tdl-on-signal);
  }
  .button.main:hover {
    filter: brightness(1.08);
  }
  .button.danger {
    color: var(--tdl-alert);
    border-color: currentcolor;
  }
  .button:disabled,
  .button[aria-disabled="true"] {
    opacity: 0.55;
    cursor: default;
    filter: none;
  }
  .icon {
    display: inline-grid;
    place-items: center;
    width: 44px;
    height: 44px;
    padding: 0;
    border: 0;
    border-radius: 10px;
    background: none;
    color: inherit;
    cursor: pointer;
    flex: none;
  }
  .icon:hover {
    background: var(--tdl-deck);
  }
  .field {
    min-height: 44px;
    padding: 0 12px;
    border: 1px solid var(--tdl-line);
    border-radius: 10px;
    background: var(--tdl-hull);
    min-width: 0;
  }
  select.field {
    appearance: none;
    padding-inline-end: 32px;
    text-overflow: ellipsis;
    background-image: linear-gradient(45deg, transparent 50%, currentcolor 50%),
      linear-gradient(135deg, currentcolor 50%, transparent 50%);
    background-position: right 18px center, right 13px center;
    background-size: 5px 5px;
    background-repeat: no-repeat;
  }
  .field::placeholder {
    color: var(--tdl-dim);
    opacity: 1;
  }
  .card {
    background: var(--tdl-hull);
    border: 1px solid var(--tdl-line);
    border-radius: 10px;
    padding: 16px;
  }
  .card > h2 {
    font-size: 16px;
    font-weight: 600;
    line-height: 1.3;
    margin-bottom: 12px;
  }
  .dim {
    color: var(--tdl-dim);
  }
  .mono {
    font-family: var(--tdl-mono);
  }
  .times {
    font-variant-numeric: tabular-nums;
  }
  .sr {
    position: absolute;
    width: 1px;
    height: 1px;
    overflow: hidden;
    clip-path: inset(50%);
    white-space: nowrap;
  }
  .meter {
    display: block;
    height: 6px;
    border-radius: 1px;
    background: repeating-linear-gradient(
      to right,
      color-mix(in srgb, currentcolor 26%, transparent) 0 calc(100% / 12 - 2px),
      transparent calc(100% / 12 - 2px) calc(100% / 12)
    );
    color: var(--tdl-live);
    overflow: hidden;
    position: relative;
  }
  .meter > i {
    position: absolute;
    inset: 0;
    background: repeating-linear-gradient(
      to right,
      currentcolor 0 calc(100% / 12 - 2px),
      transparent calc(100% / 12 - 2px) calc(100% / 12)
    );
    clip-path: inset(0 calc(100% - var(--part, 0) * 100%) 0 0);
  }
  @media (prefers-reduced-motion: reduce) {
    *,
    *::before,
    *::after {
      transition: none !important;
      animation: none !important;
      scroll-behavior: auto !important;
    }
  }
`;
