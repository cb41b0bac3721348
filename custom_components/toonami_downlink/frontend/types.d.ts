/**
 * The shapes that the panel's modules pass to each other; they need not be imported. Times are
 * seconds since 1970.
 */

type Context = import("./lib/context.js").Context;
type Store = import("./lib/store.js").Store;
type GridCell = import("./ui/grid-cell.js").GridCell;
type RefreshButton = import("./ui/refresh-button.js").RefreshButton;
type Player = import("./ui/player.js").Player;
type Television = import("./ui/television.js").Television;
type Places = import("./lib/places.js").Places;
type GuidePage = import("./ui/guide-page.js").GuidePage;
type Position = import("./model/position.js").Position;
type ProgrammeSheet = import("./ui/programme-sheet.js").ProgrammeSheet;
type SearchBox = import("./ui/search-box.js").SearchBox;
type Scale = import("./model/grid.js").Scale;
type Strings = import("./model/text.js").Strings;
type Clock = import("./model/time.js").Clock;
type Recordings<T extends RecordingMark> = import("./model/recordings.js").Recordings<T>;
type RecordedHost = import("./ui/recorded-host.js").RecordedHost;

/** When a programme is on. */
interface Times {
  start: number;
  stop: number;
}

interface EpisodeNumbers {
  season: number | null;
  episode: number | null;
}

/** A programme as the guide has it. */
interface Programme extends Times, EpisodeNumbers {
  title: string;
  episode_title: string | null;
  /** Whether it only fills a gap in the guide. */
  filler: boolean;
  /** The short programmes that are shown as this one. */
  parts?: Programme[];
}

/** Where somebody is in the panel: what an address stands for. */
interface Place {
  page: PageName;
  /** The number of the channel that is looked at. */
  channel: number | null;
  /** When the programme starts whose details are open. */
  start: number | null;
  /** The day of the channel, `YYYY-MM-DD`. */
  date: string | null;
  /** What is searched for. */
  search: string;
  /** The number of the channel to watch. */
  watch: number | null;
}

/** A programme as `guide/programme` and the overview give it. */
interface Details extends Programme {
  description: string | null;
  year: number | null;
  categories: string[];
  block: string | null;
  rating: string | null;
  stars: number | null;
  image: string | null;
  credits: { role: string; name: string }[];
}

/** What is known of a programme before its details are loaded. */
type Shown = Partial<Details> & Times & { title: string };

/** A programme was chosen. */
type ChoiceEvent = CustomEvent<{ channel: Channel; programme: Shown; isChosen?: boolean }>;

/** A channel with what is on. */
interface Channel {
  number: number;
  key: string;
  name: string;
  radio: boolean;
  /** A path on Home Assistant's server. */
  logo: string;
  now: Details | null;
  next: Details | null;
}

/** What the panel is told of the integration when it is loaded. */
interface Overview {
  loaded: true;
  version: string;
  health: { status: "ok" | "degraded" | "error"; reason: string | null };
  refreshing: boolean;
  /** The key of the last refresh's error. */
  error: string | null;
  next_refresh: number | null;
  generation: number | null;
  made: number | null;
  /** Since when it is remembered, and what the guide holds. */
  guide: { since: number; from: number; until: number } | null;
  channels: Channel[];
  /** The numbers of the channels whose viewers see the notice of a lost signal. */
  lost?: number[];
  /** Whether users who are no administrators may watch. */
  users_may_watch?: boolean;
}

type OverviewEvent = Overview | { loaded: false };

/** The newest of a player's requests for one thing. */
interface SeenPlayer {
  address: string;
  player: string;
  asked: string;
  result: string;
  when: number;
  count: number;
}

/** How often each player asked for each thing; undefined before the first count. */
type RequestCounts = Map<string, number> | undefined;

/** The requests of one player, the newest first. */
interface PlayerRequests {
  address: string;
  player: string;
  when: number;
  asked: SeenPlayer[];
}

/** What has secrets of its own: the house, which has no name, or a device with a pass. */
interface Device {
  id: string;
  name: string;
  /** Another one after the secrets were replaced. */
  revision: string;
}

/** What players have to be told; all but the first four are paths. */
interface ConnectData {
  version: string;
  /** Whose secrets are told. */
  device: string;
  devices: Device[];
  origins: string[];
  username: string;
  password: string;
  /** For the home network only. */
  short_url: string;
  playlist: string;
  guide: string;
  xtream: string;
  hdhomerun: string | null;
  has_feed: boolean;
  players: SeenPlayer[];
}

/** How far a refresh is. */
interface Progress {
  stage: string;
  done: number;
  total: number;
}

/** What a refresh found. */
interface Report {
  channels: number;
  programmes: number;
  filler: number;
  guide_until: string | null;
  repairs: Record<string, number>;
  sources: Record<string, number>;
}

/** One refresh of the history; its times are ISO 8601. */
interface Run {
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

/** An error of the history, and how often it came. */
interface PastProblem {
  run: Run;
  count: number;
}

/** What `status_payload` of the integration returns; its times are ISO 8601. */
interface Status {
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
        artifacts: { name: string; size: number }[];
      })
    | null;
  streams: Streams;
  players: (Omit<SeenPlayer, "when"> & { when: string })[];
  /** The newest first. */
  history: Run[];
}

/** One viewer on one channel; `since` is ISO 8601. */
interface WatchSession {
  /** The name of the device that has a pass; null with the secrets of the house. */
  device: string | null;
  id: string;
  /** The key of the channel. */
  channel: string;
  address: string;
  player: string;
  kind: "ts" | "hls";
  since: string;
  bytes: number;
}

/** How a channel's stream is that was watched since the start; times are ISO 8601. */
interface ChannelSignal {
  key: string;
  name: string;
  running: boolean;
  viewers: number;
  last_segment: string | null;
  node: string;
  /** Today. */
  node_changes: number;
  /** Since when viewers see the notice of a lost signal, and why. */
  slate_since: string | null;
  reason: string | null;
}

interface Streams {
  viewers: number;
  /** How many channels are fetched now, and how many may be. */
  upstream: number;
  max: number;
  /** The longest first. */
  sessions: WatchSession[];
  channels: ChannelSignal[];
}

interface Entity {
  entity_id: string;
  state: string;
  attributes: Record<string, any>;
}

type Unsubscribe = () => void | Promise<void>;

/** What a subscription calls; `refused` gets the code of Home Assistant's error. */
interface SubscriptionListener {
  event: (event: any) => void;
  refused?: (code: string) => void;
}

/** The part of home-assistant-js-websocket's connection that the panel uses. */
interface Connection {
  subscribeMessage(
    callback: (event: any) => void,
    message: object,
    options?: { resubscribe?: boolean },
  ): Promise<Unsubscribe>;
  sendMessagePromise(message: object): Promise<any>;
  addEventListener(name: string, callback: () => void): void;
  removeEventListener(name: string, callback: () => void): void;
  connected?: boolean;
}

/** The part of Home Assistant's front end that the panel uses. */
/** Writes a number as the user does. */
type WriteNumber = (value: number, options?: Intl.NumberFormatOptions) => string;

interface Hass {
  connection: Connection;
  user?: { is_admin: boolean };
  locale: { language: string; number_format?: string; time_format: string; time_zone: string };
  config: { time_zone: string };
  themes: { darkMode?: boolean };
  states: Record<string, Entity>;
  /** What the registries say of entities and devices. */
  entities?: Record<
    string,
    { platform: string; device_id?: string; area_id?: string | null; translation_key?: string }
  >;
  devices?: Record<
    string,
    { identifiers: [string, string][]; area_id?: string | null; model?: string | null }
  >;
  areas?: Record<string, { name: string }>;
  dockedSidebar?: string;
  callService(domain: string, service: string, data: object, target?: object): Promise<unknown>;
  /** Fetch something with the rights of the user. */
  fetchWithAuth(path: string, init?: RequestInit): Promise<Response>;
}

/** The media players of an area; its name is empty for those without one. */
interface PlayerGroup {
  area: string;
  /** Of its first player: the least comes first. */
  rank: number;
  players: { id: string; name: string }[];
}

/** A programme in the answer to `guide`: the fields of `Programme`, in that order. */
type Row = [number, number, string, string | null, number | null, number | null, number];

/** A found programme. */
interface Hit {
  channel: Channel;
  programme: Programme;
}

/** A line of what was found: a programme, or how many more there are of its title, or of all titles. */
interface FindRow {
  hit?: Hit;
  /** Whether it is another showing of the title above it. */
  isPart?: boolean;
  more?: number;
}

/** Once that a programme is on. */
interface Once extends Times {
  number: number;
  about?: boolean;
}

/** Once that a programme is on, to be shown. */
interface Showing {
  channel: Channel;
  programme: Shown;
  /** Whether the time is only roughly known, and there are no details. */
  about?: boolean;
}

/** What `airings` gives: when a programme is on again, when it was last, how often this month. */
interface Remembered {
  also: Airing[];
  last: Times | null;
  month: number;
}

/** When a programme is on once more, as `airings` gives it. */
interface Airing extends Times {
  channel: number;
  /** Whether upstream's guide does not list it: the other coast has it then. */
  about?: boolean;
}

/** A channel in the timeline, with the cells that it has now, by their start. */
interface GridRow {
  channel: Channel;
  element: HTMLElement;
  cells: Map<number, GridCell>;
}

/** The cell with the focus, and the time that moving up and down keeps to. */
interface Cursor {
  number: number;
  start: number;
  time: number;
}

/** Which days the timeline has cells for. */
type WindowEvent = CustomEvent<{ days: number[] }>;

/** How the integration is, in one word. */
type Condition =
  | "offline"
  | "not_loaded"
  | "tuning"
  | "no_signal"
  | "signal_lost"
  | "not_refreshed"
  | "stale"
  | "refreshing"
  | "receiving";

/** The colours that a condition can have, by the names of the CSS variables. */
type Tone = "live" | "signal" | "warn" | "alert" | "dim";

type PageName = "guide" | "shows" | "recordings" | "connect" | "status";

/** What a follow goes by. */
type FollowKind = "show" | "block" | "words";

/** An airing of what is followed. */
interface FollowedAiring extends Times, Partial<EpisodeNumbers> {
  /** Its number. */
  channel: number;
  title: string;
  episode_title?: string | null;
}

/** What the house follows. */
interface Follow {
  id: string;
  kind: FollowKind;
  text: string;
  /** The key of the only channel that counts. */
  channel: string | null;
  next: FollowedAiring | null;
}

/** One thing to see in one night, with its repeats. */
interface FollowedShowing {
  id: string;
  follows: string[];
  /** Whether somebody has ticked it off. */
  seen?: boolean;
  airing: FollowedAiring;
  others: FollowedAiring[];
}

/** What `follows/subscribe` pushes; without an entry, neither. */
interface FollowsEvent {
  follows?: Follow[];
  showings?: FollowedShowing[];
}

/** What `follows/preview` answers. */
interface FollowPreview {
  showings: FollowedShowing[];
  count: number;
}

type RecordingPhase = "planned" | "recording" | "complete" | "interrupted" | "failed";

/** As much of a recording as the guide has to know; its times are the programme's. */
interface RecordingMark extends Times {
  id: string;
  /** The number of its channel; null when that is not in the feed any more. */
  channel: number | null;
  state: RecordingPhase;
  /** Whether it is a finished file; what has a picture without one still grows. */
  has_file: boolean;
}

/** A recording as its page shows it. */
interface Recording extends RecordingMark, EpisodeNumbers {
  /** Never given twice. */
  number: number;
  /** Why some or all of it is not there. */
  reason: string | null;
  title: string;
  episode_title: string | null;
  image: string | null;
  /** What is missing of it, the first first. */
  gaps: [number, number][];
  /** Seconds that are missing. */
  missing: number;
  /** Whether it stays until somebody deletes it. */
  kept: boolean;
  /** The id of the rule that made it. */
  rule: string | null;
  /** Bytes. */
  size: number;
}

/** What is asked before it is done. */
interface RecordingQuestion {
  what: "stop" | "delete";
  recording: Recording;
}

type RuleKind = "followed" | FollowKind;

/** What makes recordings by itself. */
interface Rule {
  id: string;
  kind: RuleKind;
  text: string;
  /** The key of the only channel that counts. */
  channel: string | null;
  only_missing: boolean;
  keep_last: number | null;
  /** The days of the week on which a programme may begin: 0 is Monday. */
  days: number[];
}

/** A planned recording that there is no place for, those that have it, and another time for it. */
interface Conflict {
  id: string;
  with: string[];
  instead: FollowedAiring | null;
}

/** Bytes of the folder of the recordings. */
interface Space {
  used: number;
  quota: number;
  free: number | null;
  /** What speaks against the folder, in the language of the installation. */
  warning: string | null;
}

/**
 * What `recordings/subscribe` pushes: first everything, then what has changed. With `all`,
 * recordings have all their fields.
 */
interface RecordingsEvent<T extends RecordingMark = RecordingMark> {
  loaded: boolean;
  /** Whether recording is switched on. */
  on?: boolean;
  /** Whether nothing is left out of it. */
  whole?: boolean;
  recordings?: T[];
  /** The ids of those that are not there any more. */
  gone?: string[];
  /** How many older ones are not told. */
  more?: number;
  rules?: Rule[];
  conflicts?: Conflict[];
  space?: Space;
}

/** The answer to `recordings/watch`: a path, what is there, and for how many seconds it opens. */
interface RecordedAddress extends WatchAddress {
  type: string;
}

/** A text: plain, or by plural category of the value `count`. */
type Entry = string | Record<string, string>;

/** A value that a player is told. */
type Field =
  | "short_url"
  | "playlist"
  | "guide"
  | "guide_gz"
  | "server"
  | "server_prefix"
  | "username"
  | "password"
  | "tuner";

/** How to set a player up; the text of the first step is `connect.{id}.1`, and so on. */
interface Recipe {
  id: string;
  /** How the player is called when it is seen; empty when that can be any, which has a name in the texts. */
  name: string;
  /** The fields of each step. */
  steps: Field[][];
}

/** Something to show as a QR code. */
interface Qr {
  label: string;
  value: string;
  isSecret: boolean;
}

/** How trying an address went; empty while there is none. */
type Verdict = "" | "checking" | "ok" | "other" | "unreachable" | "blocked" | "invalid";

type LinkName = "schedule" | "provider" | "check" | "publish" | "players";
type LinkState = "ok" | "active" | "failed" | "waiting" | "idle";

/** A link of the chain on the status page. */
interface Link {
  name: LinkName;
  state: LinkState;
  /** When that happened; for the schedule, when it will happen. */
  time: number | null;
  /** How long it took. */
  seconds: number | null;
}

/** A bar of the history chart: across in hundredths of its width, up in pixels. */
interface Bar {
  run: Run;
  x: number;
  y: number;
  width: number;
  height: number;
  failed: boolean;
}

/** An action of Home Assistant, as cards have it. */
interface CardAction {
  action: string;
}

/** The card's configuration, as the user writes it. */
interface CardConfig {
  type?: string;
  /** Channels by number or key; all channels when there are none. */
  channels?: (string | number)[];
  /** Whether the first channel is large, with the picture on air. */
  picture?: boolean;
  /** Whether to say what comes next. */
  next?: boolean;
  /** Whether to draw the next hours, and how many of them. */
  guide?: boolean;
  hours?: number;
  /** Show when this is on next, and no channels. */
  title?: string;
  /** Without one, a tap opens the panel and watches. */
  tap_action?: CardAction;
  hold_action?: CardAction;
  /** What Home Assistant's views with sections put there. */
  grid_options?: { rows?: number | string };
}

interface CardSettings {
  /** Numbers or keys. */
  names: string[];
  hours: number;
  picture: boolean;
  next: boolean;
  guide: boolean;
  title: string;
  tap: CardAction | undefined;
  hold: CardAction | undefined;
  /** Whether the user has said how high it is. */
  fits: boolean;
}

/** A programme on a channel, as the card lists them. */
type Listed = Omit<Programme, "filler"> & { number: number };

/** What draws the card. */
type CardElement = HTMLElement & { config?: CardSettings; hass?: Hass };

/** Of Home Assistant's front end: where cards announce themselves. */
interface Window {
  customCards?: object[];
}

/** Of the guide: where the picture of the television belongs. */
interface HTMLElementTagNameMap {
  "tdl-guide": HTMLElement & { readonly screen: Element | null };
}

/** How watching goes. */
type WatchState = "off" | "tuning" | "playing" | "paused" | "reconnecting" | "stopped";

/** What goes wrong while somebody watches; the end of a string's key. */
type Trouble =
  | "network"
  | "busy"
  | "refused"
  | "forbidden"
  | "unknown_channel"
  | "media"
  | "stalled"
  | "unsupported";

/** The answer to `watch`: a path, and for how many seconds it can be opened. */
interface WatchAddress {
  url: string;
  expires_in: number;
  /** Seconds that it can be wound back by, once it has been watched for so long. */
  pause: number;
}
