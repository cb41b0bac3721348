import { paths } from "../lib/assets.js";

/** The icons that only the page *Recordings* has, on a grid of 24. */
Object.assign(paths, {
	keep: "M8 11V7.5a4 4 0 0 1 8 0V11M5 11h14v9H5z",
	delete: "M5 7h14M9.5 7V4h5v3M7 7l1 13h8l1-13M10.5 11v5M13.5 11v5",
});
