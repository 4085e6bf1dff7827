/*
 * exchange.js - how the pages that show one board tell each other.
 *
 * All say the same on /magnets/BOARD: { moves: [...] }, the last moves of some
 * magnets.  Who comes, for the first time or after the server has forgotten
 * everyone, says all that it knows, with "ask": its id.  Whoever knows more
 * waits for a random moment and says what was missing, unless somebody else
 * has said it by then: so there is one answer, of whoever waits least.
 */
import { isNewer, parseMoves } from "./board.js";

/* A drag is told this often at most. */
const SEND_MS = 50;

/* Answers are spread over this much time. */
const ANSWER_SPREAD_MS = 150;

/* What failed, while the connection stands, is tried again so much later. */
const RETRY_MS = 1000;

export class Exchange {
	#connection;
	#board;
	#channel;
	#id;
	#onTaken;
	#onRefused;

	/* Magnets of which the server may not have our last move. */
	#unsent = new Set();
	#isSending = false;
	#isPausing = false;
	#isRetrying = false;

	/* To be begun anew as soon as the connection stands. */
	#isOutside = false;

	/* Magnets of which somebody who asked lacks the last move. */
	#owed = new Set();
	#isAnswerDue = false;

	/* id: this page's; onTaken(magnet): another page has moved it;
	 * onRefused(error): the server lets this page not hear the others, or
	 * undefined: it does. */
	constructor(connection, { board, channel, id, onTaken, onRefused })
	{
		this.#connection = connection;
		this.#board = board;
		this.#channel = channel;
		this.#id = id;
		this.#onTaken = onTaken;
		this.#onRefused = onRefused;
	}

	/* A session has begun, or this failed: there is no subscription. */
	begin()
	{
		const { client } = this.#connection;

		this.#isOutside = false;
		this.#isSending = false;
		this.#owed.clear();
		client.batch(() => {
			client.subscribe(this.#channel,
				(message) => this.#hear(message.data),
				(reply) => this.#onSubscribed(reply));
			this.#publish({ moves: this.#board.moved(),
				ask: this.#id });
		});
	}

	/* The connection stands again. */
	resume()
	{
		if (this.#isOutside)
			this.begin();
		this.#flush();
		this.#answerSoon();
	}

	/* This page has moved the magnet; others are told when it is time. */
	send(magnet)
	{
		this.#unsent.add(magnet);
		this.#flush();
	}

	/* What to publish when the page goes away: [channel, data] of each. */
	lastWords()
	{
		if (this.#unsent.size === 0)
			return [];
		return [[this.#channel,
			{ moves: this.#movesOf(this.#unsent) }]];
	}

	get #isConnected()
	{
		return this.#connection.state === "connected";
	}

	#movesOf(magnets)
	{
		return Array.from(magnets, (magnet) => this.#board.at(magnet));
	}

	/* A refusal is final; without any answer it is tried again. */
	#onSubscribed(reply)
	{
		this.#onRefused(reply.successful ? undefined : reply.error);
		if (reply.successful || reply.failure === undefined)
			return;
		this.#connection.client.setTimeout(() => {
			if (this.#isConnected)
				this.begin();
			else
				this.#isOutside = true;
		}, RETRY_MS);
	}

	/* onDone(): it was answered, or was not. */
	#publish(data, onDone)
	{
		const magnets = data.moves.map(({ magnet }) => magnet);
		const { client } = this.#connection;

		for (const magnet of magnets)
			this.#unsent.delete(magnet);
		client.publish(this.#channel, data, (reply) => {
			if (reply.failure !== undefined)
				this.#retry(magnets);
			onDone?.();
		});
	}

	#retry(magnets)
	{
		for (const magnet of magnets)
			this.#unsent.add(magnet);
		this.#isRetrying = true;
		this.#connection.client.setTimeout(() => {
			this.#isRetrying = false;
			this.#flush();
		}, RETRY_MS);
	}

	/*
	 * One message at a time: on a slow line those of a drag would else
	 * queue up behind each other, and be of the past when they arrive.
	 */
	#flush()
	{
		if (this.#isSending || this.#isPausing || this.#isRetrying ||
		    !this.#isConnected || this.#unsent.size === 0)
			return;
		this.#isSending = true;
		this.#isPausing = true;
		setTimeout(() => {
			this.#isPausing = false;
			this.#flush();
		}, SEND_MS);
		this.#publish({ moves: this.#movesOf(this.#unsent) }, () => {
			this.#isSending = false;
			this.#flush();
		});
	}

	#hear(data)
	{
		const moves = parseMoves(data);
		const { ask } = Object(data);

		for (const move of moves) {
			if (this.#board.take(move))
				this.#onTaken(move.magnet);
			if (!isNewer(this.#board.at(move.magnet), move))
				this.#owed.delete(move.magnet);
		}
		if (typeof ask !== "string" || ask === this.#id)
			return;
		for (const { magnet } of this.#board.missingIn(moves))
			this.#owed.add(magnet);
		this.#answerSoon();
	}

	#answerSoon()
	{
		if (this.#isAnswerDue || this.#owed.size === 0)
			return;
		this.#isAnswerDue = true;
		this.#connection.client.setTimeout(() => {
			this.#isAnswerDue = false;
			if (this.#isConnected && this.#owed.size > 0) {
				this.#publish({
					moves: this.#movesOf(this.#owed) });
				this.#owed.clear();
			}
		}, Math.random() * ANSWER_SPREAD_MS);
	}
}
