// clients.test.mjs - the CometD and the Faye client of npm, against lighttpd
// (BAYEUX.md section 6 says what they expect).

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { Client, freshChannel } from './support/bayeux.mjs';
import { kinds } from './support/clients.mjs';
import { startStack } from './support/stack.mjs';
import { until, within } from './support/wait.mjs';

let stack;
before(async () => {
	stack = await startStack({ options: { timeout: '1s' } });
});
after(() => stack.stop());

// Whether it passes or not, no client stays and polls.
async function withNewClients(names, use) {
	const clients = names.map((name) => new kinds[name](stack));
	try {
		await use(...clients);
	} finally {
		await within(Promise.all(clients.map((client) =>
		    client.disconnect())), 'all clients to leave');
	}
}

function withClients(names, use) {
	return withNewClients(names, async (...clients) => {
		for (const client of clients)
			await within(client.handshake(), 'a handshake');
		await use(...clients);
	});
}

function datas(received) {
	return received.map((message) => message.data);
}

// Until received is all of wanted; then nothing more may be on its way.
async function receives(received, wanted) {
	await until(() => received.length >= wanted.length,
	    `${wanted.length} events are there`).catch(() => {});
	assert.deepEqual(datas(received), wanted);
}

for (const name of Object.keys(kinds)) {
	test(`J10, F3, F6: ${name} settles on long-polling`, () =>
		withClients([name], async (client) => {
			await until(() => client.connects > 1, 'it polls');
			assert.equal(client.transport, 'long-polling');
		}));
}

test('J11: CometD is refused a WebSocket and goes on without', () =>
	withClients(['cometd'], async (client) => {
		assert.equal(client.refusals, 1);
		assert.equal(client.transport, 'long-polling');
		assert.deepEqual(client.failures, []);
	}));

for (const [from, to] of [['cometd', 'cometd'], ['cometd', 'faye'],
	['faye', 'cometd'], ['faye', 'faye']]) {
	test(`${to} receives what ${from} publishes`, () =>
		withClients([from, to], async (sender, receiver) => {
			const channel = freshChannel();
			const plain = await receiver.subscribe(channel);
			const star = await receiver.subscribe(`${channel}/*`);
			const deep = await receiver.subscribe(`${channel}/**`);
			for (const [name, data] of [[channel, 'a'],
				[`${channel}/x`, { b: ['\u00e9\u20ac'] }],
				[`${channel}/x/y`, 3]]) {
				const reply = await sender.publish(name, data);
				assert.equal(reply.successful, true);
			}
			await receives(deep, [{ b: ['\u00e9\u20ac'] }, 3]);
			assert.deepEqual(datas(plain), ['a']);
			assert.deepEqual(datas(star),
			    [{ b: ['\u00e9\u20ac'] }]);
			assert.equal(deep[1].channel, `${channel}/x/y`);
		}));
}

test('500 messages of CometD reach both kinds once and in order', () =>
	withClients(['cometd', 'cometd', 'faye'], async (from, ...to) => {
		const channel = freshChannel();
		const received = [];
		for (const client of to)
			received.push(await client.subscribe(channel));
		const wanted = Array.from({ length: 500 }, (none, i) => i);
		const replies = [];
		for (let at = 0; at < 500; at += 10)
			from.client.batch(() => {
				for (const i of wanted.slice(at, at + 10))
					replies.push(from.publish(channel, i));
			});
		for (const reply of replies)
			assert.equal((await within(reply, 'a reply'))
			    .successful, true);
		for (const list of received)
			await receives(list, wanted);
		assert.deepEqual(from.failures, []);
		assert.deepEqual(to[0].failures, []);
	}));

test('F1: 500 messages of Faye reach both kinds, none twice', () =>
	withClients(['faye', 'cometd', 'faye'], async (from, ...to) => {
		const channel = freshChannel();
		const received = [];
		for (const client of to)
			received.push(await client.subscribe(channel));
		const wanted = Array.from({ length: 500 }, (none, i) => i);
		await within(Promise.all(wanted.map((i) =>
		    from.publish(channel, i))), 'replies');
		await from.publish(channel, 'last');
		// Faye has several requests under way, so their order is free.
		for (const list of received) {
			await until(() => list.length > 500, 'all are there');
			assert.deepEqual(datas(list).slice(0, 500)
			    .sort((a, b) => a - b), wanted);
			assert.deepEqual(datas(list).slice(500), ['last']);
		}
	}));

test('J1, J5, J6: CometD polls on, and no poll ever fails', () =>
	withClients(['cometd'], async (client) => {
		await until(() => client.connects >= 4, 'holds have ended');
		assert.deepEqual(client.failures, []);
		assert.equal(client.handshakes, 1);
	}));

test('F5: Faye polls on with one handshake', () =>
	withClients(['faye'], async (client) => {
		await client.subscribe(freshChannel());
		await until(() => client.connects >= 4, 'holds have ended');
		assert.equal(client.handshakes, 1);
	}));

test('J8: CometD gets the reply to each message of a batch', () =>
	withClients(['cometd'], async (client) => {
		const channel = freshChannel();
		const received = [];
		const replies = [];
		client.client.batch(() => {
			client.client.subscribe(channel,
			    (message) => received.push(message),
			    (reply) => replies.push(reply));
			for (const data of [1, 2])
				client.client.publish(channel, data,
				    (reply) => replies.push(reply));
		});
		await receives(received, [1, 2]);
		await until(() => replies.length === 3, 'all replies');
		assert.ok(replies.every((reply) => reply.successful));
	}));

test('J9: a subscribe that fails leaves CometD able to go on', () =>
	withClients(['cometd'], async (client) => {
		await assert.rejects(within(client.subscribe('/meta/none'),
		    'a refusal'), ({ reply }) => {
			assert.equal(reply.subscription, '/meta/none');
			assert.match(reply.error, /^403:.*:subscribe_denied$/);
			return true;
		});
		const channel = freshChannel();
		const received = await client.subscribe(channel);
		await client.publish(channel, 1);
		await receives(received, [1]);
	}));

test('J12: CometD may subscribe and publish right after its handshake', () =>
	withNewClients(['cometd'], async (cometd) => {
		const { client, failures } = cometd;
		const channel = freshChannel();
		const received = [];
		let early;
		const outcomes = [];
		// The client keeps to itself what is thrown in here, and calls
		// once more when it has given up WebSocket (J11).
		client.handshake((reply) => {
			outcomes.push(reply.successful);
			if (!reply.successful)
				return;
			early = cometd.connects;
			client.subscribe(channel,
			    (message) => received.push(message));
			client.publish(channel, 'early');
		});
		await receives(received, ['early']);
		assert.deepEqual(outcomes, [false, true]);
		assert.equal(early, 0);
		assert.deepEqual(failures, []);
	}));

test('J13, J16: CometD leaves while its connect is held', () =>
	withClients(['cometd'], async (client) => {
		await until(() => client.connects > 0, 'it polls');
		const reply = await within(client.disconnect(), 'the reply');
		assert.equal(reply.successful, true);
		await until(() => client.client.getStatus() === 'disconnected',
		    'it is disconnected');
		assert.deepEqual(client.failures, []);
	}));

test('J14: who sends advice.timeout 0 is told all advice at once',
    async () => {
	const client = await new Client(stack.http).join();
	const [reply] = await client.connect({ advice: { timeout: 0 } });
	assert.deepEqual(reply.advice,
	    { reconnect: 'retry', interval: 0, timeout: 1000 });
});

test('J3, F2: both recover from a restart of the process', () =>
	withClients(['cometd', 'faye'], async (cometd, faye) => {
		const channel = freshChannel();
		const received = [];
		cometd.client.addListener('/meta/handshake', (reply) => {
			if (reply.successful)
				cometd.client.subscribe(channel,
				    (message) => received.push(message));
		});
		const first = await cometd.subscribe(channel);
		const other = await faye.subscribe(channel);
		await cometd.publish(channel, 'before');
		await receives(first, ['before']);
		await receives(other, ['before']);
		await stack.restartProcess();
		await until(() => cometd.handshakes === 2 &&
		    faye.handshakes === 2, 'both have new sessions');
		// Both subscribe anew on their own; when is theirs to choose.
		const from = await new Client(stack.http).join();
		const reach = async () => {
			await from.publish(channel, 'after');
			return datas(received).includes('after') &&
			    datas(other).includes('after');
		};
		await until(reach, 'both are subscribed again');
		assert.equal(cometd.handshakes, 2);
		assert.equal(faye.handshakes, 2);
	}));
