// client_cometd.test.mjs - what the CometD client expects of a server, J1 to
// J16, through lighttpd with the client of npm.  Each name says what a server
// would get wrong.  client_cometd_advice has those about advice.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { Client, barrier, freshChannel } from './support/bayeux.mjs';
import { CometdClient, datas, makeDocument, receives, replies, withClients,
	withNewClients } from './support/clients.mjs';
import { startStack } from './support/stack.mjs';
import { until, within } from './support/wait.mjs';

const HOLD = 600000;

// Holds end soon on brief; on lasting only for a reason.
let brief;
let lasting;
before(async () => {
	[brief, lasting] = await Promise.all(['500ms', `${HOLD}ms`]
	    .map((timeout) => startStack({ options: { timeout } })));
});
after(() => Promise.all([brief, lasting].map((stack) => stack?.stop())));

const connects = (requests) => requests.filter((one) =>
	one.messages[0].channel === '/meta/connect');

const idOf = (message) => message.id;

// Until a connect of client is under way that will be held.
async function polls(client) {
	await until(() => {
		const last = connects(client.requests).at(-1);
		return client.connects > 0 && last.text === undefined &&
		    !last.failed && last.messages[0].advice?.timeout !== 0;
	}, 'it polls');
	await barrier({ port: new URL(client.client.getURL()).port });
}

test('J1: a connect reply without the id of its connect: at once, after an ' +
    'event, after the timeout, at the end', () =>
	withClients(brief, ['cometd'], async (client) => {
		const channel = freshChannel();
		const received = await client.subscribe(channel);
		await polls(client);
		await (await new Client(brief.http).join())
		    .publish(channel, 'event');
		await receives(received, ['event']);
		const soon = client.connects + 3;
		await until(() => client.connects >= soon, 'holds have ended');
		await client.disconnect();
		await until(() => connects(client.requests).every((one) =>
		    one.text !== undefined), 'the last is answered');
		const asked = client.sent.filter((message) =>
		    message.channel === '/meta/connect').map(idOf);
		assert.ok(asked.length >= 5);
		assert.deepEqual(replies(client, '/meta/connect').map(idOf),
		    asked);
		assert.equal(client.handshakes, 1);
	}));

// Each request of client that is not a connect, nor its last; the connect that
// was under way before them.
async function doEverything(client) {
	const channel = freshChannel();
	const { client: cometd } = client;
	const subscription = await new Promise((resolve) => {
		const made = cometd.subscribe(channel, () => {},
		    () => resolve(made));
	});
	await polls(client);
	const held = connects(client.requests).at(-1);
	await client.publish(freshChannel(), 'nobody listens');
	await client.publish('/service/nobody', 'offers it');
	await client.publish(channel, 'to itself');
	await new Promise((resolve) => {
		cometd.unsubscribe(subscription, resolve);
	});
	return held;
}

// Until as many connects have been answered, none of which it gave up: those of
// a slow machine it may give up now and then, of a slow server each.
function pollsInTime(client, count) {
	let failed;
	let before;
	return until(() => {
		if (client.failures.length !== failed)
			before = client.connects;
		failed = client.failures.length;
		return client.connects >= before + count;
	}, 'holds have ended');
}

test('J5: a hold longer than advised, and a hold of anything but a connect',
    async () => {
	// It gives up what takes so much longer, and calls it a failure.
	const polling = new CometdClient(brief, { maxNetworkDelay: 4000 });
	const busy = new CometdClient(lasting);
	try {
		await within(polling.handshake(), 'a handshake');
		await within(busy.handshake(), 'a handshake');
		const held = await within(doEverything(busy), 'all replies');
		assert.equal(held.text, undefined);
		assert.deepEqual(busy.failures, []);
		await pollsInTime(polling, 4);
		assert.equal(polling.client.getAdvice().timeout, 500);
	} finally {
		await polling.disconnect();
		await busy.disconnect();
	}
});

test('J6: an answer other than 200, [] and an empty one, where there is ' +
    'little to say', () =>
	withClients(brief, ['cometd'], async (client) => {
		await until(() => client.connects > 2, 'holds have ended');
		await doEverything(client);
		await client.disconnect();
		await until(() => client.requests.every((one) =>
		    one.text !== undefined), 'all are answered');
		for (const { xhr, text } of client.requests) {
			assert.equal(xhr.status, 200);
			assert.ok(JSON.parse(text).length > 0, text);
		}
		assert.deepEqual(client.failures, []);
	}));

test('J7: one bad message that fails its request, and so those behind it',
    () => withClients(lasting, ['cometd'], async (client) => {
		const channel = freshChannel();
		const received = await client.subscribe(channel);
		// One request at a time, so these queue in the client.
		const outcomes = await within(Promise.all([[channel, 1],
			['/a//b', 'no segment'], [channel, 2],
			['/a/*', 'to a wildcard'], [channel, 3],
			[`/${'x'.repeat(2000)}`, 'too long'], [channel, 4],
			['/a/', 'slash at the end'], [channel, 5]]
		    .map(([name, data]) => client.publish(name, data))),
		    'replies');
		assert.deepEqual(outcomes.map(({ successful, error }) =>
		    successful || error), [true, '405::channel_invalid', true,
			'405::channel_invalid', true, '405::channel_invalid',
			true, '405::channel_invalid', true]);
		client.client.batch(() => {
			client.client.publish('/a//b', 'in a batch');
			client.client.publish(channel, 6);
		});
		await receives(received, [1, 2, 3, 4, 5, 6]);
		assert.deepEqual(client.failures.map(({ failure }) => failure),
		    Array(5).fill(undefined));
	}));

test('J8: a reply to a publish, a subscribe or an unsubscribe that lacks ' +
    'its id, or does not come', () =>
	withClients(lasting, ['cometd'], async (client) => {
		const channel = freshChannel();
		const { client: cometd } = client;
		const answered = [];
		const note = (reply) => answered.push(reply.id);
		await polls(client);
		client.sent.length = 0;
		cometd.batch(() => {
			const made = cometd.subscribe(channel, () => {}, note);
			cometd.publish(channel, 1, note);
			cometd.publish('/service/none', 2, note);
			cometd.unsubscribe(made, note);
			cometd.publish(channel, 3, note);
		});
		await until(() => answered.length >= 5, 'all replies');
		const asked = client.sent.filter((message) =>
		    message.channel !== '/meta/connect').map(idOf);
		assert.equal(asked.length, 5);
		assert.deepEqual(answered, asked);
		assert.deepEqual(client.failures, []);
	}));

test('J9: a refused subscription that is not echoed, and so stays',
    async () => {
	const stack = await startStack({ options: { max_subscriptions: 1 } });
	try {
		await withClients(stack, ['cometd'], async (client) => {
			const [one, two] = [freshChannel(), freshChannel()];
			const { client: cometd } = client;
			const first = cometd.subscribe(one, () => {});
			const refused = [];
			await assert.rejects(within(client.subscribe(two,
			    refused), 'a refusal'), ({ reply }) => {
				assert.equal(reply.subscription, two);
				return true;
			});
			await new Promise((resolve) => {
				cometd.unsubscribe(first, resolve);
			});
			// Sent only when the client has forgotten the refused.
			const received = await client.subscribe(two);
			await client.publish(two, 'once');
			await receives(received, ['once']);
			assert.deepEqual(refused, []);
			assert.equal(replies(client, '/meta/subscribe').length,
			    3);
		});
	} finally {
		await stack.stop();
	}
});

// A page's client, whose first transport is first.
async function withTransports(order, use) {
	globalThis.window.document = makeDocument(brief.http);
	try {
		await withNewClients(brief, ['cometd'], async (client) => {
			const { client: cometd } = client;
			const all = order.map((type) =>
				[type, cometd.findTransport(type)]);
			for (const type of cometd.getTransportTypes())
				cometd.unregisterTransport(type);
			for (const [type, transport] of all)
				cometd.registerTransport(type, transport);
			await use(client);
		});
	} finally {
		delete globalThis.window.document;
	}
}

test('J10: a list of connection types that lacks one of ours, or is none: ' +
    'the client goes by the first of its own', async () => {
	const order = ['long-polling', 'callback-polling'];
	for (const types of [order, [...order].reverse()])
		await withTransports(types, async (client) => {
			const reply = await within(client.handshake(),
			    'a handshake');
			const listed = reply.supportedConnectionTypes;
			assert.ok(Array.isArray(listed));
			assert.ok(order.every((type) => listed.includes(type)));
			await until(() => client.connects > 2, 'it polls');
			assert.equal(client.transport, types[0]);
			assert.deepEqual(client.failures, []);
		});
});

test('J11: a WebSocket that is not refused at once, so that the client ' +
    'never falls back', () =>
	withClients(lasting, ['cometd'], async (client) => {
		assert.deepEqual(client.sent.map((message) => message.channel)
		    .slice(0, 2), ['/meta/handshake', '/meta/handshake']);
		assert.equal(client.refusals, 1);
		assert.equal(client.transport, 'long-polling');
		await until(() => client.connects > 0, 'it polls');
		assert.deepEqual(client.failures, []);
	}));

test('J12: a session that is not there until the first connect', async () => {
	// For so long, the client does not connect after its handshake.
	const stack = await startStack({ options: { interval: '1h' } });
	try {
		await withNewClients(stack, ['cometd'], async (client) => {
			const channel = freshChannel();
			const received = [];
			const { client: cometd } = client;
			cometd.unregisterTransport('websocket');
			cometd.handshake(() => cometd.publish(channel, 2));
			// These wait in the client, and go with its reply.
			cometd.batch(() => {
				cometd.subscribe(channel,
				    (message) => received.push(message));
				cometd.publish(channel, 1);
			});
			await receives(received, [1, 2]);
			assert.deepEqual(connects(client.requests), []);
			assert.deepEqual(client.failures, []);
		});
	} finally {
		await stack.stop();
	}
});

test('J13: a held connect that a disconnect leaves held, or ends without ' +
    'the advice none', () =>
	withClients(lasting, ['cometd'], async (client) => {
		await polls(client);
		const reply = await within(client.disconnect(), 'the reply');
		assert.equal(reply.successful, true);
		const held = connects(client.requests).at(-1);
		await until(() => held.text !== undefined, 'the connect ends');
		const last = JSON.parse(held.text).at(-1);
		assert.equal(last.channel, '/meta/connect');
		assert.equal(last.successful, true);
		assert.equal(last.advice.reconnect, 'none');
		assert.equal(client.client.getStatus(), 'disconnected');
		assert.deepEqual(client.failures, []);
		// Nor has it asked again.
		assert.equal(connects(client.requests).at(-1), held);
	}));

test('J15: a message of 8192 characters, a URL of 2000 or the count of ' +
    'x-messages that is off', () =>
	withTransports(['callback-polling'], async (client) => {
		const channel = freshChannel();
		const reply = await within(client.handshake(), 'a handshake');
		// Were it there, the client would wait for so many events.
		assert.equal(reply['x-messages'] ?? 0, 0);
		const received = await client.subscribe(channel);
		const texts = Array.from({ length: 12 },
		    (none, i) => String(i).padEnd(150, '{"'));
		client.client.batch(() => texts.forEach((text) =>
			client.client.publish(channel, text)));
		await receives(received, texts);
		await withClients(lasting, ['cometd'], async (large) => {
			// The client's stand-in for an XMLHttpRequest tears
			// characters of several bytes apart.
			const long = Array.from({ length: 20 },
			    (none, i) => String(i).padEnd(8000, '\u007f'));
			const others = await large.subscribe(channel);
			large.client.batch(() => long.forEach((text) =>
				large.client.publish(channel, text)));
			await receives(others, long);
			assert.deepEqual(large.failures, []);
		});
		assert.deepEqual(client.failures, []);
	}));

test('J16: a session that ends when its client hangs up in a hold, or an ' +
    'event that goes to the connect that is gone', () =>
	withClients(lasting, ['cometd'], async (client) => {
		const channel = freshChannel();
		const received = await client.subscribe(channel);
		const from = await new Client(lasting.http).join();
		const wanted = [];
		for (let i = 0; i < 5; i++) {
			await polls(client);
			const before = client.connects;
			client.client.getTransport().abort();
			await until(() => client.connects > before,
			    'it is back');
			await from.publish(channel, i);
			wanted.push(i);
			await receives(received, wanted);
		}
		assert.equal(client.failures.length, 5);
		for (const { channel: name, failure } of client.failures)
			assert.ok(name === '/meta/connect' && failure);
		assert.equal(client.handshakes, 1);
		assert.deepEqual(datas(received), wanted);
	}));
