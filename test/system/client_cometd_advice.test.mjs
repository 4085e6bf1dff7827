// client_cometd_advice.test.mjs - what the CometD client does with advice, J2,
// J3, J4 and J14 (client_cometd has the others): each name says what a server
// would get wrong.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Client, barrier, freshChannel } from './support/bayeux.mjs';
import { replies, withClients } from './support/clients.mjs';
import { startStack } from './support/stack.mjs';
import { until } from './support/wait.mjs';

async function withStack(options, use) {
	const stack = await startStack({ options });
	try {
		await use(stack);
	} finally {
		await stack.stop();
	}
}

const connectsSent = (client) => client.sent.filter((message) =>
	message.channel === '/meta/connect');

// Until a connect of client is held, if nothing else happens.
async function polls(client, stack) {
	await until(() => client.connects > 0 &&
	    connectsSent(client).length > client.connects, 'it polls');
	await barrier(stack.http);
}

const advised = (client) => client.got.filter((message) => message.advice);

test('J2: successful: true beside reconnect: handshake, when the process ' +
    'ends and when it knows nobody', () =>
	withStack({ timeout: '600s' }, (stack) =>
		withClients(stack, ['cometd'], async (client) => {
			await polls(client, stack);
			const before = client.connects;
			await stack.restartProcess();
			await until(() => client.handshakes === 2,
			    'it shakes hands again');
			await until(() => client.connects > before + 1,
			    'it polls on');
			const said = advised(client).map((message) =>
				[message.successful, message.advice.reconnect]);
			for (const [successful, reconnect] of said)
				assert.equal(reconnect === 'handshake',
				    !successful, said.join(' '));
			// The held one was answered, and the next refused.
			assert.ok(said.some(([successful]) => !successful));
			assert.ok(replies(client, '/meta/connect')
			    .filter((message) => message.successful)
			    .some((message) => message.advice?.reconnect ===
			    'retry' && message.advice.interval >= 0));
		})));

// Handshakes that must fail, each for another reason, at a stack that is full.
const refusals = [{}, { minimumVersion: '2.0' },
	{ supportedConnectionTypes: ['websocket'] }];

test('J3: a session that is gone and no word of handshake, or a handshake ' +
    'that is refused with retry', () =>
	withStack({ timeout: '600s', max_sessions: 1 }, (stack) =>
		withClients(stack, ['cometd'], async (client) => {
			await polls(client, stack);
			const dead = client.client.getClientId();
			await stack.killProcess('SIGKILL');
			await stack.startProcess();
			await until(() => client.handshakes === 2,
			    'it shakes hands again');
			await polls(client, stack);
			// Once it was told, and then it has not asked again.
			const told = replies(client, '/meta/connect')
			    .filter((message) => !message.successful);
			assert.equal(told.length, 1);
			assert.equal(told[0].error, '402::session_unknown');
			assert.equal(told[0].advice.reconnect, 'handshake');
			const asked = connectsSent(client).filter((message) =>
				message.clientId === dead);
			assert.equal(asked.at(-1).id, told[0].id);
			for (const fields of refusals) {
				const reply = await new Client(stack.http)
				    .handshake(fields);
				assert.equal(reply.successful, false);
				assert.match(reply.advice.reconnect,
				    /^(handshake|none)$/);
			}
		})));

test('J4: advice that lacks a field, which then is the client\'s own', () =>
	withStack({ timeout: '700ms', interval: '20ms',
		max_sessions_per_browser: 1, multi_session_interval: '90ms' },
	(stack) => withClients(stack, ['cometd', 'cometd'],
	    async (one, two) => {
		const inForce = [];
		for (const { client } of [one, two])
			for (const channel of ['/meta/handshake',
				'/meta/connect'])
				client.addListener(channel, (message) => {
					if (message.successful)
						inForce.push(
						    client.getAdvice());
				});
		const crowded = () => inForce.some((advice) =>
			advice['multiple-clients']);
		await until(crowded, 'one is told of the other');
		await stack.restartProcess();
		await until(() => one.handshakes + two.handshakes === 4,
		    'both shake hands again');
		await until(() => one.connects > 6 && two.connects > 6,
		    'both poll');
		// It would take 60000 and undefined for what is missing.
		for (const advice of inForce) {
			assert.equal(advice.timeout, 700);
			assert.equal(advice.reconnect, 'retry');
		}
		for (const { got } of [one, two])
			for (const { advice } of got)
				assert.ok(!advice || 'interval' in advice);
		const last = inForce.at(-1);
		assert.equal(last.interval,
		    last['multiple-clients'] ? 90 : 20);
	})));

test('J14: a hold for a client that asks with timeout 0 whether it is back, ' +
    'or no advice for it', () =>
	withStack({ timeout: '600s' }, (stack) =>
		withClients(stack, ['cometd'], async (client) => {
			const channel = freshChannel();
			await client.subscribe(channel);
			await polls(client, stack);
			const before = client.connects;
			const { length } = connectsSent(client);
			client.client.getTransport().abort();
			await until(() => client.connects > before,
			    'it is back');
			const asked = connectsSent(client)[length];
			const reply = client.got.find((message) =>
				message.id === asked.id);
			assert.deepEqual(asked.advice, { timeout: 0 });
			assert.deepEqual(reply.advice, { reconnect: 'retry',
				interval: 0, timeout: 600000 });
			assert.equal(client.handshakes, 1);
		})));
