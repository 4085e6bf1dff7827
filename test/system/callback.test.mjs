// callback.test.mjs - callback-polling, which is JSONP (rules 5, 13, 14, 89).

import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import { after, before, test } from 'node:test';
import vm from 'node:vm';
import { Client, barrier, events, freshChannel, joined, post, types }
	from './support/bayeux.mjs';
import { makeDocument } from './support/clients.mjs';
import { exchange } from './support/fastcgi.mjs';
import { Connection, request } from './support/raw.mjs';
import { startStack } from './support/stack.mjs';
import { until, watch, within } from './support/wait.mjs';

const LISTED = 'http://app.example';
const handshake = { channel: '/meta/handshake', version: '1.0', id: '1',
	supportedConnectionTypes: types };

let stack;
before(async () => {
	stack = await startStack({ options: { timeout: '300s',
		max_message_size: '4KiB', max_batch: 5,
		allowed_origins: LISTED } });
});
after(() => stack?.stop());

// The path of a GET; fields: pairs of names and values, undefined for none.
function pathOf(...fields) {
	const query = fields.filter(([, value]) => value !== undefined)
	    .map((pair) => pair.map(encodeURIComponent).join('='));
	return `/cometd?${query.join('&')}`;
}

function get(fields, { on = stack, ...headers } = {}) {
	return request(on.http,
	    { method: 'GET', path: pathOf(...fields), headers });
}

const asked = (messages, jsonp) =>
	[['message', JSON.stringify(messages)], ['jsonp', jsonp]];

// What a browser's callback of that name is called with.
function run(response, name) {
	assert.equal(response.status, 200, response.text);
	const calls = [];
	const names = name.split('.');
	const last = names.pop();
	const scope = {};
	let at = scope;
	for (const each of names)
		at = at[each] = {};
	at[last] = (...args) => calls.push(args);
	vm.runInNewContext(response.text, scope);
	assert.equal(calls.length, 1);
	assert.equal(calls[0].length, 1);
	return JSON.parse(JSON.stringify(calls[0][0]));
}

test('rule 80: a handshake by script sets the cookie too', async () => {
	const response = await get(asked([handshake], 'cb'));
	assert.match(response.header('Set-Cookie'),
	    /^BAYEUX_BROWSER=[a-z0-9]{16}; Path=\/; HttpOnly; SameSite=Lax$/);
});

// A client whose every message is a script tag's.
class ScriptClient extends Client {
	async send(messages) {
		return run(await get(asked(messages, 'cb')), 'cb');
	}

	connectMessage(fields = {}) {
		return super.connectMessage({
			connectionType: 'callback-polling', ...fields });
	}

	async hold() {
		const connection = await Connection.open(this.address);
		const held = watch(connection.request({ method: 'GET',
			path: pathOf(...asked([this.connectMessage()], 'cb'))
		}));
		held.response = () => within(held.promise
		    .finally(() => connection.close()), 'a held connect');
		await barrier(this.address);
		return held;
	}
}

async function member() {
	const channel = freshChannel();
	const client = await new ScriptClient(stack.http).join();
	await client.subscribe(channel);
	return { client, channel };
}

function assertRefused(response, status) {
	assert.equal(response.status, status, response.text);
	assert.match(response.header('Content-Type'), /^text\/plain\b/);
	assert.equal(response.header('X-Content-Type-Options'), 'nosniff');
	assert.doesNotMatch(response.text, /[([]/);
}

test('rules 13, 15: the reply is a script under its headers', async () => {
	const response = await get(asked([handshake], 'cb'));
	assert.equal(response.header('Content-Type'),
	    'text/javascript;charset=UTF-8');
	assert.equal(response.header('Content-Disposition'),
	    'attachment; filename=f.txt');
	assert.equal(response.header('X-Content-Type-Options'), 'nosniff');
	assert.equal(response.header('Cache-Control'), 'no-cache, no-store');
	assert.equal(response.header('Vary'), 'Origin');
	assert.equal(response.header('Content-Length'),
	    String(response.body.length));
	assert.match(response.text, /^\/\*\*\/cb\(\[\{.*\}\]\);$/);
	const [reply] = run(response, 'cb');
	assert.equal(reply.successful, true);
	assert.deepEqual(reply.supportedConnectionTypes,
	    types);
});

for (const name of ['_cometd_jsonp_0', '__jsonp1__', 'a.b.$c',
	'dojo.io.script.jsonp_dojoIoScript1._jsonpCallback',
	'parent.dojo.cb', 'x'.repeat(128)]) {
	test(`rule 14, D6: the callback ${name.slice(0, 60)} is called`,
	    async () => {
		const [reply] = run(await get(asked([handshake], name)), name);
		assert.equal(reply.successful, true);
	});
}

for (const name of ['a-b', '1a', 'a..b', 'a(', 'alert(1)//', 'a;b', 'a[0]',
	'a b', '<script>', 'caf\u00e9', '\u2028',
	'x'.repeat(129)]) {
	test(`rule 14: ${JSON.stringify(name).slice(0, 20)} is no callback`,
	    async () => {
		assertRefused(await get(asked([handshake], name)), 400);
	});
}

// A web server may refuse these itself.
for (const escape of ['%00', '%0a', '%0d%0a', '%7f', '%c0%af', '%', '%4']) {
	test(`rule 14: with ${escape} it is no callback`, async () => {
		const path = pathOf(...asked([handshake], 'a')) + escape;
		const query = path.slice(path.indexOf('?') + 1);
		const response = await exchange(stack.fcgi, '', { more: {
			REQUEST_METHOD: 'GET', CONTENT_TYPE: '',
			REQUEST_URI: path, QUERY_STRING: query } });
		assertRefused(response, 400);
	});
}

test('rule 14: with a bad callback nothing is done', async () => {
	const { client, channel } = await member();
	const message = client.message(channel, { data: 'no' });
	assertRefused(await get(asked([message], 'a-b')), 400);
	// Not even looked at: it would be 413.
	assertRefused(await get(asked(Array(6).fill(message), 'a-b')), 400);
	assertRefused(await get(asked(Array(6).fill(message), 'ab')), 413);
	await client.publish(channel, 'yes');
	const replies = await client.connect();
	assert.deepEqual(events(replies), [{ channel, data: 'yes' }]);
});

test('rule 5: without jsonp the callback is jsonpcallback', async () => {
	for (const jsonp of [undefined, '']) {
		const [reply] = run(await get(asked([handshake], jsonp)),
		    'jsonpcallback');
		assert.equal(reply.successful, true);
	}
});

for (const fields of [[], [['jsonp', 'cb']], [['message', '']],
	[['message', '[]']], [['message', 'x'], ['jsonp', 'cb']],
	[['message', '[{}'], ['jsonp', 'cb']], [['other', '[{}]']],
	[['message', '[{}]'], ['message', '1']]]) {
	test(`rules 5, 9: ${pathOf(...fields)} is 400`, async () => {
		assertRefused(await get(fields), 400);
	});
}

test('rule 9: a query over max_message_size is 413', async () => {
	assertRefused(await get(asked([{ ...handshake,
		x: 'x'.repeat(5000) }], 'cb')), 413);
});

test('rule 4: several message fields are one batch, in order', async () => {
	const { client, channel } = await member();
	const [a, b, c] = ['a', 'b', 'c'].map((data) =>
	    client.message(channel, { data }));
	const replies = run(await get([['message', JSON.stringify(a)],
		['jsonp', 'cb'], ['message', JSON.stringify([b, c])]]), 'cb');
	assert.deepEqual(replies.map((one) => one.id), [a.id, b.id, c.id]);
	assert.deepEqual(events(await client.connect())
	    .map((one) => one.data), ['a', 'b', 'c']);
});

test('rule 6: any sub-path will do', async () => {
	const path = pathOf(...asked([handshake], 'cb'))
	    .replace('/cometd', '/cometd/handshake');
	const response = await request(stack.http, { method: 'GET', path });
	assert.equal(run(response, 'cb')[0].successful, true);
});

test('rule 89: only connects bring events', async () => {
	const { client, channel } = await member();
	const brought = [];
	await client.publish(channel, 1, {}, brought);
	await client.subscribe('/another', brought);
	assert.deepEqual(brought, []);
	assert.deepEqual(events(await client.connect()),
	    [{ channel, data: 1 }]);
});

test('rules 69, 89: what a publish leaves wakes the held connect',
    async () => {
	const { client, channel } = await member();
	const held = await client.hold();
	assert.equal(held.settled, false);
	const brought = [];
	await client.publish(channel, 'mine', {}, brought);
	assert.deepEqual(brought, []);
	assert.deepEqual(events(run(await held.response(), 'cb')),
	    [{ channel, data: 'mine' }]);
});

test('rule 89: a held connect is woken by others', async () => {
	const { client, channel } = await member();
	const held = await client.hold();
	const [other] = await joined(stack.http, 1);
	await other.publish(channel, 'theirs');
	const replies = run(await held.response(), 'cb');
	assert.deepEqual(replies[0], { channel, data: 'theirs' });
	assert.equal(replies[1].successful, true);
});

test('rule 39: a change of transport brings advice, once', async () => {
	const client = new Client(stack.http);
	await client.handshake();
	const script = new ScriptClient(stack.http);
	script.clientId = client.clientId;
	const [first] = await script.connect();
	assert.deepEqual(first.advice,
	    { reconnect: 'retry', interval: 0, timeout: 300000 });
	const [, second] = await script.send([script.message('/x', { data: 1 }),
		script.connectMessage()]);
	assert.equal(second.successful, true);
	assert.equal(second.advice, undefined);
});

test('rule 42: a superseded script is a status without a body', async () => {
	const { client } = await member();
	const older = await client.hold();
	await client.connect({ advice: { timeout: 0 } });
	const response = await older.response();
	assert.equal(response.status, 409);
	assert.equal(response.body.length, 0);
});

test('rule 13: U+2028 and U+2029 are escaped in scripts alone', async () => {
	const { client, channel } = await member();
	const plain = await new Client(stack.http).join();
	await plain.subscribe(channel);
	const data = 'a\u2028b\u2029c\u2027\u20ac\u{1f600}';
	const [other] = await joined(stack.http, 1);
	await other.publish(channel, data);
	const response = await get(asked([client.connectMessage()], 'cb'));
	assert.match(response.text, /a\\u2028b\\u2029c/);
	assert.doesNotMatch(response.text, /[\u2028\u2029]/);
	assert.equal(response.header('Content-Length'),
	    String(response.body.length));
	assert.deepEqual(events(run(response, 'cb')), [{ channel, data }]);
	const bytes = await post(stack.http, [plain.connectMessage()]);
	assert.match(bytes.text, /a\u2028b\u2029c/);
});

test('D6: a handshake without connection types is answered', async () => {
	const [reply] = run(await get(asked([{ channel: '/meta/handshake',
		version: '1.0', minimumVersion: '0.9', id: '0' }],
	    'dojo.cb')), 'dojo.cb');
	assert.equal(reply.successful, true);
	assert.equal(reply.id, '0');
});

for (const [what, headers, status] of [
	['no word of where it is', {}, 200],
	['our origin', { 'Sec-Fetch-Site': 'same-origin' }, 200],
	['a person who typed', { 'Sec-Fetch-Site': 'none' }, 200],
	['another site', { 'Sec-Fetch-Site': 'cross-site' }, 403],
	['the same site', { 'Sec-Fetch-Site': 'same-site' }, 403],
	['another referer', { Referer: 'http://evil.example/x' }, 403],
	['another origin', { Origin: 'http://evil.example' }, 403],
	['no origin', { Origin: 'null' }, 403],
	['our referer', { Host: 'h', Referer: 'http://h/chat/?x' }, 200],
	['a listed referer', { Referer: `${LISTED}/x` }, 200],
	['a listed site', { 'Sec-Fetch-Site': 'cross-site',
		Referer: `${LISTED}/` }, 200],
	['a listed origin', { 'Sec-Fetch-Site': 'cross-site',
		Origin: LISTED }, 200],
	['our referer, sent on by another', { Host: 'h',
		'Sec-Fetch-Site': 'cross-site', Referer: 'http://h/' }, 403],
]) {
	test(`a script tag with ${what} is ${status}`, async () => {
		const response = await get(asked([handshake], 'cb'), headers);
		if (status === 200)
			assert.equal(run(response, 'cb')[0].successful, true);
		else
			assertRefused(response, status);
	});
}

test('of a refused script tag nothing is done', async () => {
	const { client, channel } = await member();
	const held = await client.hold();
	assertRefused(await get(asked([client.message(channel, { data: 1 })],
	    'cb'), { 'Sec-Fetch-Site': 'cross-site' }), 403);
	await client.publish(channel, 2);
	assert.deepEqual(events(run(await held.response(), 'cb')),
	    [{ channel, data: 2 }]);
});

test('with callback_polling = no it is not there', async () => {
	const without = await startStack({ options: {
		callback_polling: 'no' } });
	try {
		assertRefused(await get(asked([handshake], 'cb'),
		    { on: without }), 400);
		const [reply] = (await post(without.http, [handshake])).json;
		assert.deepEqual(reply.supportedConnectionTypes,
		    types.filter((type) => type !== 'callback-polling'));
	} finally {
		await without.stop();
	}
});

test('rule 13: Faye goes by JSONP alone', async () => {
	const require = createRequire(import.meta.url);
	const faye = require('faye');
	const JSONP = require('faye/src/transport/jsonp');
	require('faye/src/transport/transport')
	    .register('callback-polling', JSONP);
	const channel = freshChannel();
	const received = [];
	globalThis.document = makeDocument(stack.http);
	const client = new faye.Client(`${stack.url}/cometd`, { retry: 0.2 });
	try {
		for (const type of ['websocket', 'eventsource', 'long-polling',
			'cross-origin-long-polling'])
			client.disable(type);
		await within(client.subscribe(channel, (data) =>
			received.push(data)), 'a subscription');
		assert.equal(client._dispatcher.connectionType,
		    'callback-polling');
		for (let i = 0; i < 3; i++)
			await within(client.publish(channel,
			    { i, text: 'a\u2028b' }), 'an answer');
		await until(() => received.length >= 3, 'all are there');
		assert.deepEqual(received, [0, 1, 2].map((i) =>
		    ({ i, text: 'a\u2028b' })));
		const [other] = await joined(stack.http, 1);
		await other.publish(channel, 'from another');
		await until(() => received.length >= 4, 'another is heard');
		assert.equal(received[3], 'from another');
	} finally {
		await within(client.disconnect(), 'Faye leaves');
		delete globalThis.document;
	}
});
