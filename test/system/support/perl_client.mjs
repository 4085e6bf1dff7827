// perl_client.mjs - POE::Component::Client::Bayeux, as a server sees it.
//
// The client that came with the Perl server whose place this one takes.  It
// queues what it is told until its first connect is answered, polls without a
// pause, keeps no cookies, and dies of what it does not expect; then so does
// this one, and tells whoever waits for it.
//
//   const client = new PerlClient(stack.http, { version: '0.03' });
//   client.init();
//   client.subscribe('/chat', (message) => ...);
//   await client.until(() => client.connected, 'it is connected');
//   client.stop();

import { DraftClient } from './draft_client.mjs';

// In its expression "." is anything but a line feed, and "$" may stand before
// one.
const COMMENT = /^\s*\/\*\s*([^\n]+?)\s*\*\/\s*$/;

export class PerlClient extends DraftClient {
	// version 0.01 posts forms and knows no comments.
	constructor(address, { version = '0.03' } = {}) {
		super(address);
		this.old = version === '0.01';
		this.lastId = 0;
		this.queue = [];
		this.callbacks = new Map();
		this.published = new Set();
		this.initialized = false;
		this.connected = false;
		this.polling = false;
		this.failed = [];
	}

	// Its states that a program posts to.

	init() {
		const message = { channel: '/meta/handshake', version: '1.0',
			minimumVersion: '1.0',
			supportedConnectionTypes: ['long-polling'] };

		if (!this.old)
			message.ext = { 'json-comment-filtered': 1 };
		this.initialized = true;
		this.#ask([message], true, ([reply]) =>
			this.#finishHandshake(reply));
	}

	publish(channel, data) {
		this.published.add(this.#send({ channel, data }));
	}

	subscribe(channel, fn) {
		this.callbacks.set(channel, fn);
		this.#send({ channel: '/meta/subscribe',
			subscription: channel });
	}

	unsubscribe(channel) {
		this.callbacks.delete(channel);
		this.#send({ channel: '/meta/unsubscribe',
			subscription: channel });
	}

	disconnect() {
		this.#send({ channel: '/meta/disconnect' });
		this.leaving = !this.old;
	}

	// Handshake and polling.

	#finishHandshake(reply) {
		if (!reply || typeof reply !== 'object')
			throw new Error('Invalid response from handshake');
		if (reply.version && Number(reply.version) > 1)
			throw new Error(`version ${reply.version}`);
		if (!reply.successful)
			throw new Error(`handshake: ${JSON.stringify(reply)}`);
		this.clientId = reply.clientId;
		this.advice = reply.advice || {};
		this.#connect();
	}

	#connect() {
		this.polling = true;
		this.#ask([{ channel: '/meta/connect', clientId: this.clientId,
			connectionType: 'long-polling' }], this.old,
		(replies) => {
			this.polling = false;
			this.#deliver(replies);
			this.#collapse();
		});
	}

	// Advice is only ever that of the handshake.
	#collapse() {
		if (this.advice.reconnect === 'none')
			throw new Error('Server asked us not to reconnect');
		if (!this.old && this.advice.reconnect === 'handshake') {
			this.connected = false;
			this.init();
			return;
		}
		if (this.leaving) {
			this.leaving = this.connected = false;
			return;
		}
		if (this.initialized && !this.polling && this.connected)
			this.#connect();
	}

	// Messages in and out.

	#send(message) {
		message.id = ++this.lastId;
		if (this.clientId)
			this.#post([message]);
		else
			this.queue.push(message);
		return message.id;
	}

	#post(messages) {
		for (const message of messages)
			message.clientId = this.clientId;
		this.#ask(messages, this.old,
		    (replies) => this.#deliver(replies));
	}

	#deliver(replies) {
		for (const message of replies)
			this.#deliverOne(message);
	}

	#deliverOne(message) {
		if (!message?.channel)
			throw new Error('deliver(): Invalid message');
		if (message.channel === '/meta/connect') {
			if (message.successful)
				this.connected = true;
			this.#flush();
			return;
		}
		const mine = this.published.delete(message.id);
		if (mine && message.successful &&
		    (this.old || !message.channel.startsWith('/service/')))
			return;
		// All else is for the program, whatever it is.
		const fn = this.callbacks.get(message.channel);
		if (fn)
			fn(message);
		else if ('successful' in message && !message.successful)
			this.failed.push(message);
	}

	#flush() {
		const messages = this.queue;

		this.queue = [];
		if (messages.length > 0)
			this.#post(messages);
	}

	// HTTP.

	// What load throws is death, and so is what cannot be decoded.
	async #ask(messages, form, load) {
		const entry = this.note(messages);
		const text = JSON.stringify(messages);
		const body = form ?
		    new URLSearchParams({ message: text }).toString() : text;

		try {
			await this.http(entry, { body, headers: {
				'Content-Type': form ?
				    'application/x-www-form-urlencoded' :
				    'text/json' } });
			this.#decode(entry);
			if (!this.stopped)
				load(entry.replies);
		} catch (error) {
			if (!this.stopped)
				this.die(error);
		}
	}

	// The status it does not look at.
	#decode(entry) {
		const isComment = entry.type?.split(';')[0] ===
		    'text/json-comment-filtered';
		const replies = JSON.parse(isComment && !this.old ?
		    entry.text.replace(COMMENT, '$1') : entry.text);

		if (!Array.isArray(replies))
			throw new Error(`no messages: ${entry.text}`);
		entry.replies = replies;
	}
}
