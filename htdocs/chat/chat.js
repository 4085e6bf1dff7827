/*
 * chat.js - the chat page: one room, its members and its messages.
 *
 * Channels: /chat/ROOM carries { user, chat }, as any Bayeux chat client may
 * send it, with "from" and "number" when a page like this one sends it: the
 * sender's id in the roster, and the how-manieth message it is.
 * /members/ROOM carries the presence that roster.js describes.
 */
import { Connection, randomId, showState } from "../common/connection.js";
import { byId, make } from "../common/page.js";
import { ChatLog, colourOf } from "./chat_log.js";
import { Roster, cleanName, parsePresence, PRESENCE_MS } from "./roster.js";

const TEXT_MAX = 4000;
const NAME_KEY = "bayeux-fcgi.chat.name";
const ROOM_NAME = /^[A-Za-z0-9_-]{1,32}$/;

/* Answers to a newcomer are spread over this much time for each member. */
const ANSWER_SPREAD_MS = 20;

const ui = byId("title", "state", "leave", "door", "join", "name", "room",
	"chat", "count", "members", "log", "newer", "composer", "text",
	"send");

const log = new ChatLog(ui.log, ui.newer);
const roster = new Roster();
const connection = new Connection({ onState, onSession });

/* Who this page is while it is in a room, else null. */
let me = null;
let answerDue = false;

/* Rows of our own messages that the server has not delivered, by number. */
const unsettled = new Map();

/* ---- presence ---- */

function
publishPresence(type)
{
	connection.client.publish(`/members/${me.room}`,
		{ type, id: me.id, user: me.user });
}

function
showMembers()
{
	const items = roster.list().map((member) => {
		const item = make("li", "");
		const name = make("bdi", colourOf(member.user), member.user);

		item.append(name);
		if (member.id === me.id)
			item.append(make("span", "quiet", " (you)"));
		return item;
	});

	ui.members.replaceChildren(...items);
	ui.count.textContent = String(items.length);
}

/* Tell a newcomer that we are here, but not all members at one moment. */
function
answerSoon()
{
	if (answerDue)
		return;
	answerDue = true;
	connection.client.setTimeout(() => {
		answerDue = false;
		if (me !== null && connection.state === "connected")
			publishPresence("here");
	}, Math.random() * ANSWER_SPREAD_MS * roster.size);
}

function
onPresence(message)
{
	const presence = parsePresence(message.data);

	if (me === null || message.channel !== `/members/${me.room}`)
		return;
	if (presence === null || presence.id === me.id)
		return;
	if (presence.type === "leave") {
		if (roster.drop(presence.id) !== undefined)
			log.notice(`${presence.user} left`);
	} else {
		const now = performance.now();
		const isNew = roster.hear(presence.id, presence.user, now);

		if (presence.type === "join") {
			answerSoon();
			if (isNew)
				log.notice(`${presence.user} joined`);
		}
	}
	showMembers();
}

/* Every PRESENCE_MS while in a room; stay is whose timer this is. */
function
keepPresent(stay)
{
	connection.client.setTimeout(() => {
		if (me !== stay)
			return;
		if (connection.state === "connected") {
			publishPresence("here");
			dropSilent();
		}
		keepPresent(stay);
	}, PRESENCE_MS);
}

function
dropSilent()
{
	const now = performance.now();

	roster.hear(me.id, me.user, now);
	for (const member of roster.dropSilent(now))
		log.notice(`${member.user} is gone`);
	showMembers();
}

/* ---- messages ---- */

/* The row of our own that message is the delivery of, or a new one. */
function
rowOf({ user, chat, from, number })
{
	const row = from === me.id ? unsettled.get(number) : undefined;

	if (row === undefined)
		return log.message(cleanName(user) || "Nameless",
			chat.slice(0, TEXT_MAX), false);
	unsettled.delete(number);
	return row;
}

function
onChat(message)
{
	const data = Object(message.data);

	/* The last room may be heard until its session has ended. */
	if (me === null || message.channel !== `/chat/${me.room}` ||
	    typeof data.chat !== "string")
		return;
	log.settle(rowOf(data), data.from, data.number);
}

function
publishChat(row, chat)
{
	const again = () => publishChat(row, chat);
	const number = ++me.sent;

	if (connection.state !== "connected") {
		log.fail(row, again);
		return;
	}
	row.classList.add("sending");
	unsettled.set(number, row);
	connection.client.publish(`/chat/${me.room}`,
		{ user: me.user, chat, from: me.id, number }, (reply) => {
			row.classList.remove("sending");
			if (!reply.successful && unsettled.has(number))
				log.fail(row, again);
		});
}

function
send()
{
	const chat = ui.text.value.trim();

	if (chat === "" || connection.state !== "connected")
		return;
	ui.text.value = "";
	publishChat(log.message(me.user, chat, true), chat);
}

/* ---- the session ---- */

/*
 * Also runs when the server was restarted and has forgotten everyone: the
 * others are then as new to it as we are, and "join" makes all of them speak.
 */
function
onSession(client)
{
	if (me === null)
		return;
	if (me.hadSession)
		log.notice("Back; what was said meanwhile is not here");
	me.hadSession = true;
	me.refusal = null;
	roster.forgive(performance.now());
	roster.hear(me.id, me.user, performance.now());
	client.batch(() => {
		client.subscribe(`/members/${me.room}`, onPresence,
			onSubscribed);
		client.subscribe(`/chat/${me.room}`, onChat, onSubscribed);
		publishPresence("join");
	});
	showMembers();
}

function
onSubscribed(reply)
{
	/* The room has two channels, and one reason is said once. */
	if (me === null || reply.successful || !reply.error ||
	    me.refusal === reply.error)
		return;
	me.refusal = reply.error;
	log.notice(`The server refused the room: ${reply.error}`);
}

function
onState(state, error)
{
	showState(ui.state, state);
	ui.send.disabled = state !== "connected";
	if (me === null)
		return;
	if (state === "connected") {
		/* Nobody was heard while we were away. */
		roster.forgive(performance.now());
	} else if (state === "disconnected") {
		log.notice(error ? `The server ended this session: ${error}` :
			"The server ended this session");
	}
}

/* ---- coming and going ---- */

function
showRoom()
{
	const inside = me !== null;

	ui.door.hidden = inside;
	ui.chat.hidden = !inside;
	ui.leave.hidden = !inside;
	ui.title.textContent = inside ? `#${me.room}` : "Chat";
	(inside ? ui.text : ui.name).focus();
}

function
join()
{
	const user = cleanName(ui.name.value);
	const room = ui.room.value;

	if (user === "" || !ROOM_NAME.test(room))
		return;
	me = { id: randomId(), user, room, sent: 0, hadSession: false };
	remember(user);
	log.clear();
	roster.clear();
	showRoom();
	connection.open();
	keepPresent(me);
}

function
leave()
{
	if (connection.state === "connected")
		publishPresence("leave");
	me = null;
	unsettled.clear();
	connection.close();
	showRoom();
}

/* Storage may be forbidden; then the name is asked for each time. */
function
remember(user)
{
	try {
		localStorage.setItem(NAME_KEY, user);
	} catch {
		/* Nothing is lost but a convenience. */
	}
}

function
recall()
{
	const room = new URLSearchParams(location.search).get("room") ?? "";

	if (ROOM_NAME.test(room))
		ui.room.value = room;
	try {
		ui.name.value = localStorage.getItem(NAME_KEY) ?? "";
	} catch {
		/* As above. */
	}
}

ui.join.addEventListener("submit", (event) => {
	event.preventDefault();
	join();
});
ui.leave.addEventListener("click", leave);
ui.composer.addEventListener("submit", (event) => {
	event.preventDefault();
	send();
	ui.text.focus();
});
ui.text.addEventListener("keydown", (event) => {
	/* Enter that ends the composing of a character is not for us. */
	if (event.key !== "Enter" || event.shiftKey || event.isComposing)
		return;
	event.preventDefault();
	send();
});
addEventListener("pagehide", () => {
	if (me !== null)
		connection.abandon([[`/members/${me.room}`,
			{ type: "leave", id: me.id, user: me.user }]]);
});
addEventListener("pageshow", (event) => {
	/* From the back-forward cache: the session ended with pagehide. */
	if (event.persisted && me !== null)
		connection.open();
});
recall();
ui.name.focus();
