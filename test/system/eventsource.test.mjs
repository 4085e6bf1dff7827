// eventsource.test.mjs - events on a response that does not end (rule 92).

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { Client, barrier, events, freshChannel, joined, send, types }
	from './support/bayeux.mjs';
import { Peer, conversation } from './support/fastcgi.mjs';
import { request } from './support/raw.mjs';
import { startStack } from './support/stack.mjs';
import { EventStream } from './support/stream.mjs';
import { inTime, moment, until } from './support/wait.mjs';

const TYPE = 'eventsource';
const ORIGIN = 'https://page.example.org';
const wake = { timeout: 0 };

// On lasting there are no signs of life: with the second of them what was
// written before is taken to have come.
let stack;
let lasting;
before(async () => {
	[stack, lasting] = await Promise.all(['1s', '1h'].map((heartbeat) =>
		startStack({ options: { timeout: '600s', heartbeat,
			log_level: 'debug', allowed_origins: ORIGIN } })));
});
after(() => Promise.all([stack, lasting].map((one) => one?.stop())));

async function withStack(options, use) {
	const own = await startStack({ options: { timeout: '600s',
		heartbeat: '1s', log_level: 'debug', ...options } });
	try {
		await use(own);
	} finally {
		await own.stop();
	}
}

// A client that is subscribed to channel.
async function member(channel, on = stack, headers = {}) {
	const client = await new Client(on.http, headers).join();
	await client.subscribe(channel);
	return client;
}

function open(client, options = {}) {
	return EventStream.open(client.address, client.clientId,
	    { ...options, headers: { ...client.headers, ...options.headers } });
}

// The same, once it has begun.
async function listen(client, options) {
	const stream = await open(client, options);
	assert.equal(stream.status, 200);
	await stream.first();
	return stream;
}

function connectForStream(client) {
	return client.connect({ connectionType: TYPE });
}

test('rule 92: the first bytes come at once, and nothing is kept', async () => {
	const [client] = await joined(stack.http, 1);
	const stream = await open(client);
	assert.equal(stream.status, 200);
	assert.match(stream.headers['content-type'],
	    /^text\/event-stream;charset=utf-8$/i);
	assert.equal(stream.headers['cache-control'], 'no-cache, no-store');
	assert.equal(stream.headers['x-content-type-options'], 'nosniff');
	assert.equal(stream.headers['x-accel-buffering'], 'no');
	assert.equal(stream.headers['content-length'], undefined);
	await stream.first();
	assert.ok(stream.text.startsWith('retry: 5000\n:\n\n'), stream.text);
	stream.abort();
});

test('rule 92: events come while the response is open', async () => {
	const channel = freshChannel();
	const client = await member(channel);
	const stream = await listen(client);
	const [other] = await joined(stack.http, 1);
	for (let i = 0; i < 5; i++) {
		await other.publish(channel, i);
		assert.equal((await stream.data(i + 1)).at(-1), i);
	}
	const [event] = stream.events;
	assert.deepEqual(event, { id: event.id, channel, data: 0 });
	stream.abort();
});

test('rule 70: a thousand events come in order, each once', async () => {
	const channel = freshChannel();
	const client = await member(channel);
	const stream = await listen(client);
	const wanted = Array.from({ length: 1000 }, (_, i) => i);
	const [other] = await joined(stack.http, 1);
	for (let i = 0; i < 1000; i += 100)
		await other.send(wanted.slice(i, i + 100).map((data) =>
		    other.message(channel, { data })));
	assert.deepEqual(await stream.data(1000), wanted);
	const ids = stream.ids.map(Number);
	assert.deepEqual(ids, [...ids].sort((a, b) => a - b));
	stream.abort();
});

test('what comes on the stream rides with no reply', async () => {
	const channel = freshChannel();
	const client = await member(channel);
	const stream = await listen(client);
	for (let i = 0; i < 10; i++) {
		const rode = [];
		const reply = await client.publish(channel, i, {}, rode);
		assert.equal(reply.successful, true);
		assert.deepEqual(rode, []);
		assert.deepEqual(events(await connectForStream(client)), []);
	}
	assert.deepEqual(await stream.data(10), [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
	stream.abort();
});

test('nor with a connect that is held beside it', async () => {
	const channel = freshChannel();
	const client = await member(channel);
	const held = await client.hold();
	const stream = await listen(client);
	const [other] = await joined(stack.http, 1);
	await other.publish(channel, 1);
	assert.deepEqual(await stream.data(1), [1]);
	await barrier(stack.http);
	assert.equal(held.settled, false);
	// Once the stream is away, and nothing of it can be missing, the
	// connect is who gets them.
	await stream.beat(2);
	stream.abort();
	await until(() => stack.output.includes('event=stream_closed session=' +
	    client.clientId.slice(0, 8)), 'its leaving is noticed');
	await other.publish(channel, 2);
	assert.deepEqual(events(await held.replies())
	    .map((event) => event.data), [2]);
});

test('rule 92: connects are answered at once, and asked for seldom', async () => {
	const [client] = await joined(stack.http, 1);
	const stream = await listen(client);
	for (let i = 0; i < 2; i++) {
		const [reply, ...rest] = await connectForStream(client);
		assert.equal(reply.successful, true);
		assert.deepEqual(reply.advice, { reconnect: 'retry',
			interval: 600000, timeout: 0 });
		assert.deepEqual(rest, []);
	}
	stream.abort();
});

test('rule 81: a stream wants an id, and the cookie that goes with it',
	async () => {
		const cookie = { Cookie: 'BAYEUX_BROWSER=abcdefgh0123' };
		const client = await member(freshChannel(), stack, cookie);
		for (const [clientId, headers] of [['', cookie],
			['nobody', cookie], [`${client.clientId}x`, cookie],
			[client.clientId.slice(1), cookie],
			[client.clientId, {}],
			[client.clientId, { Cookie: 'BAYEUX_BROWSER=zzzzzzzz' }]]) {
			const stream = await EventStream.open(stack.http,
			    clientId, { headers });
			assert.equal(stream.status, 403, clientId);
			await stream.untilEnded();
		}
		const stream = await listen(client);
		stream.abort();
	});

test('rule 79: pages of others get none, those of allowed ones do', async () => {
	const [client] = await joined(stack.http, 1);
	const foreign = await open(client,
	    { headers: { Origin: 'https://evil.example.org' } });
	assert.equal(foreign.status, 403);
	assert.equal(foreign.headers['access-control-allow-origin'], undefined);
	const headers = { Origin: ORIGIN };
	const stream = await listen(client, { headers });
	const unknown = await EventStream.open(stack.http, 'nobody',
	    { headers });
	assert.equal(unknown.status, 403);
	for (const one of [stream, unknown]) {
		assert.equal(one.headers['access-control-allow-origin'],
		    ORIGIN);
		assert.equal(one.headers['access-control-allow-credentials'],
		    'true');
		assert.equal(one.headers.vary, 'Origin');
	}
	stream.abort();
});

test('a silent stream shows signs of life', async () => {
	const [client] = await joined(stack.http, 1);
	const stream = await listen(client);
	await stream.beat(2);
	assert.deepEqual(stream.events, []);
	stream.abort();
});

test('lines in a message do not break it', async () => {
	const channel = freshChannel();
	const client = await member(channel);
	const stream = await listen(client);
	const text = `[{"channel":"${channel}","clientId":"${client.clientId}"` +
	    ',"data":{\n"a"\r:\r\n["\\n\\r",\n\n1]}}]';
	assert.equal((await send(stack.http, text))[0].successful, true);
	assert.deepEqual(await stream.data(1), [{ a: ['\n\r', 1] }]);
	assert.match(stream.text, /\ndata: \[\{.*\}\]\n\n/);
	stream.abort();
});

test('an event may be longer than records are', async () => {
	const channel = freshChannel();
	const client = await member(channel);
	const stream = await listen(client);
	const data = 'ä€'.repeat(60000);
	await client.publish(channel, data);
	await client.publish(channel, 'end');
	assert.deepEqual(await stream.data(2), [data, 'end']);
	stream.abort();
});

test('rule 58: a disconnect ends it, with what waits', async () => {
	const channel = freshChannel();
	const client = await member(channel);
	const stream = await listen(client);
	const replies = await client.send([client.message(channel, { data: 1 }),
		client.message('/meta/disconnect')]);
	assert.deepEqual(replies.map((reply) => reply.successful), [true, true]);
	await stream.untilEnded();
	assert.deepEqual(stream.events.map((event) => event.data), [1]);
	assert.equal((await open(client)).status, 403);
});

test('a newer stream takes the place of the older', async () => {
	const channel = freshChannel();
	const client = await member(channel);
	const older = await listen(client);
	await client.publish(channel, 1);
	await older.data(1);
	const newer = await listen(client, { lastEventId: older.ids.at(-1) });
	await older.untilEnded();
	await client.publish(channel, 2);
	assert.deepEqual(await newer.data(1), [2]);
	assert.deepEqual(await older.data(1), [1]);
	newer.abort();
});

test('rule 84: the session lives while the stream is open, not longer', () =>
	inTime(moment, (mark) => withStack({ max_interval: `${moment}ms` },
	async (own) => {
		const channel = freshChannel();
		const client = new Client(own.http);
		mark();
		await client.handshake();
		mark();
		await client.subscribe(channel);
		mark();
		const stream = await open(client);
		mark();
		assert.equal(stream.status, 200);
		// Two in a second.
		await stream.beat(1 + 2 * moment / 500);
		await client.publish(channel, 1);
		assert.deepEqual(await stream.data(1), [1]);
		stream.abort();
		await until(() => own.output.includes('reason=expired'),
		    'the session expires');
		assert.equal((await open(client)).status, 403);
	})));

for (const [how, options] of [
	['in the header', (id) => ({ lastEventId: id })],
	['in the query', (id) => ({ query: `?x&lastEventId=${id}` })],
]) {
	test(`who says ${how} what it has gets the rest again`, async () => {
		const channel = freshChannel();
		const client = await member(channel, lasting);
		let stream = await listen(client);
		for (let i = 1; i <= 3; i++) {
			await client.publish(channel, i);
			await stream.data(i);
		}
		const [, first] = stream.ids;
		stream.abort();
		stream = await listen(client, options(first));
		await client.publish(channel, 4);
		assert.deepEqual(await stream.data(3), [2, 3, 4]);
		stream.abort();
		stream = await listen(client, options(stream.ids.at(-1)));
		await client.publish(channel, 5);
		assert.deepEqual(await stream.data(1), [5]);
		stream.abort();
	});
}

test('what happens while it is away waits for the stream', async () => {
	const channel = freshChannel();
	const client = await member(channel);
	let stream = await listen(client);
	await client.publish(channel, 1);
	await stream.data(1);
	const lastEventId = stream.ids.at(-1);
	stream.abort();
	await until(() => stack.output.includes('event=stream_closed session=' +
	    client.clientId.slice(0, 8)), 'its leaving is noticed');
	const [other] = await joined(stack.http, 1);
	await other.publish(channel, 2);
	await other.publish(channel, 3);
	stream = await listen(client, { lastEventId });
	assert.deepEqual(await stream.data(2), [2, 3]);
	stream.abort();
});

test('who does not say what it has gets nothing twice', async () => {
	const channel = freshChannel();
	const client = await member(channel);
	let stream = await listen(client);
	await client.publish(channel, 1);
	await stream.data(1);
	stream.abort();
	stream = await listen(client);
	await client.publish(channel, 2);
	assert.deepEqual(await stream.data(1), [2]);
	stream.abort();
});

test('who comes back too late has to shake hands', async () => {
	const channel = freshChannel();
	const client = await member(channel);
	let stream = await listen(client);
	await client.publish(channel, 1);
	await stream.data(1);
	await stream.beat(3);
	stream.abort();
	stream = await open(client, { lastEventId: '0' });
	assert.equal(stream.status, 403);
	const [reply] = await client.connect();
	assert.equal(reply.error, '402::session_unknown');
	assert.equal(reply.advice.reconnect, 'handshake');
});

test('who does not read overflows, and is told so when it does', () =>
	withStack({ max_queue_messages: 5 }, async (own) => {
		const channel = freshChannel();
		const client = await member(channel, own);
		const [other] = await joined(own.http, 1);
		const peer = await Peer.open(own.fcgi, { paused: true });
		await peer.write(conversation(1, '', { more: {
			REQUEST_METHOD: 'GET',
			REQUEST_URI: `/cometd/${client.clientId}`,
			HTTP_ACCEPT: 'text/event-stream',
		} }));
		await until(async () => {
			await other.publish(channel, 'x'.repeat(100000));
			return own.output.includes('reason=overflow');
		}, 'it overflows');
		peer.socket.resume();
		const { response } = await peer.answer(1);
		const last = response.text.split('\n\n').filter(Boolean).at(-1);
		const [message] = JSON.parse(last.replace(/^data: /, ''));
		assert.equal(message.error, '402::session_unknown');
		assert.deepEqual(message.advice,
		    { reconnect: 'handshake', interval: 0 });
		peer.close();
	}));

test('rule 46: streams count as held connects', async () => {
	const cookie = { Cookie: 'BAYEUX_BROWSER=tabsoftabs0123' };
	const all = [];
	for (let i = 0; i < 5; i++)
		all.push(await member(freshChannel(), stack, cookie));
	const streams = [];
	for (const client of all.slice(0, 3))
		streams.push(await listen(client));
	const held = await all[3].hold();
	assert.equal(held.settled, false);
	const refused = await open(all[4]);
	assert.equal(refused.status, 503);
	for (const options of [{ connectionType: TYPE }, {}]) {
		const [reply] = await all[4].connect(options);
		assert.equal(reply.advice['multiple-clients'], true);
		assert.equal(reply.advice.interval, 2000);
	}
	// Again in its own place is not one more.
	streams.push(await listen(all[0]));
	assert.equal((await open(all[4])).status, 503);
	await all[0].disconnect();
	const stream = await until(async () => {
		const next = await open(all[4]);
		return next.status === 200 && next;
	}, 'there is room');
	const [reply] = await connectForStream(all[4]);
	assert.equal(reply.advice.interval, 600000);
	for (const one of [stream, ...streams])
		one.abort();
	await all[3].disconnect();
	await held.response();
});

test('at a stop each stream ends, with advice', async () => {
	await withStack({}, async (own) => {
		const channel = freshChannel();
		const client = await member(channel, own);
		const stream = await listen(client);
		await client.publish(channel, 1);
		await stream.data(1);
		await own.restartProcess();
		await stream.untilEnded();
		const last = stream.events.at(-1);
		assert.equal(last.channel, '/meta/connect');
		assert.equal(last.successful, false);
		assert.equal(last.advice.reconnect, 'handshake');
		assert.equal((await open(client)).status, 403);
	});
});

test('with eventsource = no it is not there', () =>
	withStack({ eventsource: 'no' }, async (own) => {
		const client = new Client(own.http);
		const reply = await client.handshake();
		assert.deepEqual(reply.supportedConnectionTypes,
		    types.filter((type) => type !== TYPE));
		assert.equal((await open(client)).status, 400);
		// Rule 34: then it is a connect as any other.
		await client.connect();
		const held = await client.hold({ connectionType: TYPE });
		assert.equal(held.settled, false);
		await client.disconnect();
		await held.replies();
	}));

test('a GET that accepts something else is no stream', async () => {
	const [client] = await joined(stack.http, 1);
	const reply = await request(stack.http, { method: 'GET',
		path: `/cometd/${client.clientId}`,
		headers: { Accept: '*/*' } });
	assert.equal(reply.status, 400);
	const [connected] = await client.connect({ advice: wake });
	assert.equal(connected.successful, true);
});
