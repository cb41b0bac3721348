/** What the panel uses of hls.js. */

export interface HlsError {
  fatal: boolean;
  /** `networkError`, `mediaError` or another. */
  type: string;
  details: string;
  response?: { code: number };
}

export default class Hls {
  static isSupported(): boolean;
  static readonly Events: {
    readonly ERROR: "hlsError";
    readonly LEVEL_LOADED: "hlsLevelLoaded";
    readonly MANIFEST_PARSED: "hlsManifestParsed";
  };
  constructor(config?: {
    enableWorker?: boolean;
    backBufferLength?: number;
    maxBufferLength?: number;
    maxMaxBufferLength?: number;
    liveDurationInfinity?: boolean;
    startPosition?: number;
    xhrSetup?(xhr: XMLHttpRequest, url: string): void;
  });
  on(event: "hlsError", listener: (event: string, error: HlsError) => void): void;
  on(event: "hlsManifestParsed" | "hlsLevelLoaded", listener: () => void): void;
  loadSource(url: string): void;
  attachMedia(media: HTMLMediaElement): void;
  startLoad(position?: number): void;
  recoverMediaError(): void;
  destroy(): void;
}
