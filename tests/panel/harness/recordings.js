// @ts-check
/** A made-up library of recordings, and the commands that change it. */

import { makeGuide } from "./data.js";

const GB = 1e9;
const DAY = 86_400;

/** @param {string} code */
const refusal = (code) => ({ code, message: code });

/** What a house has recorded: `some` of everything, `many` finished ones, `empty`, or `off`. */
export class FakeRecordings {
  /** @type {any[]} */
  recordings = [];
  /** @type {any[]} */
  rules = [];
  /** @type {any[]} */
  conflicts = [];
  /** The code that every command is refused with. @type {string | null} */
  error = null;
  /** @type {string | null} */
  warning = null;
  quota = 50 * GB;
  #count = 0;

  /**
   * @param {string} kind
   * @param {Map<number, any[]>} guides
   * @param {{pictures: string, isHostile: boolean}} options
   * @param {() => void} changed
   */
  constructor(kind, guides, options, changed) {
    this.isOn = kind !== "" && kind !== "off";
    this.guides = guides;
    this.changed = changed;
    this.past = makeGuide(1, Math.floor(Date.now() / 1000) - 30 * DAY, 30, options);
    if (kind === "some") this.#some();
    if (kind === "many") this.#many(500);
  }

  #some() {
    const time = Date.now() / 1000;
    const guide = this.guides.get(1) ?? [];
    const index = guide.findIndex(({ stop }) => stop > time);
    const [on, next, third] = guide.slice(index, index + 3);
    const [first, second, failed] = this.past.slice(-60, -57);
    const hole = first.start + 300;
    this.add(on, { state: "recording", size: 0.14 * GB });
    this.add(next, { rule: "r1" });
    this.add(third, { id: "crowded" });
    this.add(first, { state: "interrupted", reason: "no_signal", size: 0.31 * GB, gaps: [[hole, hole + 180]], missing: 180 });
    this.add(second, { state: "complete", size: 0.33 * GB, kept: true, has_file: true });
    this.add(failed, { state: "failed", reason: "disk_full" });
    this.add({ ...third, start: third.start + 5 * DAY, stop: third.stop + 5 * DAY, title: "Gone Show" }, { reason: "left_guide" });
    this.conflicts = [{ id: "crowded", with: ["1"], instead: { ...third, channel: 2, start: third.start + 3 * 3600, stop: third.stop + 3 * 3600 } }];
    this.rules = [{ id: "r1", kind: "show", text: "Trigun", channel: null, only_missing: true, keep_last: 5, days: [0, 1, 2, 3, 4, 5, 6] }];
    this.warning = "The folder is in every backup of Home Assistant: up to 50 GB each.";
  }

  /** @param {number} count */
  #many(count) {
    for (const one of this.past.slice(-count)) this.add(one, { state: "complete", size: 0.3 * GB, has_file: true });
  }

  /**
   * @param {any} programme
   * @param {object} [fields]
   */
  add({ start, stop, title, episode_title, season, episode, image }, fields) {
    const number = (this.#count += 1);
    const recording = {
      id: `${number}`, number, channel: 1, start, stop, title, episode_title, season, episode, image,
      state: "planned", reason: null, gaps: [], missing: 0, kept: false, rule: null, size: 0, has_file: false, ...fields,
    };
    this.recordings.push(recording);
    return recording;
  }

  event() {
    const { isOn: on, recordings, rules, conflicts, warning, quota } = this;
    const used = recordings.reduce((sum, { size }) => sum + size, 0);
    return {
      loaded: true, on, whole: true, recordings: recordings.map((one) => ({ ...one })), gone: [], more: 0, rules: [...rules],
      conflicts: [...conflicts], space: { used, quota, free: 120 * GB, warning },
    };
  }

  /** @returns {Record<string, (message: any) => unknown>} */
  get commands() {
    return {
      "recordings/record": (message) => this.record(message),
      "recordings/cancel": ({ recording }) => this.change(recording, (one) => {
        if (one.state === "recording") Object.assign(one, { state: "interrupted", missing: 60, gaps: [[one.stop - 60, one.stop]] });
        else this.remove(recording);
      }),
      "recordings/delete": ({ recording }) => this.change(recording, () => this.remove(recording)),
      "recordings/keep": ({ recording, keep }) => this.change(recording, (one) => (one.kept = keep)),
      "recordings/rules/add": (message) => this.addRule(message),
      "recordings/rules/remove": ({ rule }) => {
        this.rules = this.rules.filter(({ id }) => id !== rule);
      },
      "recordings/watch": ({ recording }) => ({ url: `/recordings/${recording}.mp4`, type: "video/mp4", expires_in: 3600 }),
    };
  }

  /**
   * @param {string} command
   * @param {any} message
   */
  do(command, message) {
    if (this.error) throw refusal(this.error);
    const answer = this.commands[command](message) ?? {};
    this.changed();
    return answer;
  }

  /** @param {{channel: number, start?: number}} message */
  record({ channel, start }) {
    const time = start ?? Date.now() / 1000;
    const found = this.guides.get(channel)?.find((one) => one.start <= time && time < one.stop);
    if (!found) throw refusal("recording_refused");
    const state = start === undefined ? "recording" : "planned";
    return { id: this.add(found, { channel, state }).id };
  }

  /**
   * @param {string} id
   * @param {(recording: any) => void} change
   */
  change(id, change) {
    const found = this.recordings.find((one) => one.id === id);
    if (!found) throw refusal("not_found");
    change(found);
  }

  /** @param {string} id */
  remove(id) {
    this.recordings = this.recordings.filter((one) => one.id !== id);
    this.conflicts = this.conflicts.filter((one) => one.id !== id);
  }

  /** @param {any} message */
  addRule({ kind, text, channel = null, only_missing = true, keep_last = null, days = [0, 1, 2, 3, 4, 5, 6] }) {
    const id = `r${kind}${text}`;
    this.rules = [...this.rules, { id, kind, text, channel, only_missing, keep_last, days }];
    return { id };
  }
}
