/** What the panel uses of hls.js. */

export interface HlsError {
  fatal: boolean;
  /** `networkError`, `mediaError` or another. */
  type: string;
  details: string;
  response?: { code: number };
}

/** A playlist, as far as it was read; in seconds of the media. */
export interface LevelDetails {
  fragmentStart: number;
  fragments: { start: number; duration: number; programDateTime: number | null }[];
}

export interface StreamController {
  media: HTMLMediaElement | null;
  /** Where it plays, or begins to. */
  readonly playhead: number;
  synchronizeToLiveEdge(details: LevelDetails): void;
}

export default class Hls {
  static readonly DefaultConfig: { streamController: new (...all: any[]) => StreamController };
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
    streamController?: new (...all: any[]) => StreamController;
    startPosition?: number;
    xhrSetup?(xhr: XMLHttpRequest, url: string): void;
  });
  on(event: "hlsError", listener: (event: string, error: HlsError) => void): void;
  on(event: "hlsManifestParsed" | "hlsLevelLoaded", listener: () => void): void;
  readonly latestLevelDetails: LevelDetails | null;
  /** Load no more of the stream, but go on with the playlist. */
  pauseBuffering(): void;
  resumeBuffering(): void;
  loadSource(url: string): void;
  attachMedia(media: HTMLMediaElement): void;
  startLoad(position?: number): void;
  recoverMediaError(): void;
  destroy(): void;
}
