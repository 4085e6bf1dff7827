/*
 * roster.js - who is in the room, as far as this page has heard.
 *
 * The server keeps no list of members.  Each page says "join" when it comes,
 * "here" when someone joins and every PRESENCE_MS, and "leave" when it goes;
 * whoever is silent for SILENCE_MS is gone.  This file is told the time.
 */

export const PRESENCE_MS = 20000;
export const SILENCE_MS = 70000;

/* Anyone may publish, so a list that anyone can lengthen has an end. */
const MEMBERS_MAX = 500;
const ID_MAX = 64;
const NAME_MAX = 32;

/* A name fit to show: one line, no control characters.  "" if none. */
export function
cleanName(name)
{
	if (typeof name !== "string")
		return "";
	return name.slice(0, 8 * NAME_MAX).replace(/[\p{C}\s]+/gu, " ").trim()
		.slice(0, NAME_MAX);
}

/* The presence in data, or null if it is none. */
export function
parsePresence(data)
{
	const user = cleanName(data?.user);

	if (typeof data?.id !== "string" || data.id === "" ||
	    data.id.length > ID_MAX || user === "")
		return null;
	if (!["join", "here", "leave"].includes(data.type))
		return null;
	return { type: data.type, id: data.id, user };
}

export class Roster {
	#members = new Map();

	/* Note that a member was heard; true if it was not known. */
	hear(id, user, now)
	{
		const known = this.#members.has(id);

		if (!known && this.#members.size >= MEMBERS_MAX)
			return false;
		this.#members.set(id, { id, user, heard: now });
		return !known;
	}

	/* Forget a member; what was known of it, or undefined. */
	drop(id)
	{
		const member = this.#members.get(id);

		this.#members.delete(id);
		return member;
	}

	/* This page was away itself, so nobody's silence meant anything. */
	forgive(now)
	{
		for (const member of this.#members.values())
			member.heard = now;
	}

	/* Forget and return those who have been silent for too long. */
	dropSilent(now)
	{
		return [...this.#members.values()]
			.filter((member) => now - member.heard > SILENCE_MS)
			.map((member) => this.drop(member.id));
	}

	clear()
	{
		this.#members.clear();
	}

	get size()
	{
		return this.#members.size;
	}

	/* Everyone, by name. */
	list()
	{
		return [...this.#members.values()].sort((a, b) =>
			a.user.localeCompare(b.user) ||
			(a.id < b.id ? -1 : 1));
	}
}
