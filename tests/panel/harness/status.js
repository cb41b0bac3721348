const DAY = 86_400;

/**
 * Return the status of a made-up station.
 * @param {import("./fake.js").FakeConnection} fake
 */
export function statusOf(fake) {
  const time = Date.now() / 1000;
  const report = fake.history.find((run) => run.report)?.report;
  return {
    version: "1.0.0",
    health: fake.health(),
    provider: { kind: "bundled", version: "1.0.0" },
    refresh: {
      is_running: fake.isRunning,
      progress: fake.progress,
      schedule: "0 3 * * *",
      next: new Date((fake.from + DAY + 3 * 3600) * 1000).toISOString(),
      last_success: new Date((fake.from + 3 * 3600 + 120) * 1000).toISOString(),
      failures: fake.error ? 1 : 0,
    },
    last_error: fake.error ? fake.history[0] : null,
    feed: {
      generation: 42,
      made: new Date((fake.from + 3 * 3600) * 1000).toISOString(),
      ...report,
      artifacts: [
        { name: "playlist.m3u", size: 2214 },
        { name: "guide.xml", size: 1_482_331 },
      ],
    },
    streams: fake.streams,
    players: fake.players.map((seen) => ({ ...seen, when: new Date(Math.min(seen.when, time) * 1000).toISOString() })),
    history: fake.history,
  };
}
