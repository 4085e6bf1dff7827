/*
 * magnets.js - the page with the magnets: moving them, and showing where they
 * are.  Places and who is right are in board.js, telling others in exchange.js.
 */
import { Connection, openWithPage, randomId, showState, showTrouble }
	from "../common/connection.js";
import { byId, make } from "../common/page.js";
import { Board, SIZE, WORDS } from "./board.js";
import { Exchange } from "./exchange.js";

const BOARD_NAME = /^[A-Za-z0-9_-]{1,32}$/;

/* How far an arrow key goes, and with Shift. */
const STEP = SIZE / 40;
const FINE_STEP = SIZE / 200;

const ARROWS = {
	ArrowLeft: [-1, 0],
	ArrowRight: [1, 0],
	ArrowUp: [0, -1],
	ArrowDown: [0, 1],
};

const ui = byId("title", "state", "trouble", "help", "away", "board",
	"spoken");

const id = randomId();
const name = boardName();
const board = new Board();
const connection = new Connection({ onState, onSession: () =>
	exchange.begin() });
const exchange = new Exchange(connection, { board, id, onTaken: show,
	onRefused, channel: `/magnets/${name}` });

const magnets = WORDS.map((word, index) => {
	const magnet = make("button", "magnet", word);

	magnet.type = "button";
	magnet.dataset.magnet = String(index);
	return magnet;
});

/* What each pointer that is down holds, and where in the magnet it is. */
const held = new Map();
let topmost = 0;

function
boardName()
{
	const asked = new URLSearchParams(location.search).get("board") ?? "";

	return BOARD_NAME.test(asked) ? asked : "demo";
}

/* What the server has against this page, or undefined. */
let refusal;

function
onRefused(error)
{
	refusal = error;
	onState(connection.state);
}

function
onState(state, error)
{
	showState(ui.state, state);
	showTrouble(ui.trouble, state, error);
	if (refusal !== undefined && state === "connected") {
		ui.trouble.hidden = false;
		ui.trouble.textContent =
			`The server refused the board: ${refusal}. ` +
			"Nobody else sees what you move.";
	}
	ui.help.hidden = !ui.trouble.hidden ||
		(state !== "connected" && state !== "connecting");
	ui.away.hidden = state !== "reconnecting";
	if (state === "connected")
		exchange.resume();
}

/* Show the magnet where it is, above the others, as it was moved last. */
function
show(index)
{
	const { x, y } = board.at(index);
	const { style } = magnets[index];

	style.setProperty("--x", String(x / SIZE));
	style.setProperty("--y", String(y / SIZE));
	style.zIndex = String(++topmost);
}

function
moveTo(index, x, y)
{
	if (!board.move(index, x, y, id))
		return;
	show(index);
	exchange.send(index);
}

/* ---- by mouse, finger or pen ---- */

/* How far a magnet can go, in pixels, from one edge of the board to another. */
function
roomOf(magnet)
{
	return {
		width: ui.board.clientWidth - magnet.offsetWidth,
		height: ui.board.clientHeight - magnet.offsetHeight,
	};
}

function
grab(event)
{
	const magnet = event.target.closest(".magnet");

	if (magnet === null || event.button !== 0)
		return;

	const index = Number(magnet.dataset.magnet);
	const { x, y } = board.at(index);
	const { width, height } = roomOf(magnet);

	/* Not every browser focuses a button that is pressed. */
	magnet.focus({ preventScroll: true });
	magnet.setPointerCapture(event.pointerId);
	magnet.classList.add("held");
	held.set(event.pointerId, { index,
		left: event.clientX - width * x / SIZE,
		top: event.clientY - height * y / SIZE });
}

function
drag(event)
{
	const hold = held.get(event.pointerId);

	if (hold === undefined)
		return;

	const { width, height } = roomOf(magnets[hold.index]);

	moveTo(hold.index, SIZE * (event.clientX - hold.left) / width,
		SIZE * (event.clientY - hold.top) / height);
}

function
release(event)
{
	const hold = held.get(event.pointerId);

	if (hold === undefined)
		return;
	held.delete(event.pointerId);
	magnets[hold.index].classList.remove("held");
}

/* ---- by keyboard ---- */

/* The magnet that an event of a key without modifiers is for, or null. */
function
magnetOf(event)
{
	if (!(event.key in ARROWS) || event.ctrlKey || event.altKey ||
	    event.metaKey)
		return null;
	return event.target.closest(".magnet");
}

function
nudge(event)
{
	const magnet = magnetOf(event);

	if (magnet === null)
		return;

	const index = Number(magnet.dataset.magnet);
	const step = event.shiftKey ? FINE_STEP : STEP;
	const [right, down] = ARROWS[event.key];
	const { x, y } = board.at(index);

	event.preventDefault();
	moveTo(index, x + right * step, y + down * step);
}

/* Tell who cannot see it; once for a key that was held down. */
function
tell(event)
{
	const magnet = magnetOf(event);

	if (magnet === null)
		return;

	const { x, y } = board.at(Number(magnet.dataset.magnet));
	const percent = (part) => `${Math.round(100 * part / SIZE)} %`;

	ui.spoken.textContent = `${magnet.textContent}: ${percent(x)} from ` +
		`the left, ${percent(y)} from the top`;
}

ui.title.textContent = `Magnets: ${name}`;
ui.board.replaceChildren(...magnets);
magnets.forEach((magnet, index) => show(index));
ui.board.addEventListener("pointerdown", grab);
ui.board.addEventListener("pointermove", drag);
for (const end of ["pointerup", "pointercancel", "lostpointercapture"])
	ui.board.addEventListener(end, release);
ui.board.addEventListener("keydown", nudge);
ui.board.addEventListener("keyup", tell);
openWithPage(connection, () => exchange.lastWords());
