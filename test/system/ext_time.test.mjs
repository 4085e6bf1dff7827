// ext_time.test.mjs - the server's time, as clients are told it: timesync of
// both generations and timestamps (rules 100 to 102), through lighttpd.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { Client, barrier, events, freshChannel, joined, send }
	from './support/bayeux.mjs';
import { CometdClient, replies } from './support/clients.mjs';
import { startStack } from './support/stack.mjs';
import { until, within } from './support/wait.mjs';

const { TimeStampExtension, TimeSyncExtension } = await import('cometd');

// As shipped; and with timestamps, but without timesync.
let usual;
let stamped;
before(async () => {
	[usual, stamped] = await Promise.all([
		{ timeout: '600s' },
		{ timeout: '600s', timesync: 'no', timestamp: 'yes' },
	].map((options) => startStack({ options })));
});
after(() => Promise.all([usual, stamped].map((stack) => stack?.stop())));

const HOUR = 3600000;

const handshake = (timesync) => ({ channel: '/meta/handshake',
	version: '1.0', supportedConnectionTypes: ['long-polling'],
	ext: { timesync } });

// The server's clock is that of this machine, if nobody sets it meanwhile.
async function timed(ask) {
	const from = Date.now();
	const answer = await ask();
	return { answer, from, to: Date.now() };
}

test('rule 100: ts is when it came, a is what the guess is wrong by',
    async () => {
	for (const { l, o, tc } of [
		{ tc: 0, l: 0, o: 0 },
		{ tc: Date.now(), l: 0, o: 0 },
		{ tc: Date.now() - HOUR, l: 7, o: 12 },
		{ tc: Date.now() + HOUR, l: 100, o: -20 },
		{ tc: -1, l: -1, o: -1 },
		{ tc: 2 ** 51, l: 2 ** 51, o: -(2 ** 50) },
	]) {
		const { answer: [reply], from, to } = await timed(() =>
			send(usual.http, [handshake({ tc, l, o })]));
		const { timesync, ...others } = reply.ext;
		assert.deepEqual(others, {});
		assert.deepEqual(Object.keys(timesync),
		    ['tc', 'ts', 'p', 'a']);
		assert.equal(timesync.tc, tc);
		assert.ok(from <= timesync.ts && timesync.ts <= to);
		assert.ok(timesync.p >= 0 && timesync.p <= to - from);
		assert.equal(timesync.a, tc + l + o - timesync.ts);
	}
});

test('rule 100: a guess that is good is left alone', async () => {
	// So much is wrong however long the request takes.
	for (const wrong of [-HOUR, HOUR]) {
		const [reply] = await send(usual.http, [handshake({
			tc: Date.now(), l: 1, o: wrong })]);
		assert.ok(Math.abs(reply.ext.timesync.a) >= 25);
	}
	// And one of these is good, if it takes up to half a minute.
	const client = await new Client(usual.http).join();
	const tc = Date.now();
	const lags = Array.from({ length: 1000 }, (_, i) =>
	    1 + 10 * i + 30 * Math.max(0, i - 100));
	const replies = await client.send(lags.map((l) =>
	    client.message('/meta/unsubscribe', { subscription: '/a',
		ext: { timesync: { tc, l, o: 0 } } })));
	const { ts } = replies.at(-1).ext.timesync;
	for (const [i, reply] of replies.entries()) {
		assert.equal(reply.successful, true);
		assert.equal('ext' in reply,
		    Math.abs(tc + lags[i] - ts) >= 25);
	}
	assert.ok(replies.some((reply) => !('ext' in reply)));
});

test('rule 100: without l there is no a, and always an answer', async () => {
	const [reply] = await send(usual.http, [handshake({ tc: Date.now() })]);
	assert.deepEqual(Object.keys(reply.ext.timesync), ['tc', 'ts', 'p']);
});

test('rule 100: p has the time for which a connect was held', async () => {
	const channel = freshChannel();
	const [to, from] = await joined(usual.http, 2);
	await to.subscribe(channel);
	const tc = Date.now();
	const held = await to.hold({ ext: { timesync: { tc, l: 0, o: 0 } } });
	const since = Date.now();
	await barrier(usual.http);
	const before = Date.now();
	await from.publish(channel, 1);
	const { timesync } = (await held.replies()).at(-1).ext;
	const end = Date.now();
	assert.ok(timesync.p >= before - since, `${timesync.p}`);
	assert.ok(timesync.p <= end - tc);
	assert.ok(timesync.ts >= tc && timesync.ts <= since);
	assert.equal(timesync.a, tc - timesync.ts);
});

test('rule 100: each /meta/ message is answered, and no other', async () => {
	const client = await new Client(usual.http).join();
	const ext = { timesync: { tc: 1 } };
	const channel = freshChannel();
	for (const [name, fields, told] of [
		['/meta/subscribe', { subscription: channel }, true],
		['/meta/subscribe', { subscription: '//' }, true],
		['/meta/unsubscribe', { subscription: channel }, true],
		['/meta/connect', { advice: { timeout: 0 } }, true],
		['/metal/a', { data: 1 }, false],
		[channel, { data: 1 }, false],
		['/service/none', { data: 1 }, false],
		['/meta/disconnect', {}, true],
		['/meta/connect', {}, true],
	]) {
		const reply = await client.one(client.message(name,
		    { ...fields, ext }));
		assert.equal(reply.ext?.timesync?.tc, told ? 1 : undefined,
		    JSON.stringify(reply));
	}
});

test('rule 100: what is malformed gets no answer, and does no harm',
    async () => {
	for (const timesync of ['{}', '[]', '1', 'null', '"tc"',
		'{"tc":"1"}', '{"tc":1.5}', '{"tc":null}', '{"tc":1e999}',
		'{"tc":18446744073709551616}', '{"tc":1,"l":"0"}',
		'{"tc":1,"l":0,"o":[]}', '{"tc":1,"l":1e300,"o":-1e300}']) {
		const [reply] = await send(usual.http, '[{"channel":' +
		    '"/meta/handshake","version":"1.0",' +
		    '"supportedConnectionTypes":["long-polling"],' +
		    `"ext":{"timesync":${timesync}}}]`);
		assert.equal(reply.successful, true);
		assert.ok(!('ext' in reply), timesync);
	}
});

// dojox.cometd 1.x, as it is written down in the notes.
test('rule 101: four pings of the draft are answered with the time, and are ' +
    'not worth a line in the log', async () => {
	const client = await new Client(usual.http).join();
	const log = usual.output;
	for (let sample = 0; sample < 4; sample++) {
		const tc = Date.now();
		const message = client.message('/meta/ping', { data: null,
			ext: { timesync: { tc } } });
		const { answer: [reply], from, to } = await timed(() =>
			client.send([message]));
		const { ts, p } = reply.ext.timesync;
		assert.deepEqual(reply, { channel: '/meta/ping',
			id: message.id, successful: false,
			error: '403:denied_by_security_policy:' +
			    'channel_create_denied',
			ext: { timesync: { tc, ts, p } } });
		assert.ok(from <= ts && ts + p <= to);
	}
	await client.disconnect();
	const logged = () => usual.output.slice(log.length);
	await until(() => /reason=disconnect/.test(logged()),
	    'its leaving is in the log');
	assert.doesNotMatch(logged(), /ping|warning|error/);
});

// Run use while this process believes it is earlier by that much.
async function withClockBehind(msec, use) {
	const RealDate = globalThis.Date;
	globalThis.Date = class extends RealDate {
		constructor(...parts) {
			super(...parts.length > 0 ? parts :
			    [RealDate.now() - msec]);
		}
	};
	try {
		await use();
	} finally {
		globalThis.Date = RealDate;
	}
}

for (const behind of [0, HOUR, -25 * HOUR]) {
	test(`the client of npm, ${behind / HOUR} hours behind, learns the ` +
	    'time', () =>
		withClockBehind(behind, async () => {
			const client = new CometdClient(usual);
			const timesync = new TimeSyncExtension();
			client.client.registerExtension('timesync', timesync);
			try {
				await within(client.handshake(), 'handshake');
				const [reply] = replies(client,
				    '/meta/handshake');
				assert.equal(typeof reply.ext.timesync.a,
				    'number');
				await client.subscribe(freshChannel());
				assert.ok(Math.abs(timesync.getServerTime() -
				    Date.now()) < 60000);
				assert.ok(Math.abs(timesync.getTimeOffset() -
				    behind) < 60000);
				assert.ok(Number.isInteger(
				    timesync.getNetworkLag()));
				assert.deepEqual(client.failures, []);
			} finally {
				await client.disconnect();
			}
		}));
}

test('timesync = no: nobody is told', async () => {
	const [reply] = await send(stamped.http, [handshake({ tc: 1 })]);
	assert.equal(reply.successful, true);
	assert.ok(!('ext' in reply));
});

const ISO = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/;

test('rule 102: with timestamps, all replies and events have the time at ' +
    'which they were written', async () => {
	const channel = freshChannel();
	const { answer, from, to } = await timed(async () => {
		const client = await new Client(stamped.http).join();
		return [await client.subscribe(channel),
			...await client.send([client.message(channel,
			    { data: 1, timestamp: 'never' })]),
			...await client.send([client.message('//')]),
			...await client.connect({ advice: { timeout: 0 } }),
			await client.disconnect()];
	});
	assert.equal(answer.length, 6);
	for (const message of answer) {
		assert.match(message.timestamp, ISO);
		const time = Date.parse(message.timestamp);
		assert.ok(from <= time && time <= to, message.timestamp);
	}
	assert.equal(events(answer).length, 1);
});

test('rule 102: by default nothing has, whatever its sender says', async () => {
	const channel = freshChannel();
	const client = await new Client(usual.http).join();
	await client.subscribe(channel);
	const messages = await client.send([client.message(channel,
	    { data: 1, timestamp: new Date().toUTCString() })]);
	assert.equal(messages.length, 2);
	for (const message of messages)
		assert.ok(!('timestamp' in message));
});

test('rule 102: the client of npm says when, and is told when', async () => {
	const client = new CometdClient(stamped);
	client.client.registerExtension('timestamp', new TimeStampExtension());
	try {
		await within(client.handshake(), 'a handshake');
		const channel = freshChannel();
		const received = await client.subscribe(channel);
		await client.publish(channel, 1);
		await until(() => received.length === 1, 'it has the event');
		for (const { timestamp } of client.sent)
			assert.match(timestamp, / GMT$/);
		for (const { timestamp } of [...received, ...client.got
		    .filter((message) => message.failure === undefined)])
			assert.match(timestamp, ISO);
		assert.deepEqual(client.failures, []);
	} finally {
		await client.disconnect();
	}
});
