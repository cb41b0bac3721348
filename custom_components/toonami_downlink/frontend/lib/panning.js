/** How far the mouse has to go before it drags instead of clicking, in pixels. */
const SLACK = 5;
/** How many pixels the units of a wheel are: pixels, lines, pages. */
const WHEEL = [1, 40, 800];

/**
 * Let the mouse move what can be scrolled: the wheel goes sideways where there is nothing to
 * scroll down, and dragging takes the content along. Fingers and pens scroll by themselves.
 * @param {HTMLElement} scroller
 */
export function letMousePan(scroller) {
	scroller.addEventListener("wheel", (event) => onWheel(scroller, event), { passive: false });
	scroller.addEventListener("pointerdown", (event) => {
		if (event.pointerType === "mouse" && !event.button && isContent(scroller, event)) drag(scroller, event);
	});
}

/** Return whether a pointer is on what is scrolled, not on a scroll bar. @param {HTMLElement} scroller @param {PointerEvent} event */
const isContent = (scroller, { target, offsetX, offsetY }) =>
	target !== scroller || (offsetX < scroller.clientWidth && offsetY < scroller.clientHeight);

/** @param {HTMLElement} scroller @param {WheelEvent} event */
function onWheel(scroller, event) {
	const { deltaX, deltaY, deltaMode, ctrlKey, shiftKey } = event;
	const isOther = deltaX || !deltaY || ctrlKey || shiftKey;
	if (isOther || scroller.scrollHeight > scroller.clientHeight + 1) return;
	event.preventDefault();
	scroller.scrollLeft += deltaY * WHEEL[deltaMode];
}

/** @param {HTMLElement} scroller @param {PointerEvent} start */
function drag(scroller, start) {
	const { scrollLeft, scrollTop } = scroller;
	const ended = new AbortController();
	const { signal } = ended;
	let isDragging = false;
	const onMove = (/** @type {PointerEvent} */ event) => {
		const [x, y] = [event.clientX - start.clientX, event.clientY - start.clientY];
		if (!isDragging && Math.hypot(x, y) < SLACK) return;
		if (!isDragging) scroller.setPointerCapture(start.pointerId);
		isDragging = true;
		scroller.classList.add("dragged");
		scroller.scrollTo({ left: scrollLeft - x, top: scrollTop - y, behavior: "instant" });
	};
	const onEnd = () => {
		ended.abort();
		scroller.classList.remove("dragged");
		if (isDragging) swallowClick(scroller);
	};
	scroller.addEventListener("pointermove", onMove, { signal });
	for (const name of ["pointerup", "pointercancel", "lostpointercapture"]) {
		scroller.addEventListener(name, onEnd, { signal });
	}
	// Without capture, the button can be let go outside.
	window.addEventListener("pointerup", onEnd, { signal });
}

/** Where the mouse let go, nothing was chosen. @param {HTMLElement} scroller */
function swallowClick(scroller) {
	const swallow = (/** @type {Event} */ event) => event.stopPropagation();
	scroller.addEventListener("click", swallow, { capture: true, once: true });
	// A drag that ended elsewhere has no click.
	setTimeout(() => scroller.removeEventListener("click", swallow, { capture: true }));
}
