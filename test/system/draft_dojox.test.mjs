// draft_dojox.test.mjs - dojox.cometd of Dojo 1.x, the client in the browsers
// of the draft's time: what it expects of a server, D1 to D7, and what was
// made for it (rules 2, 16, 35, 56 and 101).

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { Client, events, freshChannel, joined, post, types }
	from './support/bayeux.mjs';
import { Dojox } from './support/dojox.mjs';
import { request } from './support/raw.mjs';
import { startStack } from './support/stack.mjs';

const PLAIN = 'application/json;charset=UTF-8';
const COMMENTED = 'text/json-comment-filtered; charset=utf-8';
const SITE = 'http://app.example';

// Holds end soon on brief; on lasting only for a reason.
let brief;
let lasting;
before(async () => {
	[brief, lasting] = await Promise.all(['400ms', '300s'].map((timeout) =>
		startStack({ options: { timeout, allowed_origins: SITE } })));
});
after(() => Promise.all([brief, lasting].map((stack) => stack?.stop())));

// Whether it passes or not, no client stays and polls.
async function withDojox(stack, options, use) {
	const client = new Dojox(stack.http, options);
	try {
		await use(client);
	} finally {
		client.stop();
	}
}

async function connected(client, ext) {
	client.init(ext);
	await client.until(() => client.connected, 'it is connected');
}

// Subscribed, and what it has received since.
async function listening(client, channel) {
	const received = [];
	client.subscribe(channel, (message) => received.push(message));
	await client.until(() => client.subscribed.includes(channel),
	    'it is subscribed');
	return received;
}

async function publisher() {
	const [client] = await joined(lasting.http, 1);
	return client;
}

const datas = (received) => received.map((message) => message.data);

test('D1: its messages are forms, and each is answered under its id, which ' +
    'count from "0"', () => withDojox(lasting, {}, async (client) => {
	const channel = freshChannel();
	await connected(client);
	await client.polls();
	await listening(client, channel);
	client.publish(channel, 'a+b &=%\u00e9\u20ac');
	client.publish('/service/none', 1);
	client.unsubscribe(channel);
	await client.idle();
	// The held connect has "2".
	const answered = client.requests.filter(({ replies }) => replies);
	assert.deepEqual(answered.map(({ messages }) => messages[0].id),
	    ['0', '1', '3', '4', '5', '6']);
	for (const { messages, replies } of answered) {
		const own = replies.filter((reply) => !('data' in reply));
		assert.deepEqual(own.map((reply) => reply.id),
		    messages.map((message) => message.id));
		assert.ok(own.every((reply) => reply.successful));
	}
}));

test('D1, rule 16: its handshake is answered plainly, and what follows in a ' +
    'comment', () => withDojox(lasting, {}, async (client) => {
	await connected(client);
	const received = await listening(client, '/*');
	const [handshake, ...later] = client.requests;
	assert.equal(handshake.type, PLAIN);
	assert.match(handshake.text, /^\[\{.*\}\]$/);
	assert.deepEqual(handshake.replies[0].ext,
	    { 'json-comment-filtered': true });
	await client.polls();
	await (await publisher()).publish('/x', { held: 1 });
	await client.until(() => received.length > 0, 'it hears');
	client.publish('/x', { own: 1 });
	await client.until(() => received.length > 1, 'it hears itself');
	client.disconnect();
	await client.idle(0);
	assert.ok(later.length > 1);
	for (const { type, text } of client.requests.slice(1)) {
		assert.equal(type, COMMENTED);
		assert.match(text, /^\/\*\[\{.*\}\]\*\/$/);
	}
}));

for (const [what, ext] of [['nothing', {}], ['false',
	{ 'json-comment-filtered': false }], ['0',
	{ 'json-comment-filtered': 0 }], ['""',
	{ 'json-comment-filtered': '' }]]) {
	test(`rule 16: who says ${what} is answered plainly`, async () => {
		const client = new Client(lasting.http);
		const { ext: echo } = await client.handshake({ ext });
		assert.equal(echo, undefined);
		const response = await post(lasting.http,
		    [client.connectMessage()]);
		assert.equal(response.header('Content-Type'), PLAIN);
		assert.equal(response.json[0].successful, true);
	});
}

test('rule 16: with a page that says false, it is content', () =>
	withDojox(lasting, {}, async (client) => {
		await connected(client, { 'json-comment-filtered': false });
		await listening(client, freshChannel());
		assert.ok(client.requests.length > 2);
		for (const { type } of client.requests.filter(({ replies }) =>
			replies))
			assert.equal(type, PLAIN);
	}));

// The answer to messages of a session that asked for comments, and of others.
async function answerTo(stack, choose) {
	const asker = new Client(stack.http);
	await asker.handshake({ ext: { 'json-comment-filtered': true } });
	const [other] = await joined(stack.http, 1);
	const stranger = new Client(stack.http);
	stranger.clientId = 'x'.repeat(32);
	return post(stack.http, choose({ asker, other, stranger }).map((one) =>
		one.message('/service/none', { data: 1 })));
}

for (const [names, type] of [[['asker'], COMMENTED],
	[['asker', 'asker'], COMMENTED], [['other'], PLAIN],
	[['stranger'], PLAIN], [['asker', 'other'], PLAIN],
	[['other', 'asker'], PLAIN], [['asker', 'stranger'], PLAIN],
	[['stranger', 'asker'], PLAIN]]) {
	test(`rule 16: a request of ${names.join(' and ')} is answered ` +
	    (type === PLAIN ? 'plainly' : 'in a comment'), async () => {
		const response = await answerTo(lasting, (clients) =>
			names.map((name) => clients[name]));
		assert.equal(response.status, 200);
		assert.equal(response.header('Content-Type'), type);
		assert.equal(response.text.startsWith('/*'),
		    type === COMMENTED);
	});
}

test('rule 16: a session that is gone is told so plainly', async () => {
	const client = new Client(lasting.http);
	await client.handshake({ ext: { 'json-comment-filtered': true } });
	const left = await post(lasting.http,
	    [client.message('/meta/disconnect')]);
	assert.equal(left.header('Content-Type'), COMMENTED);
	const response = await post(lasting.http, [client.connectMessage()]);
	assert.equal(response.header('Content-Type'), PLAIN);
	assert.equal(response.json[0].error, '402::session_unknown');
});

test('rule 16: a script is no comment', async () => {
	const client = new Client(lasting.http);
	await client.handshake({ ext: { 'json-comment-filtered': true } });
	const query = new URLSearchParams({ jsonp: 'cb',
		message: JSON.stringify([client.connectMessage()]) });
	const response = await request(lasting.http,
	    { method: 'GET', path: `/cometd?${query}` });
	assert.equal(response.header('Content-Type'),
	    'text/javascript;charset=UTF-8');
	assert.match(response.text, /^\/\*\*\/cb\(\[.*\]\);$/);
});

test('rule 16: a comment is one line, and ends where it ends', () =>
	withDojox(lasting, {}, async (client) => {
		const channel = freshChannel();
		await connected(client);
		const received = await listening(client, channel);
		await client.polls();
		const from = await publisher();
		const data = '{"a":\r\n[1,\n\t2,\r"*/ /* \\n\\r"]}';
		const message = JSON.stringify(from.message(channel,
		    { data: 'HERE' })).replace('"HERE"', () => data);
		await from.send(message);
		await client.until(() => received.length > 0, 'it hears');
		assert.deepEqual(datas(received),
		    [{ a: [1, 2, '*/ /* \n\r'] }]);
		const [{ text }] = client.requests.filter(({ replies }) =>
			replies && events(replies).length > 0);
		assert.ok(text.includes('{"a":  [1, \t2, "*\\/ /* \\n\\r"]}'));
		assert.doesNotMatch(text, /[\r\n]/);
		// Others have the sender's bytes.
		const [plain] = await joined(lasting.http, 1);
		await plain.subscribe(channel);
		await from.send(message);
		const { text: bytes } = await post(lasting.http,
		    [plain.connectMessage()]);
		assert.ok(bytes.includes(data));
	}));

test('D2, rule 35: what was asked for before its first connect is sent when ' +
    'that is answered, which is at once', () =>
	withDojox(lasting, {}, async (client) => {
		const channel = freshChannel();
		const received = [];
		client.init();
		client.subscribe(channel, (message) => received.push(message));
		client.subscribe(`${channel}/**`,
		    (message) => received.push(message));
		client.publish(channel, 'first');
		// The hold would take longer than anybody waits.
		await client.until(() => received.length > 0, 'it hears');
		assert.deepEqual(datas(received), ['first']);
		const all = client.requests.map(({ messages }) =>
			messages.map((message) => message.channel));
		assert.deepEqual(all.slice(0, 2),
		    [['/meta/handshake'], ['/meta/connect']]);
		// It goes on polling beside.
		assert.deepEqual(all.slice(2)
		    .filter(([first]) => first !== '/meta/connect'),
		[['/meta/subscribe', '/meta/subscribe', channel]]);
	}));

test('D3, rule 56: its unsubscribe, which is a subscribe, succeeds', () =>
	withDojox(lasting, {}, async (client) => {
		const channel = freshChannel();
		await connected(client);
		const received = await listening(client, channel);
		client.unsubscribe(channel);
		await client.until(() => client.subscribed.length > 1,
		    'it is answered');
		assert.deepEqual(client.subscribed, [channel, channel]);
		assert.equal(client.sent('/meta/unsubscribe').length, 0);
		// The server goes on, and the client keeps it to itself.
		await client.polls();
		await (await publisher()).publish(channel, 'unheard');
		await client.until(() => client.requests.some(({ replies }) =>
			replies && events(replies).length > 0), 'it comes');
		assert.deepEqual(received, []);
	}));

test('D3: no subscription fails that need not', () =>
	withDojox(lasting, {}, async (client) => {
		const channel = freshChannel();
		await connected(client);
		const names = [channel, '/service/x', '/a/*', '/**'];
		for (const name of [...names, ...names]) {
			client.unsubscribe(name);
			await listening(client, name);
		}
		// Later versions say what they mean.
		const message = { channel: '/meta/unsubscribe',
			clientId: client.clientId, subscription: channel };
		for (let i = 0; i < 2; i++) {
			const { text } = await post(lasting.http, [message],
			    { headers: { Cookie: client.cookie } });
			assert.match(text, /^\/\*\[.*"successful":true.*\]\*\/$/);
		}
	}));

test('D4: advice of a publisher reaches nobody', () =>
	withDojox(lasting, {}, async (client) => {
		const channel = freshChannel();
		await connected(client);
		const received = await listening(client, channel);
		await client.polls();
		const advice = { reconnect: 'none' };
		await (await publisher()).publish(channel, { advice },
		    { advice, successful: false, channel });
		await client.until(() => received.length > 0, 'it hears');
		assert.deepEqual(received, [{ channel, data: { advice } }]);
		assert.deepEqual(client.advice,
		    { reconnect: 'retry', interval: 0, timeout: 300000 });
		await client.polls();
	}));

test('D4: a handshake that can never succeed is not tried again', () =>
	withDojox(lasting, { types: ['iframe', 'flash'] }, async (client) => {
		client.init();
		await client.until(() => client.requests[0].replies,
		    'it is answered');
		const [{ replies: [reply] }] = client.requests;
		assert.equal(reply.error,
		    '301:iframe,flash:connection_types_not_supported');
		assert.deepEqual(reply.supportedConnectionTypes, types);
		assert.equal(client.advice.reconnect, 'none');
		assert.equal(client.timers.size, 0);
		assert.equal(client.requests.length, 1);
	}));

test('D4, rule 26: nor is one that asks for a later version', () =>
	withDojox(lasting, {}, async (client) => {
		client.minimumVersion = '2.0';
		client.init();
		await client.until(() => client.requests[0].replies,
		    'it is answered');
		const [{ replies: [reply] }] = client.requests;
		assert.equal(reply.error, '300:2.0:version_mismatch');
		assert.equal(client.timers.size, 0);
		assert.equal(client.requests.length, 1);
	}));

test('D4: a session that is gone is replaced by another', async () => {
	const stack = await startStack({ options: { timeout: '300s' } });
	try {
		await withDojox(stack, {}, async (client) => {
			await connected(client);
			const { clientId } = client;
			await client.polls();
			await stack.restartProcess();
			await client.until(() => client.connected &&
			    client.clientId !== clientId, 'it is back');
			const [gone] = client.replies('/meta/connect')
			    .filter((reply) => !reply.successful);
			assert.equal(gone.error, '402::session_unknown');
			assert.equal(gone.advice.reconnect, 'handshake');
			// A handshake is plain, the second one, too.
			const handshakes = client.sent('/meta/handshake');
			assert.equal(handshakes.length, 2);
			assert.equal(handshakes[1].type, PLAIN);
			await listening(client, freshChannel());
			assert.equal(client.sent('/meta/subscribe')[0].type,
			    COMMENTED);
		});
	} finally {
		await stack.stop();
	}
});

test('D5: a handshake is the one message of its answer, and its version is ' +
    'text', () => withDojox(lasting, {}, async (client) => {
	await connected(client);
	const [{ replies }] = client.requests;
	assert.equal(replies.length, 1);
	assert.equal(typeof replies[0].version, 'string');
	assert.ok(replies[0].version >= '0.9');
}));

test('D5: all messages have their channel, also those about faults', () =>
	withDojox(lasting, {}, async (client) => {
		const channel = freshChannel();
		await connected(client);
		const received = await listening(client, channel);
		client.publish('/a//b', 1);
		client.publish('/meta/none', 1);
		client.publish(channel);
		client.publish(channel, 1);
		for (const data of [0, '', false, null, 'true'])
			client.publish(channel, data);
		await client.until(() => received.length > 1, 'it hears');
		await client.polls();
		await client.idle();
		for (const { replies } of client.requests)
			for (const reply of replies || [])
				assert.equal(typeof reply.channel, 'string');
		// What is not true goes no further in this client.
		assert.deepEqual(datas(received).sort(), [1, 'true']);
	}));

test('D6: from another site it goes by scripts, and says nothing of types',
    () => withDojox(lasting, { crossDomain: true, referer: `${SITE}/page` },
    async (client) => {
	const channel = freshChannel();
	await connected(client);
	assert.equal(client.transport, 'callback-polling');
	const [{ messages: [handshake] }] = client.requests;
	assert.ok(!('supportedConnectionTypes' in handshake));
	assert.ok(!('ext' in client.requests[0].replies[0]));
	const received = await listening(client, channel);
	await client.polls();
	await (await publisher()).publish(channel, '\u2028 \u00e9');
	await client.until(() => received.length > 0, 'it hears');
	client.publish(channel, 'own');
	await client.until(() => received.length > 1, 'it hears itself');
	client.unsubscribe(channel);
	await client.until(() => client.subscribed.length > 1,
	    'it is unsubscribed');
	client.disconnect();
	await client.idle(0);
	assert.deepEqual(datas(received), ['\u2028 \u00e9', 'own']);
	for (const { text } of client.requests)
		assert.match(text, new RegExp('^/\\*\\*/dojo\\.io\\.script\\.' +
		    'jsonp_dojoIoScript\\d+\\._jsonpCallback\\(\\['));
}));

test('D7: it waits without end of its own, hold after hold', () =>
	withDojox(brief, {}, async (client) => {
		await connected(client);
		await client.until(() =>
			client.replies('/meta/connect').length > 3,
		'holds have ended');
		assert.ok(client.replies('/meta/connect')
		    .every((reply) => reply.successful));
		assert.equal(client.sent('/meta/handshake').length, 1);
		assert.equal(client.backoff, 0);
	}));

test('D7: it leaves, and its held connect ends', () =>
	withDojox(lasting, {}, async (client) => {
		await connected(client);
		await client.polls();
		client.disconnect();
		await client.until(() => !client.connected && !client.polling,
		    'the connect is answered');
		assert.equal(client.replies('/meta/connect').at(-1).advice
		    .reconnect, 'none');
		assert.equal(client.replies('/meta/connect').length,
		    client.sent('/meta/connect').length);
	}));

test('rule 101: its timesync asks what is not there, until it has four ' +
    'answers', async () => {
	const stack = await startStack({ options: { timeout: '300s' } });
	try {
		await withDojox(stack, {}, async (client) => {
			await connected(client);
			client.ping();
			await client.until(() => client.pongs.length === 4,
			    'four answers');
			const asked = client.sent('/meta/ping').map(
			    ({ messages }) => messages[0].id);
			assert.equal(asked.length, 4);
			for (const [i, pong] of client.pongs.entries()) {
				assert.equal(pong.id, asked[i]);
				assert.equal(pong.channel, '/meta/ping');
				assert.equal(pong.error,
				    '403:denied_by_security_policy:' +
				    'channel_create_denied');
				assert.ok(!('advice' in pong));
			}
			// It is no fault, and no news to who runs the server.
			await listening(client, freshChannel());
			assert.doesNotMatch(stack.process.output, /ping/);
		});
	} finally {
		await stack.stop();
	}
});

test('rule 2: its other transport posts text/json', () =>
	withDojox(lasting, { json: true }, async (client) => {
		const channel = freshChannel();
		await connected(client);
		const received = await listening(client, channel);
		await client.polls();
		await (await publisher()).publish(channel, 'from another');
		await client.until(() => received.length > 0, 'it hears');
		client.publish(channel, 'own');
		await client.until(() => received.length > 1, 'it hears');
		client.disconnect();
		await client.idle(0);
		assert.deepEqual(datas(received), ['from another', 'own']);
	}));
