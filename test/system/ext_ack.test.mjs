// ext_ack.test.mjs - acknowledged messages through lighttpd: each way to lose
// an answer, in raw conversations and with the client of npm (rules 96 to 99).

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { Client, barrier, events, freshChannel, joined }
	from './support/bayeux.mjs';
import { CometdClient, datas, receives, replies } from './support/clients.mjs';
import { Peer, conversation, exchange } from './support/fastcgi.mjs';
import { startStack } from './support/stack.mjs';
import { patience, until, within } from './support/wait.mjs';
import { Way } from './support/way.mjs';

const { AckExtension } = await import('cometd');

// Holds end soon on brief; on lasting only for a reason.
let brief;
let lasting;
before(async () => {
	[brief, lasting] = await Promise.all(['500ms', '600s'].map((timeout) =>
		startStack({ options: { timeout } })));
});
after(() => Promise.all([brief, lasting].map((stack) => stack?.stop())));

// A client that is told of batches, and says what the test has it say.
class AckClient extends Client {
	async join(ack = true) {
		this.shaken = await this.handshake({ ext: { ack } });
		this.first = await this.connectAck(0);
		return this;
	}

	// What a connect brings that acknowledges n.
	connectAck(n, fields) {
		return this.connect({ ext: { ack: n }, ...fields });
	}

	holdAck(n) {
		return this.hold({ ext: { ack: n } });
	}
}

// The events' data and the number behind them; no other message is there.
function batch(messages) {
	const last = messages.at(-1);
	assert.equal(last.channel, '/meta/connect', JSON.stringify(messages));
	assert.equal(last.successful, true);
	const list = events(messages);
	assert.equal(list.length, messages.length - 1);
	return [...datas(list), { ack: last.ext?.ack }];
}

// A listener that is subscribed to channel, and a publisher.
async function pair(address, stack = lasting) {
	const channel = freshChannel();
	const to = await new AckClient(address).join();
	await to.subscribe(channel);
	const [from] = await joined(stack.http, 1);
	const publish = async (...list) => {
		for (const data of list)
			assert.equal((await from.publish(channel, data))
			    .successful, true);
	};
	return { to, channel, publish };
}

async function withWay(stack, use) {
	const way = await Way.open(stack);
	try {
		await use(way);
	} finally {
		way.close();
	}
}

test('rule 96: the handshake says that there is ack, to true alone',
    async () => {
	const client = await new AckClient(lasting.http).join();
	assert.deepEqual(client.shaken.ext, { ack: true });
	assert.deepEqual(batch(client.first), [{ ack: 1 }]);
	for (const ack of ['true', 1, {}, null, false]) {
		const other = await new AckClient(lasting.http).join(ack);
		assert.ok(!('ext' in other.shaken), JSON.stringify(ack));
		assert.deepEqual(batch(other.first), [{ ack: undefined }]);
	}
});

test('rule 96: events come with connects alone, in one order', async () => {
	const { to, channel, publish } = await pair(lasting.http);
	const extra = [];
	for (const data of ['own 1', 'own 2']) {
		await to.publish(channel, data, {}, extra);
		await publish(`other's after ${data}`);
	}
	assert.deepEqual(extra, []);
	assert.deepEqual(batch(await to.connectAck(1)), ['own 1',
		"other's after own 1", 'own 2', "other's after own 2",
		{ ack: 2 }]);
});

test('rule 97: every connect reply has a number, without events too',
    async () => {
	const { to, publish } = await pair(lasting.http);
	const soon = { advice: { timeout: 100 } };
	assert.deepEqual(batch(await to.connectAck(1, soon)), [{ ack: 2 }]);
	const held = await to.holdAck(2);
	await publish('a');
	assert.deepEqual(batch(await held.replies()), ['a', { ack: 3 }]);
	assert.deepEqual(batch(await to.connectAck(3, soon)), [{ ack: 4 }]);
	assert.deepEqual(batch(await to.connectAck(4,
	    { advice: { timeout: 0 } })), [{ ack: 5 }]);
});

test('rule 98: an answer is lost, is sent again at once, in order, before ' +
    'what is new, as often as it takes', () =>
	withWay(lasting, async (way) => {
		const { to, publish } = await pair(way.http);
		const held = await to.holdAck(1);
		let lost = way.lose('"/meta/connect"');
		await publish('a');
		assert.deepEqual(batch((await lost).json), ['a', { ack: 2 }]);
		await assert.rejects(held.response());
		await publish('b', 'c');
		lost = way.lose('"/meta/connect"');
		await assert.rejects(to.connectAck(1));
		assert.deepEqual(batch((await lost).json),
		    ['a', 'b', 'c', { ack: 3 }]);
		// There is nothing new, and it is not held.
		assert.deepEqual(batch(await to.connectAck(1)),
		    ['a', 'b', 'c', { ack: 4 }]);
		const next = await to.holdAck(4);
		assert.equal(next.settled, false);
		await publish('d');
		assert.deepEqual(batch(await next.replies()),
		    ['d', { ack: 5 }]);
	}));

test('rule 98: the connection is cut in mid answer', () =>
	withWay(lasting, async (way) => {
		const { to, publish } = await pair(way.http);
		const list = Array.from({ length: 50 }, (_, i) => i);
		await publish(...list);
		for (const share of [0.1, 0.5, 0.99]) {
			const lost = way.lose('"/meta/connect"', share);
			await assert.rejects(to.connectAck(1));
			const messages = (await lost).json;
			assert.deepEqual(datas(events(messages)), list);
		}
		await publish('new');
		assert.deepEqual(batch(await to.connectAck(1)),
		    [...list, 'new', { ack: 5 }]);
	}));

test('rule 98: a connect that is overtaken gets nothing, and the newer all',
    async () => {
	const { to, publish } = await pair(lasting.http);
	const older = await to.holdAck(1);
	const newer = await to.holdAck(1);
	const response = await older.response();
	assert.equal(response.status, 409);
	assert.equal(response.text.includes('['), false);
	await publish('a');
	assert.deepEqual(batch(await newer.replies()), ['a', { ack: 2 }]);
});

test('rule 98: what an overtaken connect acknowledges late is harmless',
    async () => {
	const { to, publish } = await pair(lasting.http);
	for (const [n, data] of [[1, 'a'], [2, 'b'], [3, 'c']]) {
		await publish(data);
		assert.deepEqual(batch(await to.connectAck(n)),
		    [data, { ack: n + 1 }]);
	}
	// All up to 4 has come; this one was sent long ago.
	const held = await to.holdAck(4);
	const late = await to.holdAck(2);
	assert.equal((await held.response()).status, 409);
	assert.equal(late.settled, false);
	await publish('d');
	assert.deepEqual(batch(await late.replies()), ['d', { ack: 5 }]);
});

test('rule 98: what is on its way when a newer connect comes is sent again',
    () => withWay(lasting, async (way) => {
		const { to, publish } = await pair(way.http);
		const slow = await to.holdAck(1);
		way.stall();
		await publish('a');
		await way.holds('"ack":2');
		// Not by that way: it is as if the client had reconnected.
		const other = new AckClient(lasting.http);
		other.clientId = to.clientId;
		assert.deepEqual(batch(await other.connectAck(1)),
		    ['a', { ack: 3 }]);
		way.resume();
		assert.deepEqual(batch(await slow.replies()),
		    ['a', { ack: 2 }]);
		// It has both, and says so: nothing comes a third time.
		await publish('b');
		assert.deepEqual(batch(await other.connectAck(3)),
		    ['b', { ack: 4 }]);
	}));

test('rule 98: nothing is doubled that was acknowledged', async () => {
	const { to, publish } = await pair(lasting.http);
	await publish('a');
	assert.deepEqual(batch(await to.connectAck(1)), ['a', { ack: 2 }]);
	await publish('b');
	assert.deepEqual(batch(await to.connectAck(2)), ['b', { ack: 3 }]);
	// The answer with 'b' was lost, that with 'a' was not.
	await publish('c');
	assert.deepEqual(batch(await to.connectAck(2)),
	    ['b', 'c', { ack: 4 }]);
	assert.deepEqual(batch(await to.connectAck(4,
	    { advice: { timeout: 0 } })), [{ ack: 5 }]);
});

test('rule 98: numbers that were never sent, and what is none', async () => {
	const { to, publish } = await pair(lasting.http);
	await publish('a');
	let n = 1;
	for (const ack of [-5, '1', null, {}, [1], true, 0.5])
		assert.deepEqual(batch(await to.connectAck(ack)),
		    ['a', { ack: ++n }], JSON.stringify(ack));
	assert.deepEqual(batch(await to.connect({})), ['a', { ack: ++n }]);
	assert.deepEqual(batch(await to.connect({ ext: 'ack' })),
	    ['a', { ack: ++n }]);
	// As much as there has been, and no more.
	assert.deepEqual(batch(await to.connectAck(Number.MAX_SAFE_INTEGER,
	    { advice: { timeout: 0 } })), [{ ack: ++n }]);
	await publish('b');
	assert.deepEqual(batch(await to.connectAck(n)), ['b', { ack: ++n }]);
	assert.deepEqual(batch(await to.connectAck(n - 1)),
	    ['b', { ack: ++n }]);
	assert.deepEqual(batch(await to.connectAck(1e300,
	    { advice: { timeout: 0 } })), [{ ack: ++n }]);
});

test('rule 98: the web server leaves in mid answer, which the process sees',
    async () => {
	const MORE_THAN_BUFFERS_HOLD = 4 << 20;
	const stack = await startStack({ front: 'none', options: {
		timeout: '600s', max_queue_size: '16MiB' } });
	const ask = async (...messages) =>
		(await exchange(stack.fcgi, messages)).json;
	const connect = (clientId, ack) => ({ channel: '/meta/connect',
		clientId, connectionType: 'long-polling', ext: { ack } });
	try {
		const [{ clientId }] = await ask({ channel: '/meta/handshake',
			version: '1.0', ext: { ack: true } });
		await ask(connect(clientId, 0));
		const channel = freshChannel();
		await ask({ channel: '/meta/subscribe', clientId,
			subscription: channel });
		const list = Array.from({ length: 8 }, (_, i) =>
			String(i).repeat(MORE_THAN_BUFFERS_HOLD / 8));
		for (const data of list)
			await ask({ channel, clientId, data });
		const peer = await Peer.open(stack.fcgi, { paused: true });
		await peer.write(conversation(1, [connect(clientId, 1)]));
		await new Promise((resolve) => {
			peer.socket.once('data', resolve);
			peer.socket.resume();
		});
		peer.socket.destroy();
		await ask({ channel, clientId, data: 'new' });
		assert.deepEqual(batch(await ask(connect(clientId, 1))),
		    [...list, 'new', { ack: 3 }]);
	} finally {
		await stack.stop();
	}
});

test('rule 105: a page that is loaded again goes on where it was: its ' +
    'connect ends the stale one, and is answered at once with advice',
    async () => {
	const { to, publish } = await pair(lasting.http);
	await publish('a');
	assert.deepEqual(batch(await to.connectAck(1)), ['a', { ack: 2 }]);
	const stale = await to.holdAck(2);
	const messages = await to.connectAck(2, { advice: { timeout: 0 } });
	assert.equal((await stale.response()).status, 409);
	assert.deepEqual(batch(messages), [{ ack: 3 }]);
	const { advice } = messages.at(-1);
	assert.deepEqual({ reconnect: 'retry', interval: 0, timeout: 600000 },
	    { reconnect: advice.reconnect, interval: advice.interval,
		timeout: advice.timeout });
	const next = await to.holdAck(3);
	assert.equal(next.settled, false);
	await publish('b');
	assert.deepEqual(batch(await next.replies()), ['b', { ack: 4 }]);
});

// What is not acknowledged is kept within the limits of the queue.
test('rule 99: who acknowledges nothing overflows in the end', async () => {
	const stack = await startStack({ options: { timeout: '600s',
		max_queue_messages: 3 } });
	try {
		const { to, publish } = await pair(stack.http, stack);
		const sent = [];
		let last;
		while (sent.length < 20) {
			sent.push(sent.length);
			await publish(sent.at(-1));
			const messages = await to.connectAck(1,
			    { advice: { timeout: 0 } });
			last = messages.at(-1);
			if (!last.successful)
				break;
			assert.deepEqual(datas(events(messages)), sent);
		}
		assert.ok(sent.length > 3, `${sent.length}`);
		assert.equal(last.error, '402::session_unknown');
		assert.equal(last.advice.reconnect, 'handshake');
		await until(() => /event=gone .*reason=overflow/
		    .test(stack.output), 'it is in the log');
	} finally {
		await stack.stop();
	}
});

// The client of npm, by way if there is one.
async function withAckClient(stack, settings, use) {
	const client = new CometdClient(stack, settings);
	client.client.registerExtension('ack', new AckExtension());
	try {
		await within(client.handshake(), 'a handshake');
		await use(client);
	} finally {
		await within(client.disconnect(), 'the client leaves');
	}
}

// The numbers that client was given, and those that it gave back.
const given = (client) => replies(client, '/meta/connect')
    .filter((reply) => reply.successful).map((reply) => reply.ext?.ack);
const acknowledged = (client) => client.sent.filter((message) =>
	message.channel === '/meta/connect').map((message) => message.ext.ack);

test('the client of npm acknowledges each batch, and gets all by connects',
    () => withAckClient(brief, {}, async (client) => {
		const channel = freshChannel();
		const received = await client.subscribe(channel);
		const list = Array.from({ length: 10 }, (_, i) => i);
		for (const data of list)
			await client.publish(channel, data);
		await receives(received, list);
		const soon = client.connects + 2;
		await until(() => client.connects >= soon, 'holds have ended');
		const numbers = given(client);
		assert.deepEqual(numbers, numbers.map((_, i) => i + 1));
		assert.deepEqual(acknowledged(client).slice(0, numbers.length),
		    numbers.map((_, i) => i));
		for (const { messages, text } of client.requests)
			if (text && messages[0].channel !== '/meta/connect')
				assert.deepEqual(events(JSON.parse(text)), []);
	}));

for (const [how, share] of [['lost', 0], ['cut off', 0.6]]) {
	test(`the client of npm: every other answer with events is ${how}, ` +
	    'and it has each event once, in order', () =>
		withWay(lasting, (way) =>
			withAckClient(way, {}, async (client) => {
				const channel = freshChannel();
				const received = await client.follow(channel);
				const [from] = await joined(lasting.http, 1);
				const list = Array.from({ length: 12 },
				    (_, i) => i);
				for (const data of list) {
					const lost = data % 2 ? null :
					    way.lose(`"channel":"${channel}"`,
						share);
					await from.publish(channel, data);
					await lost;
					if (data % 3 === 2)
						await receives(received,
						    list.slice(0, data + 1));
				}
				await receives(received, list);
				assert.equal(client.handshakes, 1);
				assert.ok(client.failures.length >= 3);
			})));
}

test('the client of npm overtakes a connect whose answer does not come, and ' +
    'has each event once', () =>
	withWay(brief, (way) =>
		withAckClient(way, {}, async (client) => {
			const channel = freshChannel();
			const received = await client.follow(channel);
			const [from] = await joined(brief.http, 1);
			await from.publish(channel, 'a');
			await receives(received, ['a']);
			// From the next connect on.
			client.client.configure({ maxNetworkDelay: 500 });
			const { length } = acknowledged(client);
			await until(() => acknowledged(client).length > length,
			    'it polls');
			await barrier(brief.http);
			way.stall('"/meta/connect"');
			await from.publish(channel, 'b');
			await from.publish(channel, 'c');
			await until(() => client.failures.length > 0,
			    'it gives up');
			client.client.configure({ maxNetworkDelay: patience });
			way.resume();
			await receives(received, ['a', 'b', 'c']);
			assert.equal(client.handshakes, 1);
			await from.publish(channel, 'd');
			await receives(received, ['a', 'b', 'c', 'd']);
		})));

test('the client of npm: what is not acknowledged is too much, and it ' +
    'handshakes again', async () => {
	const stack = await startStack({ options: { timeout: '600s',
		max_queue_messages: 3 } });
	const gone = () => /reason=overflow/.test(stack.output);
	try {
		await withWay(stack, (way) =>
			withAckClient(way, {}, async (client) => {
				const channel = freshChannel();
				const received = await client.follow(channel);
				const [from] = await joined(stack.http, 1);
				let n = 0;
				while (!gone() && n < 30) {
					const lost = way.lose(
					    `"channel":"${channel}"`);
					await from.publish(channel, n++);
					await Promise.race([lost,
					    until(gone, 'it is gone')]);
				}
				way.forget();
				assert.ok(n > 3, `${n}`);
				await until(() => client.handshakes === 2 &&
				    replies(client, '/meta/subscribe').length
				    === 2, 'it is subscribed again');
				for (const data of ['x', 'y'])
					await from.publish(channel, data);
				await receives(received, ['x', 'y']);
			}));
	} finally {
		await stack.stop();
	}
});

test('the client of npm: the process is restarted, and numbers begin anew',
    async () => {
	const stack = await startStack({ options: { timeout: '600s' } });
	try {
		await withAckClient(stack, {}, async (client) => {
			const channel = freshChannel();
			const received = await client.follow(channel);
			const publish = async (...list) => {
				const [from] = await joined(stack.http, 1);
				for (const data of list)
					await from.publish(channel, data);
			};
			await publish(1, 2, 3);
			await receives(received, [1, 2, 3]);
			await stack.restartProcess();
			await until(() => client.handshakes === 2 &&
			    replies(client, '/meta/subscribe').length === 2,
			    'it is subscribed again');
			await publish(4, 5);
			await receives(received, [1, 2, 3, 4, 5]);
			const numbers = given(client);
			assert.ok(numbers.lastIndexOf(1) > 0, `${numbers}`);
			assert.equal(acknowledged(client).filter((n) =>
				n === 0).length, 2);
		});
	} finally {
		await stack.stop();
	}
});
