// raw.mjs - an HTTP/1.1 client that hides nothing.
//
// The bytes that are given go out unchanged, and what comes back is handed
// over as it came: status, header lines in their order, body as bytes.

import net from 'node:net';
import { within } from './wait.mjs';

const lineEnd = Buffer.from('\r\n');
const headEnd = Buffer.from('\r\n\r\n');

export class Response {
	constructor(status, lines, body) {
		this.status = status;
		this.lines = lines;
		this.body = body;
	}

	// The value of a header; undefined when it is not there, an error
	// when it is there twice.
	header(name) {
		const found = this.lines.filter(([key]) =>
		    key.toLowerCase() === name.toLowerCase());
		if (found.length > 1)
			throw new Error(`${name} occurs ${found.length} times`);
		return found.length ? found[0][1] : undefined;
	}

	get text() {
		return this.body.toString('utf8');
	}

	get json() {
		return JSON.parse(this.text);
	}

	// The first complete response in bytes: { response, used }, or null.
	static parse(bytes) {
		return parse(bytes, false, false);
	}
}

// The first complete response in bytes: { response, used }, or null.
function parse(bytes, toHead, ended) {
	const end = bytes.indexOf(headEnd);
	if (end < 0)
		return null;
	const [first, ...rest] = bytes.subarray(0, end).toString('latin1')
	    .split('\r\n');
	const match = /^HTTP\/1\.[01] (\d{3})/.exec(first);
	if (!match)
		throw new Error(`no HTTP status line: ${first}`);
	const lines = rest.map((line) => {
		const colon = line.indexOf(':');
		return [line.slice(0, colon), line.slice(colon + 1).trim()];
	});
	const status = Number(match[1]);
	const start = end + headEnd.length;
	const value = (name) => lines.filter(([key]) =>
	    key.toLowerCase() === name).map(([, text]) => text)[0];
	const done = (body, used) => ({
		response: new Response(status, lines, body), used
	});
	if (toHead || status === 204 || status === 304 || status < 200)
		return done(Buffer.alloc(0), start);
	if (/chunked/i.test(value('transfer-encoding') || ''))
		return parseChunks(bytes, start, done);
	if (value('content-length') === undefined)
		return ended ? done(bytes.subarray(start), bytes.length) : null;
	const length = Number(value('content-length'));
	if (bytes.length < start + length)
		return null;
	return done(bytes.subarray(start, start + length), start + length);
}

function parseChunks(bytes, start, done) {
	const parts = [];
	for (let at = start;;) {
		const eol = bytes.indexOf(lineEnd, at);
		if (eol < 0)
			return null;
		const size = parseInt(bytes.toString('latin1', at, eol), 16);
		const next = eol + 2 + size + 2;
		if (bytes.length < next)
			return null;
		if (size === 0)
			return done(Buffer.concat(parts), next);
		parts.push(bytes.subarray(eol + 2, eol + 2 + size));
		at = next;
	}
}

// One connection; requests on it are answered in order.
export class Connection {
	constructor(socket) {
		this.socket = socket;
		this.bytes = Buffer.alloc(0);
		this.waiting = [];
		this.ended = new Promise((resolve) => {
			socket.on('close', () => resolve());
		});
		socket.on('data', (more) => {
			this.bytes = Buffer.concat([this.bytes, more]);
			this.#deliver(false);
		});
		socket.on('end', () => this.#deliver(true));
		socket.on('error', (error) => this.#fail(error));
		socket.on('close', () =>
		    this.#fail(new Error('connection closed without a reply')));
	}

	// address: what net.connect takes, such as { port } or { path }.
	static async open(address) {
		const where = address.path ? address :
		    { host: '127.0.0.1', ...address };
		const socket = net.connect(where);
		await new Promise((resolve, reject) => {
			socket.once('connect', resolve);
			socket.once('error', reject);
		});
		socket.setNoDelay(true);
		return new Connection(socket);
	}

	#deliver(ended) {
		while (this.waiting.length > 0) {
			const { resolve, reject, toHead } = this.waiting[0];
			let found;
			try {
				found = parse(this.bytes, toHead, ended);
			} catch (error) {
				this.waiting.shift();
				reject(error);
				continue;
			}
			if (!found)
				return;
			this.bytes = this.bytes.subarray(found.used);
			this.waiting.shift();
			resolve(found.response);
		}
	}

	#fail(error) {
		for (const { reject } of this.waiting.splice(0))
			reject(error);
	}

	// Send bytes as they are; the promise is that of the next response.
	send(bytes, { toHead = false } = {}) {
		const answer = new Promise((resolve, reject) => {
			this.waiting.push({ resolve, reject, toHead });
		});
		answer.catch(() => {});
		this.socket.write(bytes);
		return answer;
	}

	request(options) {
		return this.send(format(options),
		    { toHead: options.method === 'HEAD' });
	}

	close() {
		this.socket.end();
	}

	// Leave with a reset, as a browser that is shut does.
	abort() {
		this.socket.resetAndDestroy ? this.socket.resetAndDestroy() :
		    this.socket.destroy();
	}
}

// The bytes of a request.  headers: an object; undefined leaves one out.
export function format({ method = 'POST', path = '/cometd', headers = {},
    body }) {
	const bytes = body === undefined ? Buffer.alloc(0) : Buffer.from(body);
	const all = { Host: '127.0.0.1' };
	if (body !== undefined) {
		all['Content-Type'] = 'application/json;charset=UTF-8';
		all['Content-Length'] = bytes.length;
	}
	Object.assign(all, headers);
	const lines = Object.entries(all)
	    .filter(([, value]) => value !== undefined)
	    .map(([name, value]) => `${name}: ${value}\r\n`);
	return Buffer.concat([
		Buffer.from(`${method} ${path} HTTP/1.1\r\n` +
		    `${lines.join('')}\r\n`, 'latin1'),
		bytes
	]);
}

// One request on a connection of its own.
export async function request(address, options) {
	const connection = await Connection.open(address);
	try {
		return await within(connection.request({ ...options,
			headers: { Connection: 'close', ...options.headers } }),
		    `the answer to ${options.method || 'POST'} ` +
		    `${options.path || '/cometd'}`);
	} finally {
		connection.close();
	}
}
