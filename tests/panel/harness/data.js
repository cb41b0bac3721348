// @ts-check
/** A made-up station: the same every time, whatever the day. */

const HALF_HOUR = 1800;
const DAY = 86_400;

export const CHANNELS = [
  ["toonami_east", "Toonami Aftermath East"],
  ["toonami_west", "Toonami Aftermath West"],
  ["snick_east", "Snickelodeon East"],
  ["snick_west", "Snickelodeon West"],
  ["mtv97", "MTV97"],
  ["movies", "Movies"],
  ["radio", "Toonami Aftermath Radio"],
].map(([key, name], index) => ({ number: index + 1, key, name }));

const SHOWS = [
  ["Outlaw Star", "Outlaw World", 24],
  ["The Big O", "Roger the Negotiator", 24],
  ["Trigun", "The $$60,000,000,000 Man", 24],
  ["Cowboy Bebop", "Asteroid Blues", 25],
  ["Ronin Warriors", "Shadowland", 22],
  ["Reboot", "The Tearing", 22],
  ["Space Ghost", "Elevator", 11],
  ["Samurai Jack", "The Beginning", 26],
  ["Sailor Moon", "A Moon Star Is Born", 21],
  ["Thundercats", "Exodus", 23],
  ["Dragon Ball Z", "The Arrival of Raditz", 20],
  ["Robotech", "Boobytrap", 22],
  ["Tenchi Muyo!", "Ryo-Ohki Resurrected", 30],
  ["Batman: The Animated Series", "On Leather Wings", 22],
  ["Gundam Wing", "The Shooting Star She Saw", 24],
];

const SNICK = [
  ["All That", null, 24],
  ["Rocko's Modern Life", "No Pain, No Gain", 12],
  ["Doug", "Doug's Big Nose", 12],
  ["Are You Afraid of the Dark?", "The Tale of the Phantom Cab", 26],
  ["The Adventures of Pete & Pete", "What We Did on Our Summer Vacation", 27],
  ["Clarissa Explains It All", null, 25],
];

export const HOSTILE = [
  '<img src=x onerror="window.hacked=1">',
  "\"'><script>window.hacked=1</script>",
  "مغامرات في الفضاء الخارجي",
  `A title of five hundred characters ${"and more ".repeat(52)}`.slice(0, 500),
  "${window.hacked=1} {{7*7}} &lt;b&gt;",
  "🚀".repeat(40),
];

/** @param {number} seed */
function random(seed) {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

const FACTS = { block: "Toonami", rating: "TV-Y7", stars: 7.9, filler: false };

/** @param {number} index */
const numbersOf = (index) => ({
  season: 1 + (index % 3),
  episode: 1 + (index % 26),
  year: 1994 + (index % 9),
});

/** @param {number} index */
const hostileWords = (index) => ({
  title: HOSTILE[index % HOSTILE.length],
  episode_title: HOSTILE[(index + 1) % HOSTILE.length],
  description: HOSTILE[(index + 2) % HOSTILE.length],
  categories: HOSTILE.slice(0, 2),
  credits: [{ role: "director", name: HOSTILE[0] }],
});

/**
 * @param {string} title
 * @param {string | number | null} episode
 */
const friendlyWords = (title, episode) => ({
  title,
  episode_title: episode,
  description: `${title}: a crew of outcasts follows a signal from a station that went dark in 1999, and finds out that somebody is still on air.`,
  categories: ["Animation", "Action", "Science fiction"],
  credits: [
    { role: "director", name: "Mitsuru Hongo" },
    { role: "writer", name: "Katsuhiko Chiba" },
    { role: "writer", name: "Mitsuyasu Sakai" },
  ],
});

/**
 * Make the guide of one channel, as `guide/programme` gives it.
 *
 * @param {number} number
 * @param {number} from
 * @param {number} days
 * @param {{isHostile: boolean, pictures: string}} options
 */
export function makeGuide(number, from, days, { isHostile, pictures }) {
  if (number > 4) return filler(number, from, days);
  const next = random(number <= 2 ? 7 : 11);
  const shows = number <= 2 ? SHOWS : SNICK;
  const delay = number % 2 ? 0 : 3 * 3600;
  const programmes = [];
  const pictureOf = (/** @type {number} */ index) => ({
    image: isHostile && index % 2 ? "javascript:window.hacked=1" : `${pictures}/${index % 12}.svg`,
  });
  let time = from - 6 * HALF_HOUR - 400;
  for (let index = 0; time + delay < from + days * DAY; index += 1) {
    const [title, episode, minutes] = shows[Math.floor(next() * shows.length)];
    const length = Number(minutes) * 60 + Math.floor(next() * 240);
    const start = time + delay;
    time += length;
    if (start + length <= from) continue;
    const times = { start, stop: start + length };
    const words = isHostile ? hostileWords(index) : friendlyWords(String(title), episode);
    programmes.push({ ...times, ...FACTS, ...words, ...numbersOf(index), ...pictureOf(index) });
  }
  return programmes;
}

/**
 * Make a guide in which each hour begins with twelve shorts of one title and a short one alone.
 *
 * @param {number} from
 * @param {number} days
 */
export function makeShorts(from, days) {
  const [first] = makeGuide(1, from, 1, { isHostile: false, pictures: "" });
  return Array.from({ length: days * 24 }, (_, hour) => from + hour * 3600).flatMap((hour) => {
    const times = Array.from({ length: 12 }, (_, index) => [hour + index * 140, 140, "Couch Critics Shorts"]);
    const rest = [[hour + 1680, 120, "Station Identification"], [hour + 1800, 1800, "Outlaw Star"]];
    return [...times, ...rest].map(([start, length, title]) => ({
      ...first,
      start: Number(start),
      stop: Number(start) + Number(length),
      title: String(title),
      episode_title: `At ${new Date(Number(start) * 1000).toISOString().slice(11, 16)}`,
      season: null,
      episode: null,
      image: null,
    }));
  });
}

/**
 * @param {number} number
 * @param {number} from
 * @param {number} days
 */
function filler(number, from, days) {
  return Array.from({ length: days * 6 }, (_, index) => ({
    start: from + index * 4 * 3600,
    stop: from + (index + 1) * 4 * 3600,
    title: CHANNELS[number - 1].name,
    episode_title: null,
    description: "There is no programme list for this channel.",
    season: null,
    episode: null,
    year: null,
    categories: [],
    block: null,
    rating: null,
    stars: null,
    image: null,
    credits: [],
    filler: true,
  }));
}

/**
 * Make a history of refreshes, the newest first.
 *
 * @param {number} now
 * @param {string | null} error - of the newest
 */
export function makeHistory(now, error) {
  const next = random(3);
  return Array.from({ length: 60 }, (_, index) => {
    const finished = now - index * DAY - 4 * 3600;
    const seconds = 18 + next() * 30;
    const failed = index === 0 ? error : index % 17 === 9 ? "upstream_unreachable" : null;
    return {
      started: new Date((finished - seconds) * 1000).toISOString(),
      finished: new Date(finished * 1000).toISOString(),
      cause: index % 9 ? "schedule" : "panel",
      error: failed,
      message: failed && "No connection to api.toonamiaftermath.com",
      report: failed
        ? null
        : {
            channels: 7,
            programmes: 1800 + Math.floor(next() * 500),
            filler: 126,
            guide_until: new Date((now + 6 * DAY) * 1000).toISOString(),
            repairs: { unsorted: 3, overlap: 4, gap_closed: 211 },
            sources: { guide: 1694, media: 212, filler: 126 },
          },
      recovered: index % 17 === 8,
      failures: failed ? 1 : 0,
      stages: failed
        ? { streams: 0 }
        : { provider: seconds - 2, channels: 0.6, streams: 2.1, guide: 5.2, details: 9.3, check: 1.2, publish: 0.6 },
    };
  });
}

/**
 * Make what is watched: three viewers, and with the state `slate` a channel without a signal.
 *
 * @param {number} time - milliseconds
 * @param {string} state
 */
export function makeStreams(time, state) {
  const ago = (/** @type {number} */ seconds) => new Date(time - seconds * 1000).toISOString();
  /** @type {WatchSession[]} */
  const sessions = [
    ["a1", "toonami_east", "192.168.1.23", "Kodi", "ts", 7300, 812_400_000],
    ["b2", "toonami_east", "192.168.1.41", "TiviMate", "hls", 640, 71_300_000],
    ["c3", "movies", "2001:db8:85a3:8d3:1319:8a2e:370:7348", "?", "hls", 95, 9_100_000],
  ].map(([id, channel, address, player, kind, seconds, bytes]) =>
    /** @type {any} */ ({ id, channel, address, player, kind, since: ago(Number(seconds)), bytes, device: id === "c3" ? "Children's room" : null }));
  const rest = { running: true, node_changes: 0, slate_since: null, reason: null };
  const lost = state === "slate" ? { slate_since: ago(260), reason: "silent", node_changes: 2 } : {};
  /** @type {ChannelSignal[]} */
  const channels = [
    { ...rest, key: "toonami_east", name: "Toonami Aftermath East", viewers: 2, last_segment: ago(3), node: "n3.example.com", node_changes: 1 },
    { ...rest, key: "snick_east", name: "Snickelodeon East", running: false, viewers: 0, last_segment: ago(7000), node: "n5.example.com" },
    { ...rest, key: "movies", name: "Movies", viewers: 1, last_segment: ago(state === "slate" ? 280 : 2), node: "n1.example.com", ...lost },
  ];
  if (state === "idle") return { viewers: 0, upstream: 0, max: 4, sessions: [], channels: [] };
  return { viewers: 3, upstream: 2, max: 4, sessions, channels };
}

/** @param {string} state @param {string} token @returns {Device[]} */
export function makeDevices(state, token) {
  const others = state === "devices" ? ["Children's tablet", "Guest"] : [];
  return [
    { id: "home", name: "", revision: token.slice(0, 3) },
    ...others.map((name, index) => ({ id: `pass${index}`, name, revision: "p" })),
  ];
}
