// ext_activity.test.mjs - who does nothing but wait has to go (rules 59 and
// 103), through lighttpd.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { barrier, freshChannel, joined } from './support/bayeux.mjs';
import { FayeClient, withClients } from './support/clients.mjs';
import { startStack } from './support/stack.mjs';
import { inTime, until } from './support/wait.mjs';

const IDLE = 2000;

async function withStack(options, use) {
	const stack = await startStack({ options: { timeout: '100ms',
		activity_timeout: `${IDLE}ms`, ...options } });
	try {
		await use(stack);
	} finally {
		await stack.stop();
	}
}

// How many sessions were kicked, as the log has it.
function kicked(stack) {
	return [...stack.output.matchAll(/event=gone .*reason=kicked/g)].length;
}

// Until one session was, and no other.
async function oneIsKicked(stack) {
	await until(() => kicked(stack) > 0, 'it is in the log');
	assert.equal(kicked(stack), 1);
}

// Connect again and again until told not to; the messages that said so.
async function waitForEnd(client) {
	for (;;) {
		const messages = await client.connect();
		const last = messages.at(-1);
		assert.equal(last.successful, true);
		if (last.advice?.reconnect === 'none')
			return messages;
	}
}

// Do something every now and then, until the promise is there.
async function meanwhile(promise, act) {
	let done = false;
	const end = () => { done = true; };
	promise.then(end, end);
	await until(async () => {
		await act();
		return done;
	}, 'the other has gone');
	return promise;
}

test('rule 103: who only connects is told that it is over (rule 59), and ' +
    'who sends something stays', () =>
	withStack({ activity: 'client' }, async (stack) => {
		const channel = freshChannel();
		const [idle, busy] = await joined(stack.http, 2);
		await idle.subscribe(channel);
		const messages = await meanwhile(waitForEnd(idle), () =>
			busy.publish(channel, 'to nobody who counts'));
		const farewell = messages.at(-2);
		assert.deepEqual(farewell, { channel: '/meta/disconnect',
			successful: true });
		const last = messages.at(-1);
		assert.equal(last.channel, '/meta/connect');
		assert.equal(last.successful, true);
		assert.equal(last.advice.reconnect, 'none');
		await oneIsKicked(stack);
		const [later] = await idle.connect();
		assert.equal(later.error, '402::session_unknown');
		assert.equal((await busy.publish(channel, 1)).successful, true);
	}));

test('rule 103: messages that it is sent keep a session, if so configured',
    () => withStack({ activity: 'client_server' }, async (stack) => {
		const channel = freshChannel();
		const [idle, listener, busy] = await joined(stack.http, 3);
		await listener.subscribe(channel);
		const over = waitForEnd(idle);
		await meanwhile(over, async () => {
			await busy.publish(channel, 1);
			const messages = await listener.connect();
			assert.equal(messages.at(-1).successful, true);
			assert.notEqual(messages.at(-1).advice?.reconnect,
			    'none');
		});
		await oneIsKicked(stack);
		assert.equal((await listener.disconnect()).successful, true);
	}));

test('rule 103: the client of npm leaves and stays away, and one that ' +
    'publishes does not', () =>
	inTime(IDLE, (mark) => withStack({ activity: 'client' }, (stack) =>
		withClients(stack, ['cometd', 'cometd'],
		    async (idle, busy) => {
			const channel = freshChannel();
			mark();
			await idle.subscribe(channel);
			await until(async () => {
				// Which fails when it has been kicked.
				try {
					await busy.publish(channel, 1);
				} finally {
					mark();
				}
				return idle.client.isDisconnected();
			}, 'it is told to leave');
			assert.equal(idle.handshakes, 1);
			assert.ok(idle.got.some((message) =>
				message.channel === '/meta/disconnect' &&
				message.successful));
			assert.equal(busy.client.isDisconnected(), false);
			assert.equal(busy.handshakes, 1);
			await oneIsKicked(stack);
		}))));

// It gives up what is held for a little longer than advised.
test('rule 103: Faye leaves as well', () =>
	withStack({ activity: 'client', timeout: '600s' }, async (stack) => {
		const channel = freshChannel();
		const [other] = await joined(stack.http, 1);
		const idle = new FayeClient(stack);
		try {
			await idle.handshake();
			await idle.subscribe(channel);
			await until(async () => {
				await other.publish(channel, 1);
				return idle.got.some((message) =>
					message.advice?.reconnect === 'none');
			}, 'it is told to leave');
			await oneIsKicked(stack);
			const sent = idle.sent.length;
			for (let i = 0; i < 5; i++)
				await barrier(stack.http);
			assert.equal(idle.sent.length, sent);
			assert.equal(idle.handshakes, 1);
		} finally {
			// Its session has gone already.
			await idle.disconnect().catch((error) =>
				assert.equal(error.code, 402));
		}
	}));

test('by default nobody is judged', () =>
	withStack({ activity_timeout: '0ms' }, async (stack) => {
		const [idle] = await joined(stack.http, 1);
		// Longer than the other tests take to be rid of theirs.
		for (let i = 0; i < 25; i++) {
			const [reply] = await idle.connect();
			assert.equal(reply.successful, true);
		}
		assert.equal(kicked(stack), 0);
	}));
