import { paths } from "../lib/assets.js";

/** The icons that only the page *Status* has, on a grid of 24. */
Object.assign(paths, {
	check: "M4 6h10M4 12h6M4 18h5M12.5 17l3 3 6-7",
	publish: "M12 20V9M7 13.5l5-5 5 5M4 4h16",
	frame: "M5 .5H18L23.5 6V19A4.5 4.5 0 0 1 19 23.5H5A4.5 4.5 0 0 1 .5 19V5A4.5 4.5 0 0 1 5 .5Z",
});
