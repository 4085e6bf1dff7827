/*
 * chat_log.js - the list of messages and notices on the chat page.
 *
 * Text from others only ever becomes a text node: there is no way from here
 * to markup.
 */
import { make } from "../common/page.js";

const ROWS_MAX = 500;
const COLOURS = 8;

/* A message is not overtaken by more rows than this. */
const OVERTAKEN_MAX = 50;

/* Closer to the end than this counts as reading along. */
const NEAR_END_PX = 60;

/* The colour class of a name: the same one on every page. */
export function
colourOf(name)
{
	let sum = 0;

	for (const letter of name)
		sum = (sum * 31 + letter.codePointAt(0)) % 65521;
	return `colour-${sum % COLOURS}`;
}

function
clock()
{
	const now = new Date();
	const time = make("time", "", now.toLocaleTimeString([],
		{ hour: "2-digit", minute: "2-digit" }));

	time.dateTime = now.toISOString();
	return time;
}

export class ChatLog {
	#list;
	#newer;
	#orders = new WeakMap();

	/* newer: the button that leads to the end when the reader is not. */
	constructor(list, newer)
	{
		this.#list = list;
		this.#newer = newer;
		newer.addEventListener("click", () => this.#toEnd());
		list.addEventListener("scroll", () => {
			if (this.#isNearEnd())
				newer.hidden = true;
		}, { passive: true });
		/* A phone's keyboard shrinks the list under its last rows. */
		new ResizeObserver(() => {
			if (newer.hidden)
				this.#toEnd();
		}).observe(list);
	}

	/* A row that says what happened, not what somebody wrote. */
	notice(text)
	{
		const row = make("li", "notice");

		row.append(make("span", "", text), clock());
		this.#append(row);
	}

	/* A row with a message; the caller may give it to settle() later. */
	message(user, text, own)
	{
		const row = make("li", own ? "message own" : "message");
		const head = make("div", "head");
		const body = make("div", "text", text);

		head.append(make("bdi", `user ${colourOf(user)}`, user),
			clock());
		body.dir = "auto";
		row.append(head, body);
		/* Who writes wants to see it, wherever they were reading. */
		this.#append(row, own || this.#isNearEnd());
		return row;
	}

	/*
	 * The server has delivered this row's message: its place is at the
	 * end, the same for every reader.  But what comes with the answer to
	 * a publish may overtake what comes with a connect, so nothing goes
	 * behind a later message of the same sender.
	 */
	settle(row, from, number)
	{
		const later = this.#laterOf(from, number);
		const follow = this.#isNearEnd();

		row.classList.remove("sending", "failed");
		row.querySelector(".trouble")?.remove();
		if (typeof from === "string" && Number.isSafeInteger(number))
			this.#orders.set(row, { from, number });
		if (row.nextElementSibling === later)
			return;
		this.#list.insertBefore(row, later);
		this.#follow(follow);
	}

	/* This row's message was not taken; again is called to retry. */
	fail(row, again)
	{
		const trouble = make("div", "trouble", "Not sent. ");
		const button = make("button", "plain", "Try again");

		button.type = "button";
		button.addEventListener("click", () => {
			trouble.remove();
			row.classList.remove("failed");
			again();
		});
		trouble.append(button);
		row.classList.remove("sending");
		row.classList.add("failed");
		row.append(trouble);
		this.#follow(true);
	}

	clear()
	{
		this.#list.replaceChildren();
		this.#newer.hidden = true;
	}

	/* The first row with a later message of this sender, or null. */
	#laterOf(from, number)
	{
		return [...this.#list.children].slice(-OVERTAKEN_MAX)
			.find((row) => {
				const order = this.#orders.get(row);

				return order?.from === from &&
					order.number > number;
			}) ?? null;
	}

	#append(row, follow = this.#isNearEnd())
	{
		this.#list.append(row);
		while (this.#list.childElementCount > ROWS_MAX)
			this.#list.firstElementChild.remove();
		this.#follow(follow);
	}

	#follow(follow)
	{
		if (follow)
			this.#toEnd();
		else
			this.#newer.hidden = false;
	}

	#isNearEnd()
	{
		const { scrollHeight, scrollTop, clientHeight } = this.#list;

		return scrollHeight - scrollTop - clientHeight < NEAR_END_PX;
	}

	#toEnd()
	{
		this.#list.scrollTop = this.#list.scrollHeight;
		this.#newer.hidden = true;
	}
}
