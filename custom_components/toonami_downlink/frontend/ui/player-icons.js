import { paths } from "../lib/assets.js";

const SPEAKER = "M4 9h4l5-4v14l-5-4H4z";

/** The icons that only the player has, on a grid of 24. */
Object.assign(paths, {
	pause: "M8 5v14M16 5v14",
	sound: `${SPEAKER}M16.5 9a4 4 0 0 1 0 6M19 6.5a8 8 0 0 1 0 11`,
	muted: `${SPEAKER}M17 9.5l5 5M22 9.5l-5 5`,
	restart: "M5 12a7 7 0 1 0 3-5.7M8 2.5v4.2h4.2",
	full: "M4 9V4h5M15 4h5v5M20 15v5h-5M9 20H4v-5",
	unfull: "M9 4v5H4M20 9h-5V4M15 20v-5h5M4 15h5v5",
	pip: "M3 5h18v14H3zM12 12h6v4h-6z",
	four: "M3 4h8v7H3zM13 4h8v7h-8zM3 13h8v7H3zM13 13h8v7h-8z",
	back10: "M11 6l-6 6 6 6M19 6l-6 6 6 6",
	ahead30: "M5 6l6 6-6 6M13 6l6 6-6 6",
	move: "M3 5h11v8H3zM6 17h5M17 8h4v11h-7v-3",
});
