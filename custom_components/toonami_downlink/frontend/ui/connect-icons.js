import { paths } from "../lib/assets.js";

/** The icons that only the page *Connect* has, on a grid of 24. */
Object.assign(paths, {
	copy: "M9 9h11v11H9zM15 5H4v11h1",
	eye: "M2 12s4-7 10-7 10 7 10 7-4 7-10 7-10-7-10-7M12 9a3 3 0 1 0 0 6 3 3 0 0 0 0-6",
	hide: "M2 12s4-7 10-7 10 7 10 7-4 7-10 7-10-7-10-7M4 20L20 4",
	qr: "M4 4h6v6H4zM14 4h6v6h-6zM4 14h6v6H4zM14 14h2v2h-2zM18 18h2v2h-2zM18 14h2M14 20h2",
});
