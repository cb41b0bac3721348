import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import { RecordedMedia } from "../../custom_components/toonami_downlink/frontend/ui/recorded-media.js";

/** A media element that loads nothing, and pauses as browsers do: without a word at another address. */
class FakeMedia extends EventTarget {
  paused = true;
  currentTime = 0;
  duration = 1000;
  readyState = 0;
  #src = "";

  get src() {
    return this.#src;
  }

  set src(url) {
    this.#src = url;
    this.load();
  }

  hasAttribute() {
    return this.#src !== "";
  }

  removeAttribute() {
    this.#src = "";
  }

  load() {
    this.paused = true;
    this.currentTime = this.readyState = 0;
  }

  /** @param {string} type */
  canPlayType(type) {
    return ["video/mp4", "audio/mp4"].includes(type) ? "maybe" : "";
  }

  async play() {
    this.paused = false;
  }

  pause() {
    this.paused = true;
  }

  /** Let it have pictures, and be there. @param {number} time - seconds */
  reach(time) {
    this.dispatchEvent(new Event("loadedmetadata"));
    this.readyState = 4;
    this.currentTime = time;
    this.dispatchEvent(new Event("timeupdate"));
  }
}

/** @type {FakeMedia} */
let media;

beforeEach(() => {
  media = new FakeMedia();
  const globals = {
    document: { createElement: () => media },
    window: globalThis,
    HTMLMediaElement: { HAVE_CURRENT_DATA: 2 },
  };
  for (const [name, value] of Object.entries(globals)) {
    Object.defineProperty(globalThis, name, { value, configurable: true });
  }
});

/** Wait until all is done that waits for nothing else. */
const settle = () => new Promise((resolve) => setImmediate(resolve));

/** Begin a recording, and count how often it is asked for. @param {string} type @param {string} url */
async function begin(type, url) {
  const asked = { count: 0 };
  const player = new RecordedMedia(
    async () => {
      asked.count += 1;
      return { url, type, expires_in: 3600, pause: 0 };
    },
    () => {},
  );
  player.start(0);
  await settle();
  return { player, asked };
}

test("pictures and sound are opened as files", async () => {
  for (const [type, url] of [["video/mp4", "/1.mp4"], ["audio/mp4", "/1.m4a"]]) {
    const { player } = await begin(type, url);
    assert.deepEqual([media.src, media.paused, player.trouble], [url, false, ""]);
  }
});

test("what still grows is opened by a browser without Media Source itself", async () => {
  await begin("application/vnd.apple.mpegurl", "/1.m3u8");
  assert.deepEqual([media.src, media.paused], ["/1.m3u8", false]);
});

test("what the browser cannot play is said at once", async () => {
  for (const type of ["video/mp2t", "audio/mp2t"]) {
    const { player, asked } = await begin(type, "/1.ts");
    assert.deepEqual([player.trouble, player.isTuning], ["trouble.media", false]);
    assert.deepEqual([media.src, media.paused, asked.count], ["", true, 1]);
  }
});

test("what the viewer has paused stays so after trouble, and where it was", async (t) => {
  t.mock.timers.enable({ apis: ["setTimeout"] });
  const { player, asked } = await begin("video/mp4", "/1.mp4");
  const fail = async () => {
    media.dispatchEvent(new Event("error"));
    t.mock.timers.tick(1000);
    await settle();
  };
  media.reach(100);
  player.toggle();
  assert.equal(media.paused, true);
  await fail();
  assert.deepEqual([asked.count, media.src, media.paused], [2, "/1.mp4", true]);
  assert.equal(player.isTuning, false);
  media.dispatchEvent(new Event("loadedmetadata"));
  assert.equal(media.currentTime, 100);
  player.toggle();
  assert.equal(media.paused, false);
  await fail();
  assert.deepEqual([asked.count, media.paused], [3, false]);
});

test("what the browser does not let begin waits for the viewer", async () => {
  media.play = async () => {
    throw Object.assign(new Error(), { name: "NotAllowedError" });
  };
  const { player, asked } = await begin("video/mp4", "/1.mp4");
  assert.deepEqual([player.isTuning, player.trouble, media.paused], [false, "", true]);
  assert.equal(asked.count, 1);
});

test("what is loaded anew goes on, unless the viewer has paused it", async () => {
  const { player, asked } = await begin("video/mp4", "/1.mp4");
  media.reach(100);
  const loadAnew = () => {
    media.load();
    media.dispatchEvent(new Event("emptied"));
  };
  loadAnew();
  assert.equal(media.paused, false);
  player.pause();
  loadAnew();
  assert.deepEqual([media.paused, asked.count], [true, 1]);
});

test("what goes on by other buttons is not paused any more", async (t) => {
  t.mock.timers.enable({ apis: ["setTimeout"] });
  const { player } = await begin("video/mp4", "/1.mp4");
  player.pause();
  await media.play();
  media.dispatchEvent(new Event("playing"));
  media.dispatchEvent(new Event("error"));
  t.mock.timers.tick(1000);
  await settle();
  assert.equal(media.paused, false);
});

test("whoever asks for it after the last trouble has it played", async () => {
  const { player, asked } = await begin("video/mp2t", "/1.ts");
  player.pause();
  media.canPlayType = () => "maybe";
  player.play();
  await settle();
  assert.deepEqual([asked.count, media.src, media.paused, player.trouble], [2, "/1.ts", false, ""]);
});
