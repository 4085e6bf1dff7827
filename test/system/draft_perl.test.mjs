// draft_perl.test.mjs - the Perl client of the draft's time, which came with
// the Perl server (P): its first version, and the one that reads comments.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { events, freshChannel, joined } from './support/bayeux.mjs';
import { PerlClient } from './support/perl_client.mjs';
import { startStack } from './support/stack.mjs';

const PLAIN = 'application/json;charset=UTF-8';
const COMMENTED = 'text/json-comment-filtered; charset=utf-8';

// Holds end soon on brief; on lasting only for a reason.
let brief;
let lasting;
before(async () => {
	[brief, lasting] = await Promise.all(['400ms', '300s'].map((timeout) =>
		startStack({ options: { timeout } })));
});
after(() => Promise.all([brief, lasting].map((stack) => stack?.stop())));

// Whether it passes or not, no client stays and polls.
async function withPerl(stack, version, use) {
	const client = new PerlClient(stack.http, { version });
	try {
		await use(client);
	} finally {
		client.stop();
	}
}

// Polling, subscribed to channel, and what it has received.
async function listening(client, channel = freshChannel()) {
	const received = [];
	if (!client.initialized)
		client.init();
	client.subscribe(channel, (message) => received.push(message));
	await client.polls();
	await client.idle();
	return { channel, received };
}

async function publisher() {
	const [client] = await joined(lasting.http, 1);
	return client;
}

const datas = (received) => received.map((message) => message.data);

for (const version of ['0.01', '0.03']) {
	const perl = (what, use, stack = () => lasting) =>
		test(`P: client ${version} ${what}`, () =>
			withPerl(stack(), version, use));

	perl('chats as its manual shows, all of it at once', async (client) => {
		const channel = freshChannel();
		const received = [];
		const [other] = await joined(lasting.http, 1);
		await other.subscribe(channel);
		client.init();
		client.subscribe(channel, (message) => received.push(message));
		const data = { user: 'POE', chat: 'POE has joined \u00e9\u20ac',
			join: true };
		client.publish(channel, data);
		await client.until(() => received.length > 0, 'it hears');
		assert.deepEqual(received, [{ channel, data }]);
		assert.deepEqual(events(await other.connect()),
		    [{ channel, data }]);
		// What was said before its handshake is one request.
		const batch = client.sent(channel)[0].messages;
		assert.deepEqual(batch.map((message) => message.channel),
		    ['/meta/subscribe', channel]);
	});

	perl('has its first connect answered at once, rule 35, and the next ' +
	    'when there is something', async (client) => {
		const { channel, received } = await listening(client);
		const [, held] = client.sent('/meta/connect');
		assert.equal(held.replies, undefined);
		await (await publisher()).publish(channel, [1]);
		await client.until(() => received.length > 0, 'it hears');
		assert.equal(held.replies.length, 2);
		await client.until(() =>
			client.sent('/meta/connect').length === 3, 'it polls');
	});

	perl('has its ids, which are numbers, and not those it did not give, ' +
	    'rule 21', async (client) => {
		await listening(client);
		client.publish('/x', 1);
		await client.idle();
		const [handshake] = client.replies('/meta/handshake');
		const [connect] = client.replies('/meta/connect');
		assert.ok(!('id' in handshake) && !('id' in connect));
		assert.equal(client.replies('/meta/subscribe')[0].id, 1);
		assert.equal(client.replies('/x')[0].id, 2);
	});

	perl('takes no reply for an event', async (client) => {
		const { channel, received } = await listening(client);
		for (const data of [1, 2])
			client.publish(channel, data);
		await client.idle();
		await client.until(() => received.length > 1, 'it hears');
		assert.deepEqual(received.map((message) =>
			Object.keys(message).sort()),
		[['channel', 'data'], ['channel', 'data']]);
		assert.equal(client.published.size, 0);
	});

	perl('subscribes to a service, and unsubscribes, rules 51 and 54',
	    async (client) => {
		const { channel, received } = await listening(client);
		const service = await listening(client, '/service/x');
		client.publish('/service/x', 1);
		client.unsubscribe(channel);
		client.unsubscribe('/service/y');
		await client.idle();
		await (await publisher()).publish(channel, 'unheard');
		client.publish(channel, 'unheard');
		await client.idle();
		assert.deepEqual(client.failed, []);
		assert.deepEqual(received, []);
		// Its later self tells the program that a service was called.
		assert.deepEqual(service.received, version === '0.01' ? [] :
			[{ channel: '/service/x', id: 3, successful: true }]);
	});

	perl('is let go, rules 44 and 58', async (client) => {
		await listening(client);
		const [, held] = client.sent('/meta/connect');
		client.disconnect();
		await client.until(() => held.replies, 'the connect ends');
		assert.equal(held.replies[0].successful, true);
		assert.equal(held.replies[0].advice.reconnect, 'none');
		await client.until(() =>
			client.replies('/meta/disconnect').length > 0,
		'it has left');
		assert.equal(client.replies('/meta/disconnect')[0].successful,
		    true);
		// The first one does not know when to stop.
		if (version !== '0.01')
			assert.equal(client.sent('/meta/connect').length, 2);
	});

	perl('hears what has line ends and marks of comments in it',
	    async (client) => {
		const { channel, received } = await listening(client);
		const from = await publisher();
		const data = '{\n"a" :\r\n["*/", "/*",\n"\\n"\n]\n}';
		await from.send(JSON.stringify([from.message(channel,
		    { data: 'HERE' })]).replace('"HERE"', () => data));
		await client.until(() => received.length > 0, 'it hears');
		assert.deepEqual(datas(received), [{ a: ['*/', '/*', '\n'] }]);
	});

	perl('polls on without a cookie, hold after hold, rule 82',
	    async (client) => {
		client.init();
		await client.until(() =>
			client.replies('/meta/connect').length > 3,
		'holds have ended');
		assert.ok(client.replies('/meta/connect')
		    .every((reply) => reply.successful));
		assert.equal(client.sent('/meta/handshake').length, 1);
	}, () => brief);
}

test('P, rule 16: client 0.01 asks for no comments, and gets none', () =>
	withPerl(lasting, '0.01', async (client) => {
		await listening(client);
		client.publish('/x', 1);
		await client.idle();
		const answered = client.requests.filter(({ type }) => type);
		assert.ok(answered.length > 3);
		for (const { type } of answered)
			assert.equal(type, PLAIN);
		assert.ok(!('ext' in client.replies('/meta/handshake')[0]));
	}));

test('P, rules 2 and 16: client 0.03 posts text/json, asks for comments by ' +
    'a 1, and gets them but for the handshake', () =>
	withPerl(lasting, '0.03', async (client) => {
		await listening(client);
		client.publish('/x', 1);
		await client.idle();
		const [handshake, ...others] = client.requests
		    .filter(({ type }) => type);
		assert.equal(handshake.type, PLAIN);
		assert.deepEqual(handshake.replies[0].ext,
		    { 'json-comment-filtered': true });
		assert.ok(others.length > 2);
		for (const { type, text } of others) {
			assert.equal(type, COMMENTED);
			assert.match(text, /^\/\*\[\{.*\}\]\*\/$/);
		}
	}));
