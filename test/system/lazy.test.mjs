// lazy.test.mjs - channels whose messages can wait, and blocks for channels
// (rules 35, 40, 68 and "Lazy" in section 5).
//
// The hold is so long that a connect which is answered was answered for
// another reason than its end.  Lazy messages wait for as long, but for those
// that are said to be quick.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { barrier, events, freshChannel, joined }
	from './support/bayeux.mjs';
import { CometdClient } from './support/clients.mjs';
import { startStack } from './support/stack.mjs';
import { until } from './support/wait.mjs';

const config = `
timeout = 300s
max_lazy_timeout = 300s
channel "/lazy/**" { lazy = yes }
channel "/lazy/quick/*" { lazy_timeout = 300ms }
channel "/lazy/mixed/**" { lazy = no }
channel "/lazy/mixed/a/**" { lazy = yes }
channel "/lazy/mixed/a/*" { lazy = no }
channel "/lazy/mixed/a/b" { lazy = yes }
channel "/others/**" {
	broadcast_to_publisher = no
}
channel "/others/mine" {
	broadcast_to_publisher = yes
}
`;

let stack;
before(async () => {
	stack = await startStack({ config });
});
after(() => stack.stop());

// One who listens to channels, and one who talks.
async function pair(...channels) {
	const [listener, talker] = await joined(stack.http, 2);
	const reply = await listener.subscribe(channels);
	assert.equal(reply.successful, true);
	return { listener, talker };
}

async function assertHeld(held) {
	await barrier(stack.http);
	assert.equal(held.settled, false, 'the connect is held');
}

// Lazy channels that no other test uses.
function freshLazy() {
	return `/lazy${freshChannel()}`;
}
function freshQuick() {
	return `/lazy/quick/${freshChannel().split('/').at(-1)}`;
}

test('rule 40: a lazy message does not end a held connect, and comes with ' +
    'the next prompt one, in the order of publishing', async () => {
	const lazy = freshLazy();
	const prompt = freshChannel();
	const { listener, talker } = await pair(lazy, prompt);
	const held = await listener.hold();
	await talker.publish(lazy, 1);
	await talker.publish(lazy, 2);
	await assertHeld(held);
	await talker.publish(prompt, 3);
	assert.deepEqual(await held.replies(), [
		{ channel: lazy, data: 1 },
		{ channel: lazy, data: 2 },
		{ channel: prompt, data: 3 },
		{ channel: '/meta/connect', id: held.message.id,
			successful: true }]);
});

test('rule 40: a held connect ends when a lazy message has waited for its ' +
    'lazy timeout', async () => {
	const quick = freshQuick();
	const slow = freshLazy();
	const { listener, talker } = await pair(quick, slow);
	const held = await listener.hold();
	await talker.publish(slow, 1);
	await talker.publish(quick, 2);
	assert.deepEqual(events(await held.replies()),
	    [{ channel: slow, data: 1 }, { channel: quick, data: 2 }]);
});

test('a lazy message comes with any other response', async () => {
	const lazy = freshLazy();
	const { listener, talker } = await pair(lazy);
	await talker.publish(lazy, 1);
	const found = [];
	await listener.publish('/nobody', 0, {}, found);
	await talker.publish(lazy, 2);
	await listener.subscribe('/more', found);
	await talker.publish(lazy, 3);
	found.push(...events(await listener.connect(
	    { advice: { timeout: 0 } })));
	await talker.publish(lazy, 4);
	await listener.disconnect(found);
	assert.deepEqual(found.map((one) => one.data), [1, 2, 3, 4]);
});

test('rule 35: a connect is held when only lazy messages wait', async () => {
	const lazy = freshLazy();
	const prompt = freshChannel();
	const { listener, talker } = await pair(lazy, prompt);
	await talker.publish(lazy, 1);
	const held = await listener.hold();
	await assertHeld(held);
	await talker.publish(prompt, 2);
	assert.deepEqual(events(await held.replies()).map((one) => one.data),
	    [1, 2]);
});

test('rule 35: a connect is answered at once when a prompt message waits, ' +
    'too', async () => {
	const lazy = freshLazy();
	const prompt = freshChannel();
	const { listener, talker } = await pair(lazy, prompt);
	await talker.publish(lazy, 1);
	await talker.publish(prompt, 2);
	await talker.publish(lazy, 3);
	assert.deepEqual(events(await listener.connect())
	    .map((one) => one.data), [1, 2, 3]);
});

test('the hold\'s end brings lazy messages', async () => {
	const lazy = freshLazy();
	const { listener, talker } = await pair(lazy);
	await talker.publish(lazy, 1);
	assert.deepEqual(events(await listener.connect(
	    { advice: { timeout: 200 } })), [{ channel: lazy, data: 1 }]);
});

test('a lazy message that a lost response had is not lost', async () => {
	const lazy = freshLazy();
	const prompt = freshChannel();
	const { listener, talker } = await pair(lazy, prompt);
	const held = await listener.hold();
	await talker.publish(lazy, 1);
	held.connection.close();
	const next = await listener.hold();
	await assertHeld(next);
	await talker.publish(prompt, 2);
	assert.deepEqual(events(await next.replies()).map((one) => one.data),
	    [1, 2]);
});

test('more lazy messages than may be queued end the hold, and not the ' +
    'session', async () => {
	const lazy = freshLazy();
	const { listener, talker } = await pair(lazy);
	const held = await listener.hold();
	const numbers = Array.from({ length: 1000 }, (_, i) => i);
	const batch = (list) => talker.send(list.map((data) =>
	    talker.message(lazy, { data })));
	await batch(numbers);
	await assertHeld(held);
	await batch([1000]);
	const replies = await held.replies();
	assert.deepEqual(events(replies).map((one) => one.data),
	    [...numbers, 1000]);
	assert.equal(replies.at(-1).successful, true);
});

test('a pattern reaches what is below its parent, and not the parent',
    async () => {
	const { listener, talker } = await pair('/lazy', '/lazy/a/b/c');
	const held = await listener.hold();
	await talker.publish('/lazy/a/b/c', 1);
	await assertHeld(held);
	await talker.publish('/lazy', 2);
	assert.deepEqual(events(await held.replies()), [
		{ channel: '/lazy/a/b/c', data: 1 },
		{ channel: '/lazy', data: 2 }]);
});

test('the most specific block counts', async () => {
	const lazy = ['/lazy/x', '/lazy/mixed', '/lazy/mixed/a/b',
		'/lazy/mixed/a/x/y'];
	const prompt = ['/lazy/mixed/x', '/lazy/mixed/x/y', '/lazy/mixed/a',
		'/lazy/mixed/a/x'];
	const { listener, talker } = await pair(...lazy, ...prompt);
	for (const last of prompt) {
		const held = await listener.hold();
		for (const channel of lazy)
			await talker.publish(channel, 1);
		await assertHeld(held);
		await talker.publish(last, 2);
		assert.deepEqual(events(await held.replies())
		    .map((one) => one.channel), [...lazy, last]);
	}
});

test('rule 68: a publisher gets its own message, or not, as the channel\'s ' +
    'block says', async () => {
	const { listener, talker } = await pair('/others/**', '/other');
	await talker.subscribe(['/others/**', '/other']);
	for (const [channel, isMine] of [['/others/a', false],
		['/others/a/b', false], ['/others/mine', true],
		['/other', true]]) {
		const found = [];
		await talker.publish(channel, 1, {}, found);
		assert.deepEqual(found,
		    isMine ? [{ channel, data: 1 }] : [], channel);
		assert.deepEqual(events(await listener.connect()),
		    [{ channel, data: 1 }]);
	}
	assert.deepEqual(events(await talker.connect(
	    { advice: { timeout: 0 } })), []);
});

test('rule 68: where the option says no, no block says yes', async () => {
	const strict = await startStack({ config,
		options: { broadcast_to_publisher: 'no' } });
	try {
		const [client, other] = await joined(strict.http, 2);
		await client.subscribe('/others/mine');
		await other.subscribe('/others/mine');
		const found = [];
		await client.publish('/others/mine', 1, {}, found);
		assert.deepEqual(found, []);
		assert.deepEqual(events(await other.connect()),
		    [{ channel: '/others/mine', data: 1 }]);
	} finally {
		await strict.stop();
	}
});

test('the CometD client gets lazy messages', async () => {
	const quick = freshQuick();
	const lazy = freshLazy();
	const listener = new CometdClient(stack);
	const talker = new CometdClient(stack);
	for (const client of [listener, talker])
		await client.handshake();
	const received = await listener.subscribe(lazy);
	await listener.subscribe(quick, received);
	await until(() => listener.connects > 0, 'the first connect');
	for (const [channel, data] of [[lazy, 1], [quick, 2]])
		assert.equal((await talker.publish(channel, data)).successful,
		    true);
	await until(() => received.length >= 2, 'the lazy messages come');
	assert.deepEqual(received.map((one) => one.data), [1, 2]);
	for (const client of [listener, talker]) {
		await client.disconnect();
		assert.deepEqual(client.failures, []);
	}
});
