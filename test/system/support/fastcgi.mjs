// fastcgi.mjs - the web server's end of FastCGI, with everything exposed.
//
// Builders return bytes, which a test may cut, mix and spoil before it sends
// them; a Peer collects what comes back, by request id.

import net from 'node:net';
import { Response } from './raw.mjs';
import { within } from './wait.mjs';

export const BEGIN_REQUEST = 1;
export const ABORT_REQUEST = 2;
export const END_REQUEST = 3;
export const PARAMS = 4;
export const STDIN = 5;
export const STDOUT = 6;
export const STDERR = 7;
export const DATA = 8;
export const GET_VALUES = 9;
export const GET_VALUES_RESULT = 10;
export const UNKNOWN_TYPE = 11;

export const RESPONDER = 1;
export const AUTHORIZER = 2;
export const KEEP_CONN = 1;

export const REQUEST_COMPLETE = 0;
export const CANT_MPX_CONN = 1;
export const OVERLOADED = 2;
export const UNKNOWN_ROLE = 3;

export function record(type, id, content = '', { padding = 0,
    version = 1 } = {}) {
	const bytes = Buffer.from(content);
	const head = Buffer.alloc(8);
	head[0] = version;
	head[1] = type;
	head.writeUInt16BE(id, 2);
	head.writeUInt16BE(bytes.length, 4);
	head[6] = padding;
	return Buffer.concat([head, bytes, Buffer.alloc(padding, 0xaa)]);
}

export function begin(id, { role = RESPONDER, flags = KEEP_CONN } = {}) {
	return record(BEGIN_REQUEST, id, [role >> 8, role & 255, flags,
		0, 0, 0, 0, 0]);
}

export function abort(id) {
	return record(ABORT_REQUEST, id);
}

function length(size, long) {
	if (size < 128 && !long)
		return Buffer.from([size]);
	const bytes = Buffer.alloc(4);
	bytes.writeUInt32BE((size | 0x80000000) >>> 0);
	return bytes;
}

// Name-value pairs: an object, or an array of pairs when one occurs twice.
export function pairs(params, { long = false } = {}) {
	const list = Array.isArray(params) ? params : Object.entries(params);
	return Buffer.concat(list.flatMap(([name, value]) => {
		const [n, v] = [Buffer.from(name), Buffer.from(String(value))];
		return [length(n.length, long), length(v.length, long), n, v];
	}));
}

// The other way round: [[name, value], ...], as they come.
export function splitPairs(bytes) {
	const found = [];
	let at = 0;
	const size = () => {
		if (bytes[at] < 128)
			return bytes[at++];
		at += 4;
		return bytes.readUInt32BE(at - 4) & 0x7fffffff;
	};
	const text = (length) => {
		at += length;
		return bytes.toString('utf8', at - length, at);
	};
	while (at < bytes.length) {
		const lengths = [size(), size()];
		found.push(lengths.map(text));
	}
	return found;
}

// The complete records that bytes begin with, and the rest.
export function splitRecords(bytes) {
	const found = [];
	let at = 0;
	while (bytes.length - at >= 8) {
		const size = bytes.readUInt16BE(at + 4);
		const next = at + 8 + size + bytes[at + 6];
		if (bytes.length < next)
			break;
		found.push({
			version: bytes[at],
			type: bytes[at + 1],
			id: bytes.readUInt16BE(at + 2),
			content: bytes.subarray(at + 8, at + 8 + size)
		});
		at = next;
	}
	return { found, rest: bytes.subarray(at) };
}

// A stream in records of at most size bytes, and its end.
export function stream(type, id, bytes, { size = 65535, padding = 0 } = {}) {
	const all = Buffer.from(bytes);
	const parts = [];
	for (let at = 0; at < all.length; at += size)
		parts.push(record(type, id, all.subarray(at, at + size),
		    { padding }));
	parts.push(record(type, id, '', { padding }));
	return Buffer.concat(parts);
}

// What a web server says about a POST of body to the mount.
export function variables(body, more = {}) {
	return {
		REQUEST_METHOD: 'POST',
		REQUEST_URI: '/cometd',
		SCRIPT_NAME: '/cometd',
		QUERY_STRING: '',
		SERVER_PROTOCOL: 'HTTP/1.1',
		GATEWAY_INTERFACE: 'CGI/1.1',
		CONTENT_TYPE: 'application/json',
		CONTENT_LENGTH: Buffer.byteLength(body),
		REMOTE_ADDR: '127.0.0.1',
		HTTP_HOST: '127.0.0.1',
		...more
	};
}

// The whole of one request.
export function conversation(id, messages, { more, flags, size } = {}) {
	const body = typeof messages === 'string' || Buffer.isBuffer(messages) ?
	    messages : JSON.stringify(messages);
	return Buffer.concat([
		begin(id, { flags }),
		stream(PARAMS, id, pairs(variables(body, more)), { size }),
		stream(STDIN, id, body, { size })
	]);
}

// A CGI response as an HTTP one.
function response(stdout) {
	const end = stdout.indexOf('\r\n\r\n');
	if (end < 0)
		return null;
	const lines = stdout.toString('latin1', 0, end).split('\r\n')
	    .map((line) => [line.slice(0, line.indexOf(':')),
		line.slice(line.indexOf(':') + 1).trim()]);
	const status = lines.find(([name]) => name === 'Status');
	return new Response(status ? parseInt(status[1], 10) : 200, lines,
	    stdout.subarray(end + 4));
}

export class Peer {
	constructor(socket) {
		this.socket = socket;
		this.bytes = Buffer.alloc(0);
		this.records = new Map();
		this.closed = false;
		this.waiting = new Set();
		const close = () => {
			this.closed = true;
			this.#tell();
		};
		socket.on('data', (more) => this.#read(more));
		socket.on('error', () => {});
		socket.on('end', close);
		socket.on('close', close);
	}

	// paused: do not read until socket.resume().
	static async open(address, { paused = false } = {}) {
		const socket = net.connect(address.path ? address :
		    { host: '127.0.0.1', ...address });
		await new Promise((resolve, reject) => {
			socket.once('connect', resolve);
			socket.once('error', reject);
		});
		socket.setNoDelay(true);
		const peer = new Peer(socket);
		if (paused)
			socket.pause();
		return peer;
	}

	#read(more) {
		const { found, rest } =
		    splitRecords(Buffer.concat([this.bytes, more]));
		for (const one of found)
			this.#keep(one);
		this.bytes = rest;
		this.#tell();
	}

	#tell() {
		for (const look of this.waiting)
			look();
	}

	// What test finds; it is asked whenever something has come.
	#find(test, what) {
		const found = new Promise((resolve, reject) => {
			const look = () => {
				const result = test();
				if (!result && !this.closed)
					return;
				this.waiting.delete(look);
				if (result)
					resolve(result);
				else
					reject(new Error(
					    `closed before ${what}`));
			};
			this.waiting.add(look);
			look();
		});
		return within(found, what);
	}

	#keep(one) {
		if (!this.records.has(one.id))
			this.records.set(one.id, []);
		this.records.get(one.id).push(one);
	}

	// Write all of bytes; done when the kernel has taken them.
	write(bytes) {
		return new Promise((resolve, reject) => {
			this.socket.write(bytes, (error) =>
			    error ? reject(error) : resolve());
		});
	}

	// One write for each byte.
	async trickle(bytes) {
		for (const byte of bytes)
			await this.write(Buffer.from([byte]));
	}

	// The first record of a type for id, waiting for it; it stays.
	record(id, type) {
		return this.#find(() => (this.records.get(id) || [])
		    .find((one) => one.type === type),
		`a record of type ${type} for request ${id}`);
	}

	hasEnded(id) {
		return (this.records.get(id) || [])
		    .some((one) => one.type === END_REQUEST);
	}

	// { response, appStatus, protocolStatus, records } of request id.
	async answer(id) {
		const end = await this.record(id, END_REQUEST);
		const records = this.records.get(id);
		this.records.delete(id);
		const stdout = Buffer.concat(records
		    .filter((one) => one.type === STDOUT)
		    .map((one) => one.content));
		return {
			records,
			response: response(stdout),
			appStatus: end.content.readUInt32BE(0),
			protocolStatus: end.content[4]
		};
	}

	// Send messages as request id; the replies.
	async send(id, messages, options) {
		await this.write(conversation(id, messages, options));
		return (await this.answer(id)).response.json;
	}

	untilClosed() {
		return this.#find(() => this.closed, 'the connection to end');
	}

	close() {
		this.socket.destroy();
	}
}

// One request on a connection of its own.
export async function exchange(address, messages, options = {}) {
	const peer = await Peer.open(address);
	try {
		await within(peer.write(conversation(1, messages,
		    { flags: 0, ...options })), 'a request to be taken');
		return (await peer.answer(1)).response;
	} finally {
		peer.close();
	}
}
