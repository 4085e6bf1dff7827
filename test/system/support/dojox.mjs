// dojox.mjs - dojox.cometd of Dojo 1.x, as a server sees it (D1 to D7).
//
// It does of its own accord what that client did in a page: shakes hands,
// polls, and follows advice.  Where the original died, or went on without the
// page ever hearing of it, this one dies too, and tells whoever waits for it.
//
//   const client = new Dojox(stack.http);
//   client.init();
//   client.subscribe('/chat', (message) => ...);
//   await client.until(() => client.connected, 'it is connected');
//   client.stop();

import vm from 'node:vm';
import { DraftClient } from './draft_client.mjs';

const BACKOFF = 1000;
const PINGS = 4;
const PING_PAUSE = 100;

// What handleAs "json-comment-optional" makes of a reply.
function parse(text) {
	if (!/^[^{[]*\/\*/.test(text))
		return JSON.parse(text);
	return JSON.parse(text.slice(text.indexOf('/*') + 2,
	    text.lastIndexOf('*/')));
}

export class Dojox extends DraftClient {
	/*
	 * crossDomain: the page is another site's, whose address is referer.
	 * json: what follows the handshake goes as text/json, not as a form.
	 * types: the transports that are loaded, in their order.
	 */
	constructor(address, { crossDomain = false, referer, json = false,
	    types = ['long-polling', 'callback-polling'] } = {}) {
		super(address);
		Object.assign(this, { crossDomain, referer, json, types });
		this.minimumVersion = '0.9';
		this.messageId = 0;
		this.scripts = 0;
		this.backoff = 0;
		this.advice = {};
		this.initialized = false;
		this.connected = false;
		this.polling = false;
		this.transport = undefined;
		this.subscribed = [];
		this.pongs = [];
		this.timers = new Set();
		this.#forget();
	}

	#forget() {
		this.topics = new Map();
		this.queue = [];
		this.batch = 0;
	}

	#nextId() {
		return String(this.messageId++);
	}

	// The page's part.

	init(ext) {
		const message = { version: '1.0',
			minimumVersion: this.minimumVersion,
			channel: '/meta/handshake', id: this.#nextId() };

		this.ext = ext;
		if (!this.crossDomain) {
			message.ext = { 'json-comment-filtered': true, ...ext };
			message.supportedConnectionTypes = this.types;
		}
		this.#forget();
		this.initialized = true;
		this.startBatch();
		this.#ask([message], (replies) => {
			this.backoff = 0;
			this.#finishInit(replies);
		}, () => {
			this.backoff += BACKOFF;
			this.#finishInit([{}]);
		}, { json: false });
	}

	publish(channel, data, props = {}) {
		this.#sendMessage({ data, channel, ...props });
	}

	subscribe(channel, fn) {
		if (!this.topics.has(channel)) {
			this.topics.set(channel, []);
			this.#sendMessage({ channel: '/meta/subscribe',
				subscription: channel });
		}
		this.topics.get(channel).push(fn);
	}

	// Its mistake: it subscribes once more (rule 56).
	unsubscribe(channel) {
		if (this.topics.delete(channel))
			this.#sendMessage({ channel: '/meta/subscribe',
				subscription: channel });
	}

	startBatch() {
		this.batch++;
	}

	endBatch() {
		if (--this.batch > 0 || !this.transport)
			return;
		this.batch = 0;
		const messages = this.queue;
		this.queue = [];
		if (messages.length > 0)
			this.#send(messages);
	}

	disconnect() {
		this.#forget();
		if (this.initialized && this.transport)
			this.#ask([{ channel: '/meta/disconnect',
				clientId: this.clientId, id: this.#nextId() }],
			    () => {}, () => {});
		this.initialized = false;
		if (!this.polling)
			this.connected = false;
	}

	// Its timesync extension, which asks for PINGS samples (rule 101).
	ping() {
		this.publish('/meta/ping', null,
		    { ext: { timesync: { tc: Date.now(), l: 0, o: 0 } } });
	}

	// The test's part.

	stop() {
		super.stop();
		for (const timer of this.timers)
			clearTimeout(timer);
	}

	// Handshake and transport.

	#finishInit(data) {
		const [reply] = data;
		let successful = reply.successful || false;

		if (reply.advice)
			this.advice = reply.advice;
		// As text; what is not there is not less.
		if (reply.version < this.minimumVersion) {
			successful = false;
			this.advice.reconnect = 'none';
		}
		if (successful) {
			this.transport = this.#match(
			    reply.supportedConnectionTypes);
			this.clientId = reply.clientId;
			if (!this.connected)
				this.#connectNow();
		} else if (this.advice.reconnect !== 'none')
			this.#later(() => this.init(this.ext));
	}

	#match(offered) {
		const found = this.types.find((type) =>
		    offered.indexOf(type) >= 0 &&
		    !(this.crossDomain && type === 'long-polling'));

		if (!found)
			throw new Error(`no transport in ${offered}`);
		return found;
	}

	#connectNow() {
		this.polling = true;
		this.#ask([{ channel: '/meta/connect', clientId: this.clientId,
			connectionType: this.transport, id: this.#nextId() }],
		    (replies) => {
			this.polling = false;
			this.#deliver(replies);
			this.backoff = 0;
			this.#collapse();
		}, () => {
			this.polling = false;
			this.backoff += BACKOFF;
			this.#collapse();
		});
	}

	#collapse() {
		if (!this.initialized || this.advice.reconnect === 'none')
			return;
		if (this.connected)
			this.#later(() => this.#connectAgain());
		else
			this.#later(() => this.init(this.ext));
	}

	#connectAgain() {
		if (!this.initialized || this.polling)
			return;
		if (this.advice.reconnect === 'handshake') {
			this.connected = false;
			this.init(this.ext);
		} else if (this.connected)
			this.#connectNow();
	}

	// After the interval that is advised.
	#later(fn) {
		const timer = setTimeout(() => {
			this.timers.delete(timer);
			this.#survive(fn);
		}, this.backoff + (this.advice.interval || 0));

		this.timers.add(timer);
	}

	// Messages in and out.

	#sendMessage(message) {
		if (this.transport && !this.batch)
			this.#send([message]);
		else
			this.queue.push(message);
	}

	#send(messages) {
		for (const message of messages) {
			message.clientId = this.clientId;
			message.id = this.#nextId();
		}
		this.#ask(messages, (replies) => this.#deliver(replies),
		    (error) => { throw error; });
	}

	#deliver(replies) {
		replies.forEach((message) => this.#deliverOne(message));
	}

	#deliverOne(message) {
		if (!message.channel)
			throw new Error(`no channel: ${JSON.stringify(message)}`);
		if (message.advice)
			this.advice = message.advice;
		switch (message.channel) {
		case '/meta/connect':
			if (message.successful && !this.connected) {
				this.connected = this.initialized;
				this.endBatch();
			} else if (!this.initialized)
				this.connected = false;
			break;
		case '/meta/subscribe':
		case '/meta/unsubscribe':
			// It stops to poll, leaves, and then calls what is not
			// there.
			if (!message.successful)
				throw new Error(JSON.stringify(message));
			this.subscribed.push(message.subscription);
			break;
		case '/meta/ping':
			this.pongs.push(message);
			if (this.pongs.length < PINGS)
				this.timers.add(setTimeout(() =>
				    this.#survive(() => this.ping()),
				    PING_PAUSE));
			break;
		}
		if (message.data)
			this.#dispatch(message);
	}

	// To the page's functions, for globs as for the channel itself.
	#dispatch(message) {
		const parts = message.channel.split('/');
		const names = [message.channel,
			`${parts.slice(0, -1).join('/')}/*`];

		for (let i = 1; i < parts.length; i++)
			names.push(`${parts.slice(0, i).join('/')}/**`);
		for (const name of names)
			for (const fn of this.topics.get(name) || [])
				fn(message);
	}

	// HTTP.

	// load and fail are called with what came; what they throw is death.
	async #ask(messages, load, fail, { json = this.json } = {}) {
		const entry = this.note(messages);
		let replies;
		let error;

		try {
			replies = this.crossDomain ?
			    await this.#getScript(messages, entry) :
			    await this.#post(messages, entry, json);
			entry.replies = replies;
		} catch (thrown) {
			error = thrown;
		}
		if (this.stopped)
			return;
		this.#survive(() => error ? fail(error) : load(replies));
	}

	#survive(fn) {
		try {
			fn();
		} catch (error) {
			this.die(error);
		}
	}

	async #post(messages, entry, json) {
		const text = JSON.stringify(messages);
		const response = await this.#request(entry, {
			headers: { 'Content-Type': json ?
			    'text/json;charset=UTF-8' :
			    'application/x-www-form-urlencoded' },
			body: json ? text :
			    `message=${encodeURIComponent(text)}`,
		});

		if (response.status !== 200)
			throw new Error(`${response.status} ${response.text}`);
		return parse(response.text);
	}

	async #getScript(messages, entry) {
		const name = `jsonp_dojoIoScript${++this.scripts}`;
		const response = await this.#request(entry, { method: 'GET',
			path: `/cometd?message=${encodeURIComponent(
			    JSON.stringify(messages))}` +
			    `&jsonp=dojo.io.script.${name}._jsonpCallback`,
		});
		let replies;

		vm.runInNewContext(response.text, { dojo: { io: { script: {
			[name]: { _jsonpCallback: (json) => {
				replies = JSON.parse(JSON.stringify(json));
			} } } } } });
		return replies;
	}

	// With the cookie that it was given.
	async #request(entry, options) {
		const response = await this.http(entry, { ...options,
			headers: { Cookie: this.cookie, Referer: this.referer,
				...options.headers } });
		const cookie = response.header('Set-Cookie');

		if (cookie)
			[this.cookie] = cookie.split(';');
		return response;
	}
}
