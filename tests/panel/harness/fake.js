// @ts-check
/** A Home Assistant that knows nothing but the commands of the panel. */

import { FakeRecordings } from "./recordings.js";
import { CHANNELS, makeDevices, makeGuide, makeHistory, makeShorts, makeStreams } from "./data.js";
import { statusOf } from "./status.js";

const DAY = 86_400;

/** @param {string} code */
const refusal = (code) => ({ code, message: code });

/** A connection as home-assistant-js-websocket makes it, and what is behind it. */
export class FakeConnection {
  connected = true;
  /** @type {object[]} */
  asked = [];
  /** @type {Map<string, Set<() => void>>} */
  #listeners = new Map();
  /** @type {Map<string, Set<(event: any) => void>>} */
  #subscribers = new Map();

  /** @param {{days: number, state: string, hostile: boolean, shorts: boolean, pictures: string, delay: number, past: number, follows: string[], recordings: string, isForAdministrators: boolean, silent: string | null}} options */
  constructor(options) {
    this.options = options;
    this.state = options.state;
    this.error = options.state === "lost" ? "upstream_unreachable" : null;
    if (options.state === "missing") this.error = "provider_command_missing";
    this.from = new Date().setHours(0, 0, 0, 0) / 1000;
    const { days, hostile: isHostile, pictures } = options;
    this.guides = new Map(
      CHANNELS.map(({ number }) => [
        number,
        makeGuide(number, this.from, days, { isHostile, pictures }),
      ]),
    );
    if (options.shorts) this.guides.set(6, /** @type {any} */ (makeShorts(this.from, days)));
    this.library = new FakeRecordings(options.recordings, /** @type {any} */ (this.guides), { isHostile, pictures }, () => this.push("recordings"));
    this.history = makeHistory(Date.now() / 1000, this.error);
    this.token = "Zk3vQ9bX7mT2pL8nR4sW6yA1cE5gJ0hKdFuViOqBtNz";
    this.password = "pW7xK2mQ9vL4nT8bR3zC";
    /** @type {any[]} */
    this.players = [
      { address: "192.168.1.23", player: "Kodi", asked: "guide", result: "ok", when: Date.now() / 1000 - 130, count: 12 },
      { address: "192.168.1.23", player: "Kodi", asked: "playlist", result: "ok", when: Date.now() / 1000 - 131, count: 12 },
      { address: "192.168.1.41", player: "TiviMate", asked: "stream", result: "old_credentials", when: Date.now() / 1000 - 5400, count: 3 },
    ];
    this.hasTuner = options.state === "tuner";
    /** @type {{id: string, kind: string, text: string, channel: string | null}[]} */
    this.follows = options.follows.map((text, index) => ({ id: `f${index}`, kind: "show", text, channel: null }));
    /** The code that `follows/add` is refused with. @type {string | null} */
    this.followError = null;
    this.streams = makeStreams(Date.now(), options.state);
    /** The code that `watch` is refused with. @type {string | null} */
    this.watchError = null;
    /** @type {string[] | undefined} */
    this.origins = undefined;
    this.isRunning = options.state === "refreshing";
    /** @type {{stage: string, done: number, total: number} | null} */
    this.progress = this.isRunning ? { stage: "details", done: 214, total: 380 } : null;
  }

  /** @param {string} name @param {() => void} callback */
  addEventListener(name, callback) {
    this.#listeners.set(name, (this.#listeners.get(name) ?? new Set()).add(callback));
  }

  /** @param {string} name @param {() => void} callback */
  removeEventListener(name, callback) {
    this.#listeners.get(name)?.delete(callback);
  }

  /** @param {boolean} isOn */
  setConnected(isOn) {
    this.connected = isOn;
    if (!isOn) this.#subscribers.clear();
    for (const listener of this.#listeners.get(isOn ? "ready" : "disconnected") ?? []) listener();
  }

  /**
   * @param {(event: any) => void} callback
   * @param {any} message
   */
  async subscribeMessage(callback, message) {
    await this.#answerDelay();
    if (this.state === "unloaded") throw refusal("not_loaded");
    const type = message.type.replace("toonami_downlink/", "").replace("/subscribe", "");
    const all = this.#subscribers.get(type) ?? new Set();
    this.#subscribers.set(type, all.add(callback));
    queueMicrotask(() => callback(this.event(type)));
    return () => {
      all.delete(callback);
    };
  }

  /** @param {string} type */
  push(type) {
    for (const callback of this.#subscribers.get(type) ?? []) callback(this.event(type));
  }

  /** @param {string} type */
  event(type) {
    if (type === "overview") return this.overview();
    if (type === "recordings") return this.library.event();
    if (type === "follows") return this.followed();
    if (type === "connect") return { loaded: true, players: this.players, devices: makeDevices(this.state, this.token) };
    return { loaded: true, status: this.status() };
  }

  /** @param {any} message */
  async sendMessagePromise(message) {
    this.asked.push(message);
    await this.#answerDelay();
    const isHere = this.state !== "unloaded";
    if (message.type === "config_entries/get") return isHere ? [{ entry_id: "harness" }] : [];
    if (!this.connected || !isHere) throw refusal("not_loaded");
    const command = message.type.replace("toonami_downlink/", "");
    if (command === this.options.silent) await new Promise(() => {});
    /** @type {Record<string, () => unknown>} */
    const commands = {
      guide: () => this.rows(message),
      "guide/programme": () => this.programme(message),
      "guide/search": () => this.search(message),
      "follows/add": () => this.follow(message),
      "follows/remove": () => this.unfollow(message),
      "follows/preview": () => this.preview(message),
      connect: () => this.connect(message),
      "credentials/rotate": () => this.rotate(),
      "credentials/adopt": () => this.adopt(message),
      "sessions/end": () => this.end(message),
      tuner: () => this.switchTuner(message),
      watch: () => this.watch(message),
      refresh: () => this.refresh(),
      "auth/sign_path": () => ({ path: `${message.path}?authSig=harness` }),
    };
    if (command.startsWith("recordings/")) return this.library.do(command, message);
    if (!commands[command]) throw refusal("unknown_command");
    return commands[command]();
  }

  async #answerDelay() {
    const { delay } = this.options;
    await new Promise((resolve) => (delay ? setTimeout(resolve, delay) : resolve(undefined)));
  }

  health() {
    if (this.state === "empty") return { status: "error", reason: "no_feed" };
    if (this.error) return { status: "degraded", reason: "refresh_failed" };
    return this.state === "stale"
      ? { status: "degraded", reason: "guide_stale" }
      : { status: "ok", reason: null };
  }

  overview() {
    const time = Date.now() / 1000;
    const isEmpty = this.state === "empty";
    return {
      loaded: true,
      version: "1.0.0",
      health: this.health(),
      refreshing: this.isRunning,
      error: isEmpty ? "upstream_unreachable" : this.error,
      next_refresh: this.error || isEmpty ? time + 300 : this.from + DAY + 3 * 3600,
      generation: isEmpty ? null : 42,
      made: isEmpty ? null : this.from + 3 * 3600 + 120,
      guide: isEmpty ? null : { since: this.from - this.options.past * DAY, from: this.from, until: this.from + this.options.days * DAY },
      channels: isEmpty ? [] : this.channels(time),
      lost: this.lost(),
      users_may_watch: !this.options.isForAdministrators,
    };
  }

  /** @param {{channel: number}} message */
  watch({ channel }) {
    if (this.watchError) throw refusal(this.watchError);
    return { url: `/stream/${channel}.m3u8`, expires_in: 3600, pause: 600 };
  }

  lost() {
    const keys = this.streams.channels.filter((item) => item.slate_since).map(({ key }) => key);
    return CHANNELS.filter(({ key }) => keys.includes(key)).map(({ number }) => number);
  }

  /** @param {number} time */
  channels(time) {
    return CHANNELS.map((channel) => {
      const guide = this.guides.get(channel.number) ?? [];
      const index = guide.findIndex(({ start, stop }) => start <= time && time < stop);
      return {
        ...channel,
        radio: channel.key === "radio",
        logo: `/api/toonami_downlink/logos/${channel.key}.png`,
        now: guide[index] ?? null,
        next: guide[index + 1] ?? null,
      };
    });
  }

  /**
   * @param {{from: number, to: number}} message
   * @returns {{generation: number, rows: Record<string, any[]>}}
   */
  rows({ from, to }) {
    // What was on is what will be on, some days before.
    const shift = Math.ceil(Math.max(0, this.from - from) / DAY) * DAY;
    if (shift) {
      const { rows: later } = this.rows({ from: from + shift, to: to + shift });
      for (const list of Object.values(later)) {
        for (const one of list) one.splice(0, 2, one[0] - shift, one[1] - shift);
      }
      return { generation: 42, rows: later };
    }
    const rows = [...this.guides].map(([number, guide]) => [
      number,
      guide.filter(({ start, stop }) => stop > from && start < to).map(row),
    ]);
    return { generation: 42, rows: Object.fromEntries(rows) };
  }

  /** @param {{channel: number, start: number}} message */
  programme({ channel, start }) {
    const found = this.guides.get(channel)?.find((item) => item.start === start);
    if (!found) throw refusal("not_found");
    return found;
  }

  /** @param {{query: string, title?: string, titles?: boolean, offset?: number, limit?: number}} message */
  search({ query, title, titles, offset = 0, limit = 40 }) {
    const word = query.toLowerCase();
    const time = Date.now() / 1000;
    const hits = [...this.guides].flatMap(([number, guide]) =>
      guide
        .filter((item) => !item.filler && item.stop > time && item.title.toLowerCase().includes(word))
        .map((item) => [number, ...row(item)]),
    ).filter((hit) => title === undefined || hit[3].toLowerCase() === title.toLowerCase());
    hits.sort((one, other) => one[1] - other[1]);
    const count = (/** @type {any[]} */ hit) => hits.filter((other) => other[3] === hit[3]).length;
    const found = titles
      ? hits.filter((hit, index) => hits.findIndex((other) => other[3] === hit[3]) === index).map((hit) => [count(hit), ...hit])
      : hits;
    return { total: found.length, results: found.slice(offset, offset + limit) };
  }

  /**
   * The showings of what is followed: those of one episode and day are one.
   *
   * @param {{kind: string, text: string, channel?: string | null}} follow
   */
  showings({ kind, text, channel = null }) {
    const words = text.toLowerCase().split(/\s+/);
    const time = Date.now() / 1000;
    const isMeant = (/** @type {any} */ item) => {
      if (kind === "show") return item.title === text;
      if (kind === "block") return item.block === text;
      return words.every((word) => item.title.toLowerCase().includes(word));
    };
    /** @type {Map<string, any[]>} */
    const nights = new Map();
    for (const [number, guide] of this.guides) {
      for (const item of guide) {
        if (item.filler || item.stop <= time || !isMeant(item)) continue;
        if (channel !== null && channel !== CHANNELS[number - 1].key) continue;
        const { start, stop, title, episode_title, season, episode } = item;
        const day = Math.floor((start - this.from) / DAY);
        const key = `${title} ${season} ${episode} ${day}`;
        const airing = { channel: number, start, stop, title, episode_title, season, episode };
        nights.set(key, [...(nights.get(key) ?? []), airing]);
      }
    }
    return [...nights].map(([id, airings]) => {
      const [airing, ...others] = airings.sort((a, b) => a.start - b.start);
      return { id, airing, others };
    }).sort((a, b) => a.airing.start - b.airing.start);
  }

  followed() {
    /** @type {Map<string, any>} */
    const showings = new Map();
    const follows = this.follows.map((follow) => {
      const found = this.showings(follow);
      for (const one of found) {
        const ids = showings.get(one.id)?.follows ?? [];
        showings.set(one.id, { ...one, follows: [...ids, follow.id] });
      }
      return { ...follow, next: found[0]?.airing ?? null };
    });
    return { follows, showings: [...showings.values()].sort((a, b) => a.airing.start - b.airing.start) };
  }

  /** @param {{kind: string, text: string, channel?: string | null}} message */
  follow({ kind, text, channel = null }) {
    if (this.followError) throw refusal(this.followError);
    const id = `f${kind}${text}${channel}`;
    if (!this.follows.some((one) => one.id === id)) this.follows.push({ id, kind, text, channel });
    this.push("follows");
    return { id };
  }

  /** @param {{follow: string}} message */
  unfollow({ follow }) {
    this.follows = this.follows.filter((one) => one.id !== follow);
    this.push("follows");
    return {};
  }

  /** @param {{kind: string, text: string, channel?: string | null}} message */
  preview(message) {
    const showings = this.showings(message);
    return { showings: showings.slice(0, 10), count: showings.length };
  }

  /** @param {{device?: string}} [message] */
  connect({ device = "home" } = {}) {
    return {
      version: "1.0.0",
      device,
      devices: makeDevices(this.state, this.token),
      origins: this.origins ?? ["http://192.168.1.5:8123", "https://tv.example.com"],
      username: "toonamik3x9qz",
      password: this.password,
      playlist: `/api/toonami_downlink/${this.token}/playlist.m3u`,
      guide: `/api/toonami_downlink/${this.token}/guide.xml`,
      short_url: device === "home" ? "/tv/k7f3qx9m" : "/tv/m4cdyx7q",
      xtream: "/api/toonami_downlink/xtream",
      hdhomerun: this.hasTuner ? `/api/toonami_downlink/hdhr/${this.token}` : null,
      has_feed: true,
      players: this.players,
    };
  }

  /** @param {{on: boolean}} message */
  switchTuner({ on }) {
    this.hasTuner = on;
    return this.connect();
  }
  rotate() {
    this.token = `N3w${this.token.slice(3)}`;
    this.password = `N3w${this.password.slice(3)}`;
    return this.connect();
  }

  /** @param {{address: string}} message */
  adopt({ address }) {
    const token = /\/api\/toonami_downlink\/(\w{43})\//.exec(address)?.[1];
    if (!token) {
      const reason = { translation_key: address ? "not_ours" : "empty" };
      throw Object.assign(refusal("address_refused"), reason);
    }
    this.token = token;
    return this.connect();
  }

  /** @param {{session: string}} message */
  end({ session }) {
    const { sessions } = this.streams;
    if (!sessions.some(({ id }) => id === session)) throw refusal("not_found");
    this.streams = { ...this.streams, sessions: sessions.filter(({ id }) => id !== session) };
    this.push("status");
  }

  async refresh() {
    this.isRunning = true;
    for (const stage of ["channels", "streams", "guide", "details", "check", "publish"]) {
      this.progress = { stage, done: 3, total: 7 };
      this.push("overview");
      this.push("status");
      await new Promise((resolve) => setTimeout(resolve, 400));
    }
    this.isRunning = false;
    this.progress = null;
    this.error = null;
    this.history = makeHistory(Date.now() / 1000, null);
    this.push("overview");
    this.push("status");
    return this.history[0];
  }

  status() {
    return statusOf(this);
  }
}

/** @param {any} item */
function row(item) {
  const { start, stop, title, episode_title, season, episode, filler } = item;
  return [start, stop, title, episode_title, season, episode, Number(filler)];
}
