// @ts-check
import { css } from "../lib/element.js";

export const shellSheet = css`
  :host {
    display: flex;
    flex-direction: column;
    height: 100vh;
    height: 100dvh;
    overflow: clip;
    background: var(--tdl-space);
    padding-inline: var(--safe-area-content-inset-left, var(--safe-area-inset-left, 0px))
      var(--safe-area-content-inset-right, var(--safe-area-inset-right, 0px));
  }
  header {
    display: flex;
    align-items: center;
    gap: 12px;
    flex: none;
    height: calc(var(--header-height, 56px) + var(--safe-area-inset-top, 0px));
    padding: var(--safe-area-inset-top, 0px) 16px 0;
    border-bottom: 1px solid var(--tdl-line);
  }
  .mark {
    color: var(--tdl-signal);
  }
  h1 {
    font-size: 16px;
    font-weight: 600;
    letter-spacing: 0.12em;
    white-space: nowrap;
  }
  .health {
    display: flex;
    align-items: center;
    gap: 8px;
    font: 13px var(--tdl-mono);
    white-space: nowrap;
    min-width: 0;
  }
  .health span {
    overflow: hidden;
    text-overflow: ellipsis;
  }
  .live {
    color: var(--tdl-live);
  }
  .signal {
    color: var(--tdl-signal);
  }
  nav.top {
    display: flex;
    gap: 4px;
    margin-inline-start: auto;
    align-self: stretch;
  }
  nav.top a {
    display: flex;
    align-items: center;
    padding: 0 16px;
    color: var(--tdl-dim);
    font-weight: 500;
    text-decoration: none;
    border-bottom: 2px solid transparent;
    border-top: 2px solid transparent;
  }
  nav.top a:hover {
    color: var(--tdl-text);
    background: var(--tdl-deck);
  }
  nav a:focus-visible {
    outline-offset: -4px;
  }
  nav a[aria-current="page"] {
    color: var(--tdl-text);
    border-bottom-color: var(--tdl-signal);
  }
  nav.bottom {
    flex: none;
    display: grid;
    grid-auto-flow: column;
    grid-auto-columns: 1fr;
    border-top: 1px solid var(--tdl-line);
    padding-bottom: var(--safe-area-inset-bottom, 0px);
    background: var(--tdl-hull);
  }
  nav.bottom a {
    display: grid;
    justify-items: center;
    gap: 2px;
    padding: 8px 4px 6px;
    min-height: 56px;
    font-size: 12px;
    color: var(--tdl-dim);
    text-decoration: none;
    border-top: 2px solid transparent;
  }
  nav.bottom a[aria-current="page"] {
    color: var(--tdl-signal);
    border-top-color: var(--tdl-signal);
  }
  main {
    flex: 1;
    min-height: 0;
    display: flex;
    flex-direction: column;
  }
  main.away {
    /* The glow goes out; what was last known can still be read. */
    filter: saturate(0.15);
  }
  @media (max-width: 600px) {
    h1 .wide,
    .health.live span,
    .health.signal span {
      position: absolute;
      width: 1px;
      height: 1px;
      overflow: hidden;
      clip-path: inset(50%);
    }
    .health {
      margin-inline-start: auto;
    }
  }
`;
