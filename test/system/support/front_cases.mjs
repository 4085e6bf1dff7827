// front_cases.mjs - what every web server has to do in front of the process.
//
// A test file of one web server says how that one differs:
//
//   frontCases('nginx', { gone: ['close', 'abort'] });
//
// gone: the ways in which a client may leave a held request on a connection
// that it used before, so that this web server tells the process.

import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';
import { Client, barrier, events, freshChannel, joined, openUsed, post }
	from './bayeux.mjs';
import { exchange } from './fastcgi.mjs';
import { Connection, request } from './raw.mjs';
import { htdocs, startStack } from './stack.mjs';
import { until, within } from './wait.mjs';

// Each request that the process has in hand is a connection to its socket.
export function untilInHand(stack, count) {
	return until(() => stack.connections() === count,
	    `${count} requests are in hand`);
}

async function subscribed(stack, count, channel) {
	const clients = await joined(stack.http, count);
	for (const client of clients) {
		const reply = await client.subscribe(channel);
		assert.equal(reply.successful, true, JSON.stringify(reply));
	}
	return clients;
}

// A connect that is held on a connection which carried a request before.
async function holdOnUsed(stack, client) {
	const connection = await openUsed(stack.http);
	await untilInHand(stack, 0);
	const held = connection.request({
		body: JSON.stringify([client.connectMessage()]) });
	held.catch(() => {});
	await untilInHand(stack, 1);
	return { connection, held };
}

function assertEventOnce(replies, data) {
	assert.deepEqual(events(replies).map((event) => event.data), [data]);
	assert.equal(replies.at(-1).channel, '/meta/connect');
	assert.equal(replies.at(-1).successful, true);
}

async function assertQueued(client, data) {
	assertEventOnce(await client.connect({ advice: { timeout: 0 } }), data);
	const [reply, ...more] =
	    await client.connect({ advice: { timeout: 0 } });
	assert.equal(reply.successful, true);
	assert.deepEqual(more, []);
}

// What this end of HTTP adds, changes or keeps to itself.
const hop = new Set(['status', 'server', 'date', 'connection', 'keep-alive',
	'transfer-encoding', 'content-length', 'x-accel-buffering']);

function headersOf(response) {
	return response.lines
	    .map(([name, value]) => [name.toLowerCase(), value])
	    .filter(([name]) => !hop.has(name)).sort();
}

// The same as if the process had been asked without a web server.
async function assertAsFrom(stack, viaFront, messages) {
	const direct = await exchange(stack.fcgi, messages);
	assert.equal(viaFront.status, direct.status);
	assert.equal(viaFront.text, direct.text);
	assert.deepEqual(headersOf(viaFront), headersOf(direct));
	const length = viaFront.header('Content-Length');
	if (length === undefined)
		assert.equal(viaFront.header('Transfer-Encoding'), 'chunked');
	else
		assert.equal(length, String(viaFront.body.length));
}

const kinds = {
	'.svg': /^image\/svg\+xml$/,
	'.html': /^text\/html\b/, '.css': /^text\/css\b/,
	'.js': /^(text|application)\/javascript\b/,
	'.mjs': /^(text|application)\/javascript\b/
};

function pages(folder, found = []) {
	for (const entry of fs.readdirSync(folder, { withFileTypes: true })) {
		const file = path.join(folder, entry.name);
		if (entry.name === 'node_modules')
			continue;
		if (entry.isDirectory())
			pages(file, found);
		else if (path.extname(file) in kinds)
			found.push(file);
	}
	return found;
}

async function assertPage(stack, file) {
	const name = path.relative(htdocs, file).split(path.sep).join('/');
	const page = await request(stack.http,
	    { method: 'GET', path: `/${name}` });
	assert.equal(page.status, 200, name);
	assert.match(page.header('Content-Type'), kinds[path.extname(file)],
	    name);
	assert.deepEqual(page.body, fs.readFileSync(file), name);
}

function pathCases(stack) {
	test('the start page and the files beside it are served', async () => {
		const start = await request(stack().http,
		    { method: 'GET', path: '/' });
		assert.equal(start.status, 200);
		assert.match(start.header('Content-Type'), kinds['.html']);
		for (const file of pages(htdocs))
			await assertPage(stack(), file);
	});

	for (const where of ['/cometd', '/cometd/', '/cometd/handshake',
		'/cometd/a/b/c', '/cometd?x=1&y=%2F', '/cometd/x%20y%C3%A9?z',
		'/%63ometd/connect']) {
		test(`${where} reaches the process`, async () => {
			const reply = await post(stack().http,
			    [{ channel: '/meta/handshake', id: '1',
				version: '1.0',
				supportedConnectionTypes: ['long-polling'] }],
			    { path: where });
			assert.equal(reply.status, 200, reply.text);
			assert.equal(reply.json[0].successful, true);
		});
	}

	for (const where of ['/cometdfoo', '/cometdfoo/handshake', '/comet']) {
		test(`${where} is 404`, async () => {
			const reply = await post(stack().http, [],
			    { path: where });
			assert.equal(reply.status, 404);
		});
	}
}

// Seconds for which a browser may keep what it got, without asking again.
const lifetimes = {
	'/': 0, '/index.html': 0, '/chat/': 0, '/icon.svg': 3600,
	'/common/site.css': 7200, '/start.js': 7200
};

function expiryCases(stack) {
	for (const [where, seconds] of Object.entries(lifetimes)) {
		test(`${where} may be kept for ${seconds} s`, async () => {
			const page = await request(stack().http,
			    { method: 'GET', path: where });
			assert.equal(page.status, 200);
			assert.equal(page.header('Cache-Control'),
			    `max-age=${seconds}`);
		});
	}

	test('a page that has not changed is 304', async () => {
		const page = await request(stack().http,
		    { method: 'GET', path: '/' });
		const again = await request(stack().http,
		    { method: 'GET', path: '/', headers: {
			'If-None-Match': page.header('ETag') } });
		assert.equal(again.status, 304);
	});

	test('the index of a folder is its index.html', async () => {
		for (const folder of ['/', '/chat/']) {
			const page = await request(stack().http,
			    { method: 'GET', path: folder });
			assert.deepEqual(page.body, fs.readFileSync(
			    path.join(htdocs, folder, 'index.html')));
		}
	});

	test('what the process answers may never be kept', async () => {
		const message = encodeURIComponent(JSON.stringify([{
			channel: '/meta/connect', clientId: 'nobody' }]));
		for (const [type, options] of [
			[/javascript/, { method: 'GET',
				path: `/cometd?jsonp=f&message=${message}` }],
			[/json/, { body: '[{}]' }],
			[/plain/, { body: 'no JSON' }]]) {
			const reply = await request(stack().http, options);
			assert.match(reply.header('Content-Type'), type);
			assert.equal(reply.header('Cache-Control'),
			    'no-cache, no-store');
			assert.equal(reply.header('Expires'), undefined);
		}
	});
}

function chunked(parts) {
	return [
		'POST /cometd HTTP/1.1\r\nHost: 127.0.0.1\r\n' +
		'Content-Type: application/json\r\n' +
		'Transfer-Encoding: chunked\r\n\r\n',
		...parts.map((part) =>
		    `${Buffer.byteLength(part).toString(16)}\r\n${part}\r\n`),
		'0\r\n\r\n'
	];
}

// Send parts one by one, each after a request of somebody else was answered.
async function trickle(stack, parts) {
	const connection = await Connection.open(stack.http);
	const answer = connection.send(parts[0]);
	for (const part of parts.slice(1)) {
		await barrier(stack.http);
		connection.socket.write(part);
	}
	return within(answer, 'the answer to a request in parts')
	    .finally(() => connection.close());
}

function bodyCases(stack) {
	test('a body in chunks arrives whole', async () => {
		const channel = freshChannel();
		const [client] = await subscribed(stack(), 1, channel);
		const text = JSON.stringify(
		    [client.message(channel, { data: 'größe ✓' })]);
		const reply = await trickle(stack(), chunked([text.slice(0, 9),
			text.slice(9, 30), text.slice(30)]));
		assert.equal(reply.status, 200, reply.text);
		assert.equal(events(reply.json)[0].data, 'größe ✓');
	});

	test('a body that comes late and in pieces arrives whole', async () => {
		const client = await new Client(stack().http).join();
		const body = JSON.stringify(
		    [client.message(freshChannel(), { data: 1 })]);
		const head = 'POST /cometd HTTP/1.1\r\nHost: 127.0.0.1\r\n' +
		    `Content-Length: ${body.length}\r\n\r\n`;
		const reply = await trickle(stack(), [head.slice(0, 20),
			head.slice(20), body.slice(0, 1), body.slice(1)]);
		assert.equal(reply.status, 200, reply.text);
		assert.equal(reply.json[0].successful, true);
	});

	test('100 KB go through unchanged, up and down', async () => {
		const channel = freshChannel();
		const [client] = await subscribed(stack(), 1, channel);
		const data = 'ü0123456789abcd\\'.repeat(6400);
		const heard = [];
		const reply = await client.publish(channel, data, {}, heard);
		assert.equal(reply.successful, true);
		assert.deepEqual(heard.map((event) => event.data), [data]);
	});

	test('an empty body is refused by the process', async () => {
		const reply = await post(stack().http, '');
		assert.equal(reply.status, 400);
		await assertAsFrom(stack(), reply, '');
	});
}

function answerCases(stack) {
	const refusals = { 400: 'no JSON', 413: ' '.repeat(300 * 1024) };

	for (const [status, body] of Object.entries(refusals)) {
		test(`${status} comes as the process wrote it`, async () => {
			const reply = await post(stack().http, body);
			assert.equal(reply.status, Number(status));
			await assertAsFrom(stack(), reply, body);
		});
	}

	test('405 comes as the process wrote it', async () => {
		const reply = await request(stack().http, { method: 'PUT',
			body: '[]' });
		assert.equal(reply.status, 405);
		assert.match(reply.header('Allow'), /POST/);
	});

	test('headers of a reply come as the process wrote them', async () => {
		const body = [{ channel: '/meta/connect', id: '7',
			clientId: 'nobody', connectionType: 'long-polling' }];
		const reply = await post(stack().http, body);
		assert.equal(reply.status, 200);
		await assertAsFrom(stack(), reply, body);
	});

	test('the browser cookie goes out and comes back', async () => {
		const body = [{ channel: '/meta/handshake', id: '1',
			version: '1.0',
			supportedConnectionTypes: ['long-polling'] }];
		const first = await post(stack().http, body);
		const [cookie, ...how] =
		    first.header('Set-Cookie').split('; ');
		assert.match(cookie, /^BAYEUX_BROWSER=[0-9a-z]{16}$/);
		assert.deepEqual(how, ['Path=/', 'HttpOnly', 'SameSite=Lax']);
		const next = await post(stack().http, body,
		    { headers: { Cookie: cookie } });
		assert.equal(next.json[0].successful, true);
		assert.equal(next.header('Set-Cookie'), undefined);
	});
}

function holdCases(stack) {
	test('a connect is held until its own timeout', async () => {
		const [client, other] = await joined(stack().http, 2);
		const held = await client.hold();
		for (const timeout of [1500, 300]) {
			const message = other.connectMessage(
			    { advice: { timeout } });
			const began = performance.now();
			const [reply, ...more] = await other.send([message]);
			// The process counts whole milliseconds.
			assert.ok(performance.now() - began > timeout - 1);
			assert.equal(reply.id, message.id);
			assert.equal(reply.successful, true);
			assert.deepEqual(more, []);
		}
		assert.equal(held.settled, false);
		await client.disconnect();
		const [last] = await held.replies();
		assert.equal(last.advice.reconnect, 'none');
	});

	test('a message ends the hold', async () => {
		const channel = freshChannel();
		const [client, other] = await subscribed(stack(), 2, channel);
		const held = await client.hold();
		assert.equal(held.settled, false);
		await other.publish(channel, 'x');
		assertEventOnce(await held.replies(), 'x');
	});

	test('a newer connect ends the older with 409', async () => {
		const channel = freshChannel();
		const [client] = await subscribed(stack(), 1, channel);
		const older = await client.hold();
		// A thread of its own may bring it later than others theirs.
		await untilInHand(stack(), 1);
		const newer = await client.hold();
		const superseded = await older.response();
		assert.equal(superseded.status, 409);
		assert.equal(superseded.text, '');
		const [sender] = await joined(stack().http, 1);
		await sender.publish(channel, 1);
		assertEventOnce(await newer.replies(), 1);
	});

	for (const leave of ['close', 'abort']) {
		test(`after ${leave}() the returning client gets what follows`,
		    async () => {
			const channel = freshChannel();
			const [client, sender] =
			    await subscribed(stack(), 2, channel);
			const { connection } = await holdOnUsed(stack(),
			    client);
			connection[leave]();
			// Clients ask like this whether they are back.
			await client.connect({ advice: { timeout: 0 } });
			const held = await client.hold();
			await sender.publish(channel, leave);
			assertEventOnce(await held.replies(), leave);
		});
	}
}

function goneCases(stack, ways) {
	for (const leave of ways) {
		test(`after ${leave}() messages wait for the client`,
		    async () => {
			const channel = freshChannel();
			const [client, sender] =
			    await subscribed(stack(), 2, channel);
			const { connection } = await holdOnUsed(stack(),
			    client);
			connection[leave]();
			await untilInHand(stack(), 0);
			await sender.publish(channel, leave);
			await assertQueued(client, leave);
		});
	}
}

function restartCases(stack) {
	test('held requests are answered when the process ends', async () => {
		const clients = await joined(stack().http, 20);
		const held = await Promise.all(clients.map((one) =>
		    one.hold()));
		await untilInHand(stack(), 20);
		await stack().restartProcess();
		for (const one of held) {
			const [reply] = await one.replies();
			assert.equal(reply.successful, true);
			assert.equal(reply.advice.reconnect, 'retry');
		}
		await assertRecover(clients);
	});

	test('clients recover when the process is killed', async () => {
		const clients = await joined(stack().http, 20);
		const held = await Promise.all(clients.map((one) =>
		    one.hold()));
		await untilInHand(stack(), 20);
		await stack().killProcess('SIGKILL');
		for (const one of held)
			assert.ok((await one.response()).status >= 500);
		assert.ok((await post(stack().http, [])).status >= 500);
		await stack().startProcess();
		await stack().answers();
		await assertRecover(clients);
	});

	test('messages survive a restart of the web server', async () => {
		const channel = freshChannel();
		const clients = await subscribed(stack(), 20, channel);
		await Promise.all(clients.map((one) => one.hold()));
		await untilInHand(stack(), 20);
		await stack().server.end('SIGTERM');
		await untilInHand(stack(), 0);
		await publishDirectly(stack(), channel, 'kept');
		await stack().startFront(100);
		for (const client of clients) {
			client.address = stack().http;
			await assertQueued(client, 'kept');
		}
	});
}

// Unknown to the new process, told so, and back at work.
async function assertRecover(clients) {
	const [first] = clients;
	const [reply] = await first.connect();
	assert.equal(reply.successful, false);
	assert.equal(reply.advice.reconnect, 'handshake');
	const channel = freshChannel();
	for (const client of clients) {
		await client.join();
		assert.equal((await client.subscribe(channel)).successful,
		    true);
	}
	const held = await Promise.all(clients.slice(1).map((one) =>
	    one.hold()));
	await first.publish(channel, 'again');
	for (const one of held)
		assertEventOnce(await one.replies(), 'again');
}

// While there is no web server: the sender speaks FastCGI.
async function publishDirectly(stack, channel, data) {
	const reply = await exchange(stack.fcgi, [{ channel: '/meta/handshake',
		id: '1', version: '1.0',
		supportedConnectionTypes: ['long-polling'] }]);
	const { clientId } = reply.json[0];
	const sent = await exchange(stack.fcgi,
	    [{ channel, clientId, id: '2', data }]);
	assert.equal(sent.json[0].successful, true, sent.text);
}

// Run work(item) for all items, so many at a time, each lane with its own
// connection.
async function lanes(stack, count, items, work) {
	const rest = [...items];
	await Promise.all(Array.from({ length: count }, async () => {
		let connection;
		while (rest.length > 0) {
			const item = rest.pop();
			if (!connection || connection.socket.destroyed ||
			    connection.used >= 50) {
				connection?.close();
				connection = await Connection.open(stack.http);
				connection.used = 0;
			}
			connection.used++;
			await work(item, connection);
		}
		connection?.close();
	}));
}

async function sendOn(connection, messages) {
	const response = await within(connection.request(
	    { body: JSON.stringify(messages) }), 'the answer of one of many');
	assert.equal(response.status, 200, response.text);
	return response.json;
}

async function joinMany(stack, count, channel) {
	const clients = Array.from({ length: count },
	    () => new Client(stack.http));
	await lanes(stack, 20, clients, async (client, connection) => {
		const [hello] = await sendOn(connection,
		    [{ channel: '/meta/handshake', id: '1', version: '1.0',
			supportedConnectionTypes: ['long-polling'] }]);
		client.clientId = hello.clientId;
		const replies = await sendOn(connection, [
			client.message('/meta/subscribe',
			    { subscription: channel }),
			client.connectMessage()
		]);
		assert.ok(replies.every((reply) => reply.successful));
	});
	return clients;
}

async function assertManyHeld(stack, count) {
	const channel = freshChannel();
	const clients = await joinMany(stack, count, channel);
	const sender = await new Client(stack.http).join();
	await untilInHand(stack, 0);
	const polls = await Promise.all(clients.map(async (client) => {
		const connection = await Connection.open(stack.http);
		const answer = sendOn(connection, [client.connectMessage()]);
		answer.catch(() => {});
		return { connection, answer };
	}));
	await untilInHand(stack, count);
	const page = await request(stack.http, { method: 'GET', path: '/' });
	assert.equal(page.status, 200);
	assert.equal((await sender.publish(channel, 'all')).successful, true);
	for (const { connection, answer } of polls) {
		assertEventOnce(await answer, 'all');
		connection.close();
	}
	await lanes(stack, 20, clients, async (client, connection) => {
		const replies = await sendOn(connection,
		    [client.connectMessage({ advice: { timeout: 0 } })]);
		assert.equal(replies.length, 1, JSON.stringify(replies));
	});
}

// A stack for all tests that register registers.
export function withStack(name, options, register) {
	describe(name, () => {
		let stack;
		before(async () => {
			stack = await startStack(options);
		});
		after(() => stack?.stop());
		register(() => stack);
	});
}

export function frontCases(front, { gone = [] }) {
	withStack(`${front}`, { front, maxHeld: 100, options: {
		timeout: '150s', max_message_size: '256KiB' } }, (stack) => {
		pathCases(stack);
		expiryCases(stack);
		bodyCases(stack);
		answerCases(stack);
		holdCases(stack);
		goneCases(stack, gone);
		restartCases(stack);
	});

	withStack(`${front} and a limit`, { front, maxHeld: 100, options: {
		timeout: '150s', max_connections_per_address: 3 } },
	(stack) => {
		test('503 comes as the process wrote it', async () => {
			for (let i = 1; i <= 3; i++) {
				const client = await new Client(stack().http)
				    .join();
				await client.hold();
				await untilInHand(stack(), i);
			}
			const body = [{ channel: '/meta/handshake' }];
			const reply = await post(stack().http, body);
			assert.equal(reply.status, 503);
			await assertAsFrom(stack(), reply, body);
		});
	});

	withStack(`${front} as in the example`, { front, maxHeld: 'example',
		options: { timeout: '150s' } },
	(stack) => {
		test('2000 clients are held, and one message reaches each once',
		    () => assertManyHeld(stack(), 2000));
	});
}
