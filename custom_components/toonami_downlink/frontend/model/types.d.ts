/** The shapes that the panel's modules pass to each other. Times are seconds since 1970. */

export interface Programme {
  start: number;
  stop: number;
  title: string;
  episodeTitle: string | null;
  season: number | null;
  episode: number | null;
  /** Whether it only fills a gap in the guide. */
  filler: boolean;
}

/** A programme as `guide/programme` and the overview give it. */
export interface Details {
  start: number;
  stop: number;
  title: string;
  episode_title: string | null;
  description: string | null;
  season: number | null;
  episode: number | null;
  year: number | null;
  categories: string[];
  block: string | null;
  rating: string | null;
  stars: number | null;
  image: string | null;
  credits: { role: string; name: string }[];
  filler: boolean;
}

/** What is known of a programme before its details are loaded. */
export type Shown = Partial<Details> & { start: number; stop: number; title: string };

export interface Channel {
  number: number;
  key: string;
  name: string;
  radio: boolean;
  /** A path on Home Assistant's server. */
  logo: string;
  now: Details | null;
  next: Details | null;
}

export interface Overview {
  loaded: true;
  version: string;
  health: { status: "ok" | "degraded" | "error"; reason: string | null };
  refreshing: boolean;
  /** The key of the last refresh's error. */
  error: string | null;
  next_refresh: number | null;
  generation: number | null;
  made: number | null;
  guide: { from: number; until: number } | null;
  channels: Channel[];
}

export interface SeenPlayer {
  address: string;
  player: string;
  asked: string;
  result: string;
  when: number;
  count: number;
}

/** What players have to be told; all but the first four are paths. */
export interface ConnectData {
  version: string;
  origins: string[];
  username: string;
  password: string;
  playlist: string;
  guide: string;
  xtream: string;
  hdhomerun: string | null;
  has_feed: boolean;
  players: SeenPlayer[];
}

export interface Progress {
  stage: string;
  done: number;
  total: number;
}

export interface Report {
  channels: number;
  programmes: number;
  filler: number;
  guide_until: string | null;
  repairs: Record<string, number>;
  sources: Record<string, number>;
}

/** One refresh of the history; its times are ISO 8601. */
export interface Run {
  started: string;
  finished: string;
  cause: string;
  error: string | null;
  message: string | null;
  report: Report | null;
  recovered: boolean;
  failures: number;
  stages: Record<string, number>;
}

/** What `status_payload` of the integration returns; its times are ISO 8601. */
export interface Status {
  version: string;
  health: { status: "ok" | "degraded" | "error"; reason: string | null };
  provider: { kind: string; version: string | null };
  refresh: {
    is_running: boolean;
    progress: Progress | null;
    schedule: string;
    next: string | null;
    last_success: string | null;
    failures: number;
  };
  last_error: Run | null;
  feed:
    | (Report & {
        generation: number;
        made: string;
        artifacts: { name: string; size: number; sha256: string }[];
      })
    | null;
  streams: { active: number; max: number; has_ffmpeg: boolean };
  players: (Omit<SeenPlayer, "when"> & { when: string })[];
  /** The newest first. */
  history: Run[];
}

export interface Entity {
  entity_id: string;
  state: string;
  attributes: Record<string, any>;
}

/** The part of home-assistant-js-websocket's connection that the panel uses. */
export interface Connection {
  subscribeMessage(
    callback: (event: any) => void,
    message: object,
    options?: { resubscribe?: boolean },
  ): Promise<() => void | Promise<void>>;
  sendMessagePromise(message: object): Promise<any>;
  addEventListener(name: string, callback: () => void): void;
  removeEventListener(name: string, callback: () => void): void;
  connected?: boolean;
}

/** The part of Home Assistant's front end that the panel uses. */
export interface Hass {
  connection: Connection;
  user?: { is_admin: boolean };
  locale: { language: string; time_format: string; time_zone: string };
  config: { time_zone: string };
  themes: { darkMode?: boolean };
  states: Record<string, Entity>;
  dockedSidebar?: string;
  callService(domain: string, service: string, data: object, target?: object): Promise<unknown>;
}
