// plugin.test.mjs - what a plugin can do, through test/plugins/probe.c.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { barrier, Client, events, freshChannel, joined }
	from './support/bayeux.mjs';
import { CometdClient, FayeClient } from './support/clients.mjs';
import { pluginFile, startStack } from './support/stack.mjs';
import { until } from './support/wait.mjs';

// As enum bx_gone_reason has it.
const reasons = { disconnect: 0, expired: 1, overflow: 2, kicked: 3,
	closed: 4 };

// Nothing ends by itself.
function start(options = {}) {
	return startStack({ options: { timeout: '600s', ...options },
		config: `plugin "probe" {
			path = "${pluginFile('probe')}"
			color = red
			numbers = { 1, "two\\"", 3 }
		}` });
}

let stack;
before(async () => {
	stack = await start();
});
after(() => stack.stop());

// What the service of the probe answers client, which comes with the reply.
async function ask(client, service, data = {}, fields = {}) {
	const message = client.message(`/service/probe/${service}`,
	    { data, ...fields });
	const replies = await client.send([message]);
	const answers = events(replies).filter(({ channel, id }) =>
	    channel === message.channel && id === message.id);
	assert.equal(answers.length, 1, JSON.stringify(replies));
	return answers[0].data;
}

function logged(client, event, reason) {
	return `plugin=probe event=${event} ` +
	    `session=${client.clientId.slice(0, 8)} reason=${reason}`;
}

const farewell = { channel: '/meta/disconnect', successful: true };

// The replies to a connect of one who was kicked: it is told so, and to stop.
function assertKicked(replies, { id }) {
	assert.deepEqual(replies.slice(0, -1), [farewell]);
	const { advice, ...reply } = replies.at(-1);
	assert.deepEqual(reply,
	    { channel: '/meta/connect', id, successful: true });
	assert.equal(advice.reconnect, 'none');
}

async function assertUnknown(client) {
	const [connect] = await client.connect();
	assert.equal(connect.error, '402::session_unknown');
	assert.equal(connect.advice.reconnect, 'handshake');
	const publish = await client.publish('/a', 1);
	assert.equal(publish.error, '402::session_unknown');
}

test('a plugin gets the keys of its section', async () => {
	const client = await new Client(stack.http).join();
	assert.equal(await ask(client, 'option', { key: 'color' }), 'red');
	assert.equal(await ask(client, 'option', { key: 'numbers' }),
	    '1\ntwo"\n3');
	assert.equal(await ask(client, 'option', { key: 'fails' }), null);
	assert.equal(await ask(client, 'option', { key: 'path' }), null);
	assert.equal(await ask(client, 'option', { key: 'timeout' }), null);
});

test('rule 66: the answer of a service has the id of the message', async () => {
	const client = await new Client(stack.http).join();
	const message = client.message('/service/probe/echo',
	    { data: { a: [1.50, 'ä', null] } });
	const { channel, id } = message;
	assert.deepEqual(await client.send([message]), [
		{ channel, data: message.data, id },
		{ channel, id, successful: true },
	]);
});

test('rule 66: the answer goes to the sender alone', async () => {
	const [client, other] = await joined(stack.http, 2);
	await other.subscribe('/service/**');
	const held = await other.hold();
	assert.deepEqual(await ask(client, 'echo', { a: 1 }), { a: 1 });
	await barrier(stack.http);
	assert.equal(held.settled, false);
	await other.disconnect();
	assert.deepEqual(events(await held.replies()), []);
});

test('rule 66: the answer may come later', async () => {
	const [client, other] = await joined(stack.http, 2);
	const held = await client.hold();
	const message = client.message('/service/probe/later', { data: {} });
	const { channel, id } = message;
	assert.deepEqual(await client.send([message]),
	    [{ channel, id, successful: true }]);
	assert.equal(held.settled, false);
	assert.equal(await ask(other, 'now', { some: 'thing' }), true);
	assert.deepEqual(events(await held.replies()),
	    [{ channel, data: { some: 'thing' }, id }]);
	assert.equal(await ask(other, 'now'), false);
});

test('the answer to a session that is gone goes nowhere', async () => {
	const [client, other] = await joined(stack.http, 2);
	await client.send([client.message('/service/probe/later',
	    { data: {} })]);
	await client.disconnect();
	assert.equal(await ask(other, 'now', 1), false);
});

test('a service can be added and removed, also by itself', async () => {
	const client = await new Client(stack.http).join();
	assert.equal(await ask(client, 'offer'), true);
	assert.equal(await ask(client, 'offer'), false);
	assert.equal(await ask(client, 'once'), true);
	const reply = await client.send([
		client.message('/service/probe/once', { data: {} })]);
	assert.deepEqual(events(reply), []);
	assert.equal(await ask(client, 'offer'), true);
	assert.equal(await ask(client, 'once'), true);
});

test('rule 59: a kick ends a held connect, and the session', async () => {
	const [client, other] = await joined(stack.http, 2);
	const held = await client.hold();
	assert.equal(await ask(other, 'kick', { session: client.clientId }),
	    true);
	assertKicked(await held.replies(), held.message);
	await assertUnknown(client);
	assert.equal(await ask(other, 'kick', { session: client.clientId }),
	    false);
	await until(() => stack.output.includes(
	    logged(client, 'session_gone', reasons.kicked)), 'it is gone');
});

test('rule 59: with no held connect the next one tells of a kick', async () => {
	const [client, other] = await joined(stack.http, 2);
	const channel = freshChannel();
	await client.subscribe(channel);
	assert.equal(await ask(other, 'kick', { session: client.clientId }),
	    true);
	await other.publish(channel, 'unheard');
	const publish = await client.publish(channel, 1);
	assert.equal(publish.error, '402::session_unknown');
	const connect = client.connectMessage();
	assertKicked(await client.send([connect]), connect);
	await assertUnknown(client);
});

test('rule 59: what was queued before comes with it', async () => {
	const [client, other] = await joined(stack.http, 2);
	const channel = freshChannel();
	await client.subscribe(channel);
	await other.publish(channel, 'heard');
	await ask(other, 'kick', { session: client.clientId });
	const [event, ...replies] = await client.connect();
	assert.deepEqual(event, { channel, data: 'heard' });
	assert.deepEqual(replies[0], farewell);
	assert.equal(replies[1].advice.reconnect, 'none');
});

test('rule 59: who has itself kicked is told with its connect', async () => {
	for (const isHeld of [true, false]) {
		const client = await new Client(stack.http).join();
		const held = isHeld ? await client.hold() : undefined;
		const { id } = client.message();
		const channel = '/service/probe/kick';
		assert.deepEqual(await client.send([{ channel, id, data: {},
			clientId: client.clientId }]),
		[{ channel, id, successful: true }]);
		const connect = client.connectMessage();
		assertKicked(isHeld ? await held.replies() :
		    await client.send([connect]),
		isHeld ? held.message : connect);
		await assertUnknown(client);
	}
});

test('rule 59: who is kicked in the midst of a batch', async () => {
	const client = await new Client(stack.http).join();
	const channel = freshChannel();
	const replies = await client.send([
		client.message('/service/probe/kick', { data: {} }),
		client.message(channel, { data: 1 }),
	]);
	assert.deepEqual(replies.map(({ successful, error }) =>
	    [successful, error]),
	[[true, undefined], [false, '402::session_unknown']]);
});

test('rule 59: whose queue is full is told so', async () => {
	const own = await start({ max_queue_messages: 1 });
	try {
		const [client, other] = await joined(own.http, 2);
		const channel = freshChannel();
		await client.subscribe(channel);
		await other.publish(channel, 1);
		const { clientId } = client;
		await ask(other, 'kick', { session: clientId });
		const [event, ...replies] = await client.connect();
		assert.deepEqual(event, { channel, data: 1 });
		assert.deepEqual(replies[0], farewell);
		assert.equal(replies[1].advice.reconnect, 'none');
	} finally {
		await own.stop();
	}
});

test('rule 59: the CometD client that is kicked stays away', async () => {
	const other = await new Client(stack.http).join();
	const kicked = new CometdClient(stack);
	const { client } = kicked;
	const left = [];
	client.addListener('/meta/disconnect', (reply) => left.push(reply));
	try {
		await kicked.handshake();
		await until(() => kicked.connects > 0, 'it connects');
		await ask(other, 'kick', { session: client.getClientId() });
		await until(() => client.isDisconnected(), 'it leaves');
		assert.deepEqual(left.map(({ successful }) => successful),
		    [true]);
		assert.equal(kicked.handshakes, 1);
		assert.deepEqual(kicked.failures, []);
		// It has not said that it leaves, nor anything later.
		assert.equal(kicked.sent.at(-1).channel, '/meta/connect');
	} finally {
		await kicked.disconnect();
	}
});

test('rule 59: the Faye client that is kicked stays away', async () => {
	const other = await new Client(stack.http).join();
	const kicked = new FayeClient(stack);
	const count = (messages) => messages.filter(({ channel }) =>
	    channel === '/meta/connect').length;
	try {
		await kicked.handshake();
		await until(() => count(kicked.got) === 1 &&
		    count(kicked.sent) === 2, 'it waits');
		await ask(other, 'kick',
		    { session: kicked.got[0].clientId });
		await until(() => count(kicked.got) === 2, 'it is told');
		assert.deepEqual(kicked.got.at(-2), farewell);
		assert.equal(kicked.got.at(-1).advice.reconnect, 'none');
		await barrier(stack.http);
		assert.equal(count(kicked.sent), 2);
	} finally {
		kicked.close();
	}
});

test('a session may have times of its own, as it is advised', async () => {
	const [client, other] = await joined(stack.http, 2);
	assert.equal(await ask(client, 'times', { timeout: 40, interval: 5 }),
	    true);
	// This one is held, and would be for ten minutes.
	const [first] = await client.connect();
	assert.deepEqual(first.advice,
	    { reconnect: 'retry', interval: 5, timeout: 40 });
	const [second] = await client.connect();
	assert.equal(second.successful, true);
	assert.ok(!('advice' in second));

	await ask(client, 'times');
	const held = await client.hold();
	assert.equal(held.settled, false);
	await ask(other, 'deliver', { channel: '/x', data: 1,
		session: client.clientId });
	const third = (await held.replies()).at(-1);
	assert.deepEqual(third.advice,
	    { reconnect: 'retry', interval: 0, timeout: 600000 });
});

test('a session may have a life as long as a plugin likes', async () => {
	const client = await new Client(stack.http).join();
	await ask(client, 'times', { timeout: 1, max_interval: 1 });
	await client.connect();
	await until(() => stack.output.includes(
	    logged(client, 'session_gone', reasons.expired)), 'it expires');
	await assertUnknown(client);
});

test('rule 68: a session may be made deaf to itself', async () => {
	const [client, other] = await joined(stack.http, 2);
	const channel = freshChannel();
	await client.subscribe(channel);
	await other.subscribe(channel);
	const heard = async (data) => {
		const got = [];
		await client.publish(channel, data, {}, got);
		assert.deepEqual(events(await other.connect()),
		    [{ channel, data }]);
		return got.map((event) => event.data);
	};
	assert.deepEqual(await heard(1), [1]);
	assert.equal(await ask(client, 'hear', { on: false }), true);
	assert.deepEqual(await heard(2), []);
	await other.publish(channel, 3);
	assert.deepEqual(events(await client.connect()),
	    [{ channel, data: 3 }]);
	await other.connect({ advice: { timeout: 0 } });
	assert.equal(await ask(client, 'hear', { on: true }), true);
	assert.deepEqual(await heard(4), [4]);
});

test('a plugin delivers to one session, subscribed or not', async () => {
	const [client, listener, other] = await joined(stack.http, 3);
	const channel = freshChannel();
	await other.subscribe('/**');
	const held = await listener.hold();
	const others = await other.hold();
	assert.equal(await ask(client, 'deliver', { channel,
		session: listener.clientId, data: { a: 1 }, id: 'x1',
		ext: { b: 2 } }), true);
	assert.deepEqual(events(await held.replies()),
	    [{ channel, data: { a: 1 }, id: 'x1', ext: { b: 2 } }]);
	await barrier(stack.http);
	assert.equal(others.settled, false);
	await other.disconnect();
});

test('a plugin publishes to all who are subscribed', async () => {
	const [client, ...listeners] = await joined(stack.http, 3);
	const channel = freshChannel();
	for (const listener of listeners)
		await listener.subscribe(channel);
	assert.equal(await ask(client, 'publish', { channel, data: null,
		ext: { b: 2 } }), true);
	for (const listener of listeners)
		assert.deepEqual(events(await listener.connect()),
		    [{ channel, data: null, ext: { b: 2 } }]);
});

test('a plugin sends to nothing but a channel', async () => {
	const client = await new Client(stack.http).join();
	for (const channel of ['/a/*', '/**', 'a', '', '/a//b'])
		for (const service of ['deliver', 'publish'])
			assert.equal(await ask(client, service,
			    { channel, data: 1 }), false, channel);
	for (const channel of ['/meta/connect', '/service/a'])
		assert.equal(await ask(client, 'publish',
		    { channel, data: 1 }), false, channel);
	assert.equal(await ask(client, 'deliver', { channel: '/a', data: 1,
		session: 'nobody' }), false);
});

test('a plugin adds a field and a member of ext to events', async () => {
	const [client, listener] = await joined(stack.http, 2);
	const channel = '/probe/marked';
	await listener.subscribe(channel);
	await client.publish(channel, [1]);
	await client.publish(channel, 2, { ext: { a: { b: 1 } } });
	await ask(client, 'publish', { channel, data: 3 });
	await ask(client, 'deliver', { channel, data: 4,
		session: listener.clientId });
	assert.deepEqual(events(await listener.connect()), [
		{ channel, data: [1], probe: 'client', ext: { probe: [1] } },
		{ channel, data: 2, probe: 'client',
			ext: { a: { b: 1 }, probe: 2 } },
		{ channel, data: 3, probe: 'server', ext: { probe: 3 } },
		{ channel, data: 4, probe: 'server', ext: { probe: 4 } },
	]);
});

test('a plugin adds to every reply', async () => {
	const client = new Client(stack.http);
	const ext = { other: 1, probe: { a: 'b' } };
	const added = ({ probe, ext: own }) => [probe, own];
	const yes = ['yes', { probe: { a: 'b' } }];
	assert.deepEqual(added(await client.handshake({ ext })), yes);
	assert.deepEqual(added((await client.connect({ ext }))[0]), yes);
	assert.deepEqual(added(await client.publish('/a', 1, { ext })), yes);
	assert.deepEqual(added(await client.publish('/a/*', 1, { ext })),
	    ['no', { probe: { a: 'b' } }]);
	assert.deepEqual(added(await client.publish('/a', 1)),
	    [undefined, undefined]);
});

test('a held connect keeps an ext that is not too long', async () => {
	const [client, other] = await joined(stack.http, 2);
	for (const [length, kept] of [[1000, true], [1024, false]]) {
		const ext = { probe: 'x'.repeat(length) };
		const held = await client.hold({ ext });
		await ask(other, 'deliver', { channel: '/x', data: 1,
			session: client.clientId });
		const reply = (await held.replies()).at(-1);
		assert.deepEqual(reply.ext, kept ? ext : undefined);
		const [short] = await client.connect({ ext,
			advice: { timeout: 0 } });
		assert.deepEqual(short.ext, ext);
	}
});

test('rule 17: what a plugin deletes is answered 404', async () => {
	const [client, listener] = await joined(stack.http, 2);
	await listener.subscribe('/**');
	const replies = await client.send([
		client.message('/probe/deleted', { data: 1 }),
		client.message('/probe/other', { data: 2 }),
	]);
	assert.deepEqual(replies.map(({ channel, successful, error }) =>
	    ({ channel, successful, error })), [
		{ channel: '/probe/deleted', successful: false,
			error: '404::message_deleted' },
		{ channel: '/probe/other', successful: true,
			error: undefined },
	]);
	assert.deepEqual(events(await listener.connect()),
	    [{ channel: '/probe/other', data: 2 }]);
	await listener.disconnect();
});

test('rule 40: a plugin makes events lazy', async () => {
	const [client, listener] = await joined(stack.http, 2);
	await listener.subscribe('/probe/*');
	const held = await listener.hold();
	const lazy = { channel: '/probe/a', lazy: true };
	await client.publish('/probe/lazy', 1);
	await ask(client, 'publish', { ...lazy, data: 2,
		lazy_timeout: 600000 });
	await ask(client, 'deliver', { ...lazy, data: 3,
		lazy_timeout: 600000, session: listener.clientId });
	await barrier(stack.http);
	assert.equal(held.settled, false);
	await client.publish('/probe/b', 4);
	assert.deepEqual(events(await held.replies())
	    .map(({ data }) => data), [1, 2, 3, 4]);
});

test('rule 40: a lazy event of a plugin comes in its own time', async () => {
	const [client, listener] = await joined(stack.http, 2);
	const held = await listener.hold();
	await ask(client, 'deliver', { channel: '/a', data: 1, lazy: true,
		lazy_timeout: 300, session: listener.clientId });
	assert.deepEqual(events(await held.replies()),
	    [{ channel: '/a', data: 1 }]);
});

test('a plugin knows what the time is', async () => {
	const client = await new Client(stack.http).join();
	const before = Date.now();
	const time = await ask(client, 'clock');
	assert.ok(before <= time && time <= Date.now(), `${time}`);
});

test('a plugin knows how many messages were queued', async () => {
	const [client, other] = await joined(stack.http, 2);
	const channel = freshChannel();
	await client.subscribe(channel);
	const first = await ask(client, 'queued');
	await other.publish(channel, 1);
	// The answer counts as well, once it is there.
	assert.equal(await ask(client, 'queued'), first + 2);
});

test('a plugin keeps data with a session until that goes', async () => {
	const [client, other] = await joined(stack.http, 2);
	const freed = (text) => stack.output.includes(
	    `plugin=probe event=data_freed text=${text}\n`);
	assert.equal(await ask(client, 'data', { text: 'one' }), null);
	assert.equal(await ask(other, 'data', { text: 'other' }), null);
	assert.equal(await ask(client, 'data', { text: 'two' }), 'one');
	await until(() => freed('one'), 'the old one is freed');
	assert.equal(await ask(client, 'data'), 'two');
	await client.disconnect();
	await until(() => freed('two'), 'the new one is freed');
	assert.equal(await ask(other, 'data'), 'other');
	assert.ok(!freed('other'));
});

test('a plugin sees sessions come and go, and why', async () => {
	const own = await start({ max_queue_messages: 1 });
	const [leaves, slow, stays] = await joined(own.http, 3);
	const has = (line) => until(() => own.output.includes(`${line}\n`),
	    line);
	for (const client of [leaves, slow, stays])
		await has(logged(client, 'session_new', -1));
	await leaves.disconnect();
	await has(logged(leaves, 'session_gone', reasons.disconnect));
	for (const data of [1, 2])
		await ask(stays, 'deliver', { channel: '/a', data,
			session: slow.clientId });
	await has(logged(slow, 'session_gone', reasons.overflow));
	await ask(stays, 'data', { text: 'last' });
	await own.stop();
	assert.match(own.output.slice(own.output.indexOf('event=stopping')),
	    new RegExp([logged(stays, 'session_gone', reasons.closed),
		'plugin=probe event=data_freed text=last',
		'plugin=probe event=stop\n'].join('\\n.*'), 's'));
});
