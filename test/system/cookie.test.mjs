// cookie.test.mjs - the browser cookie: who is asked for it, and how many
// connects of one browser are held (rules 46, 71, 80-83).

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { barrier, Client, events, freshChannel, post, types }
	from './support/bayeux.mjs';
import { CometdClient } from './support/clients.mjs';
import { conversation, exchange, Peer } from './support/fastcgi.mjs';
import { request } from './support/raw.mjs';
import { startStack } from './support/stack.mjs';
import { until, within } from './support/wait.mjs';

const NAME = 'BAYEUX_BROWSER';
const UNKNOWN = '402::session_unknown';
const wake = { timeout: 0 };
const handshake = [{ channel: '/meta/handshake', version: '1.0', id: '1',
	supportedConnectionTypes: types }];
const LONG = { timeout: '300s' };

let stack;
let strict;
let trust;
before(async () => {
	[stack, strict, trust] = await Promise.all([{},
		{ session_binding: 'strict' }, { session_binding: 'trust' }]
	    .map((more) => startStack({ options: { ...LONG, ...more } })));
});
after(() => Promise.all([stack, strict, trust].map((one) => one?.stop())));

async function withStack(options, use) {
	const own = await startStack({ options: { ...LONG, ...options } });
	try {
		await use(own);
	} finally {
		await own.stop();
	}
}

let lastBrowser = 0;
const freshCookie = () => `${NAME}=browser${++lastBrowser}x`;
const from = (cookie) => cookie === undefined ? {} : { Cookie: cookie };
const shakeHands = (cookie, on = stack) =>
	post(on.http, handshake, { headers: from(cookie) });

// Tabs of one browser, which have joined.
function tabs(on, count, cookie = freshCookie()) {
	return Promise.all(Array.from({ length: count },
	    () => new Client(on.http, from(cookie)).join()));
}

// Make session of client known to the one who shows cookie, or none.
function thief(client, cookie) {
	const other = new Client(client.address, from(cookie));
	other.clientId = client.clientId;
	return other;
}

test('rule 80: the first handshake that succeeds sets it', async () => {
	const first = await shakeHands();
	assert.match(first.header('Set-Cookie'), new RegExp(
	    `^${NAME}=[0-9a-z]{16}; Path=/; HttpOnly; SameSite=Lax$`));
	const [cookie] = first.header('Set-Cookie').split(';');
	for (const shown of [cookie, `a=b; ${cookie}`, `${cookie};c=d`]) {
		const next = await shakeHands(shown);
		assert.equal(next.json[0].successful, true);
		assert.equal(next.header('Set-Cookie'), undefined);
	}
	const [other] = (await shakeHands()).header('Set-Cookie').split(';');
	assert.notEqual(other, cookie);
});

test('rule 80: nothing else sets it', async () => {
	const client = new Client(stack.http);
	await client.handshake();
	for (const [body, status] of [
		[[{ ...handshake[0], supportedConnectionTypes: ['x'] }], 200],
		[[client.connectMessage()], 200],
		[[{ channel: '/meta/connect', clientId: 'nobody',
			connectionType: 'long-polling' }], 200],
		[[client.message(freshChannel(), { data: 1 })], 200],
		['no JSON', 400],
		['[]', 400],
	]) {
		const response = await post(stack.http, body);
		assert.equal(response.status, status, response.text);
		assert.equal(response.header('Set-Cookie'), undefined);
	}
	const options = await request(stack.http, { method: 'OPTIONS' });
	assert.equal(options.header('Set-Cookie'), undefined);
});

for (const value of ['', 'seven77', 'x'.repeat(65), 'with-dash1', '"quoted12"',
	'../../etc', 'größegröße', 'browser 12', 'browser1\tx']) {
	test(`rule 80: ${JSON.stringify(value)} is replaced`, async () => {
		const response = await shakeHands(Buffer
		    .from(`${NAME}=${value}`).toString('latin1'), stack);
		assert.equal(response.status, 200);
		assert.match(response.header('Set-Cookie'), /=[0-9a-z]{16};/);
	});
}

for (const value of ['eight888', 'x'.repeat(64), 'MixedCase09']) {
	test(`rule 80: ${value} is taken`, async () => {
		const response = await shakeHands(`${NAME}=${value}`);
		assert.equal(response.json[0].successful, true);
		assert.equal(response.header('Set-Cookie'), undefined);
	});
}

test('rule 80: over HTTPS it is secure', async () => {
	const response = await exchange(stack.fcgi, handshake,
	    { more: { HTTPS: 'on' } });
	assert.match(response.header('Set-Cookie'),
	    /; HttpOnly; SameSite=Lax; Secure$/);
});

for (const [options, pattern, https] of [
	[{ browser_cookie: 'B', browser_cookie_path: '/cometd',
		browser_cookie_same_site: 'Strict',
		browser_cookie_secure: 'yes' },
	/^B=[0-9a-z]{16}; Path=\/cometd; HttpOnly; SameSite=Strict; Secure$/],
	[{ browser_cookie_same_site: 'None' },
	/; Path=\/; HttpOnly; SameSite=None; Secure$/],
	[{ browser_cookie_same_site: '', browser_cookie_secure: 'no' },
	/; Path=\/; HttpOnly$/, 'on'],
]) {
	test(`rule 80: ${JSON.stringify(options)} is obeyed`, () =>
		withStack(options, async (own) => {
			const response = await exchange(own.fcgi, handshake,
			    { more: https ? { HTTPS: https } : {} });
			const line = response.header('Set-Cookie');
			assert.match(line, pattern);
			const again = await shakeHands(line.split(';')[0], own);
			assert.equal(again.header('Set-Cookie'), undefined);
		}));
}

// Everything that one may try with the session of client; none of it works.
async function assertNoUse(client, cookie) {
	const other = thief(client, cookie);
	const channel = freshChannel();
	for (const reply of [(await other.connect({ advice: wake }))[0],
		await other.subscribe(channel),
		await other.unsubscribe(channel),
		await other.publish(channel, 1), await other.disconnect()]) {
		assert.equal(reply.successful, false, reply.channel);
		assert.equal(reply.error, UNKNOWN, reply.channel);
	}
}

// The session's owner has noticed nothing.
async function assertUndisturbed(client, held, channel) {
	assert.equal(held.settled, false);
	const [friend] = await tabs({ http: client.address }, 1);
	await friend.publish(channel, 'still here');
	const replies = await held.replies();
	assert.deepEqual(events(replies).map((event) => event.data),
	    ['still here']);
	assert.equal(replies.at(-1).successful, true);
}

for (const [name, on] of [['strict', () => strict], ['auto', () => stack]]) {
	test(`rules 81, 82: ${name} lets nobody else in`, async () => {
		const [client] = await tabs(on(), 1);
		const channel = freshChannel();
		await client.subscribe(channel);
		const held = await client.hold();
		for (const cookie of [undefined, freshCookie(),
			`${NAME}=`, `X${client.headers.Cookie}`,
			client.headers.Cookie.toUpperCase()])
			await assertNoUse(client, cookie);
		await assertUndisturbed(client, held, channel);
	});
}

test('rule 82: auto binds a session when the handshake shows it', async () => {
	const client = new Client(stack.http, from(freshCookie()));
	await client.handshake();
	await assertNoUse(client, undefined);
	assert.equal((await client.connect())[0].successful, true);
});

test('rule 82: auto trusts the id of who shows none', async () => {
	const client = await new Client(stack.http).join();
	await client.subscribe(freshChannel());
	assert.equal((await thief(client, freshCookie())
	    .connect({ advice: wake }))[0].successful, true);
	assert.equal((await client.disconnect()).successful, true);
});

test('rule 82: auto binds once the cookie that was set is shown', async () => {
	const response = await shakeHands();
	const [cookie] = response.header('Set-Cookie').split(';');
	const owner = new Client(stack.http, from(cookie));
	owner.clientId = response.json[0].clientId;
	const unknown = thief(owner, undefined);
	assert.equal((await unknown.connect())[0].successful, true);
	assert.equal((await owner.connect({ advice: wake }))[0]
	    .successful, true);
	await assertNoUse(owner, undefined);
	await assertNoUse(owner, freshCookie());
	assert.equal((await owner.disconnect()).successful, true);
});

test('rule 81: strict wants it after the handshake', async () => {
	const response = await shakeHands(undefined, strict);
	const [cookie] = response.header('Set-Cookie').split(';');
	const owner = new Client(strict.http, from(cookie));
	owner.clientId = response.json[0].clientId;
	await assertNoUse(owner, undefined);
	assert.equal((await owner.connect())[0].successful, true);
});

test('rule 82: trust asks for the id alone', async () => {
	const [client] = await tabs(trust, 1);
	for (const cookie of [undefined, freshCookie()])
		assert.equal((await thief(client, cookie)
		    .publish(freshChannel(), 1)).successful, true);
});

test('rule 31: a handshake with a known cookie is a new session', async () => {
	const [one, two] = await tabs(strict, 2);
	assert.notEqual(one.clientId, two.clientId);
	const both = await one.send([one.message(freshChannel(), { data: 1 }),
		two.message(freshChannel(), { data: 2 })]);
	assert.deepEqual(both.map((reply) => reply.successful), [true, true]);
});

test('rule 71: in a batch each session is its browser\'s', async () => {
	const [one, two] = await tabs(strict, 2);
	const [other] = await tabs(strict, 1);
	const messages = [other, one, other, two].map((client) =>
	    client.message(freshChannel(), { data: 1 }));
	const replies = await one.send(messages);
	assert.deepEqual(replies.map(({ id, successful, error }) =>
	    [id, successful, error]), [
		[messages[0].id, false, UNKNOWN],
		[messages[1].id, true, undefined],
		[messages[2].id, false, UNKNOWN],
		[messages[3].id, true, undefined],
	]);
});

test('rule 71: a batch takes nothing from another\'s queue', async () => {
	const [one] = await tabs(strict, 1);
	const [other] = await tabs(strict, 1);
	const channel = freshChannel();
	await other.subscribe(channel);
	await one.publish(channel, 'private');
	const replies = await one.send([one.message(freshChannel(),
	    { data: 1 }), other.connectMessage()]);
	assert.deepEqual(events(replies), []);
	assert.equal(replies.at(-1).error, UNKNOWN);
	assert.deepEqual(events(await other.connect())
	    .map((event) => event.data), ['private']);
});

const crowded = { 'multiple-clients': true, reconnect: 'retry',
	interval: 2000, timeout: 300000 };
const normal = { reconnect: 'retry', interval: 0, timeout: 300000 };

async function holdAll(clients) {
	const held = [];
	for (const client of clients)
		held.push(await client.hold());
	assert.deepEqual(held.filter((one) => one.settled), []);
	return held;
}

// The connects are over, and nobody is left who holds one.
async function leave(clients, held) {
	await Promise.all(clients.map((client) => client.disconnect()));
	await Promise.all(held.map((one) => one.response()));
}

test('rule 46: the fifth tab is advised, until one leaves', async () => {
	const all = await tabs(stack, 5);
	const [first, , , , fifth] = all;
	const held = await holdAll(all.slice(0, 4));
	for (let i = 0; i < 2; i++) {
		const [reply] = await fifth.connect();
		assert.equal(reply.successful, true);
		assert.deepEqual(reply.advice, crowded);
	}
	await leave([first], held.slice(0, 1));

	const channel = freshChannel();
	await fifth.subscribe(channel);
	const fine = await fifth.hold();
	assert.equal(fine.settled, false);
	await all[1].publish(channel, 1);
	const replies = await fine.replies();
	assert.deepEqual(replies.at(-1).advice, normal);
	const again = await fifth.hold();
	await all[1].publish(channel, 2);
	assert.equal((await again.replies()).at(-1).advice, undefined);
	await leave(all.slice(1), held.slice(1));
});

// nginx always sees who leaves.
test('rule 46: a tab that is closed makes room', async () => {
	const own = await startStack({ front: 'nginx', options: LONG });
	try {
		const all = await tabs(own, 5);
		const held = await holdAll(all.slice(0, 4));
		// It has several workers: who was sent before may come behind.
		await until(async () => (await all[4].connect({ advice:
			{ timeout: 100 } }))[0].advice['multiple-clients'],
		'there is no room');
		assert.deepEqual((await all[4].connect())[0].advice, crowded);
		held[0].connection.abort();
		held[0].promise.catch(() => {});
		// The web server may take a moment to tell.
		const fine = await until(async () => {
			const next = await all[4].hold();
			if (!next.settled)
				return next;
			assert.deepEqual((await next.replies())[0].advice,
			    crowded);
			return null;
		}, 'there is room');
		await leave(all, [...held.slice(1), fine]);
	} finally {
		await own.stop();
	}
});

test('rule 46: the advised tab misses nothing', async () => {
	const all = await tabs(stack, 5);
	const channel = freshChannel();
	await all[4].subscribe(channel);
	const held = await holdAll(all.slice(0, 4));
	await all[4].connect();
	await all[0].publish(channel, 'for the fifth');
	const replies = await all[4].connect();
	assert.deepEqual(events(replies).map((event) => event.data),
	    ['for the fifth']);
	await leave(all, held);
});

test('rule 46: other browsers, and clients without one, are free', async () => {
	const all = [...await tabs(stack, 4), ...await tabs(stack, 4),
		...await Promise.all(Array.from({ length: 6 },
		    () => new Client(stack.http).join()))];
	await leave(all, await holdAll(all));
});

test('rule 46: a session that connects again counts once', async () => {
	const all = await tabs(stack, 4);
	const older = [await all[0].hold(), await all[0].hold()];
	const held = await holdAll(all);
	for (const one of older)
		assert.equal((await one.response()).status, 409);
	await leave(all, held);
});

test('rule 46: nor do connects that were answered', async () => {
	const all = await tabs(stack, 4);
	for (let i = 0; i < 6; i++)
		await all[0].connect({ advice: wake });
	await leave(all, await holdAll(all));
});

test('rule 46: over HTTP/2 there is no limit', async () => {
	const all = await tabs(stack, 6);
	const peer = await Peer.open(stack.fcgi);
	const more = { SERVER_PROTOCOL: 'HTTP/2.0',
		HTTP_COOKIE: all[0].headers.Cookie };
	for (const [i, client] of all.entries())
		await peer.write(conversation(i + 1,
		    [client.connectMessage()], { more }));
	// When this is answered, the six have been looked at.
	await peer.send(99, [{ channel: '/meta/connect' }], { more });
	await barrier(stack.http);
	all.forEach((client, i) => assert.equal(peer.hasEnded(i + 1), false));
	await Promise.all(all.map((client) => client.disconnect()));
	for (const i of all.keys())
		assert.equal((await peer.answer(i + 1)).response.status, 200);
	peer.close();
});

test('rule 46: max_sessions_per_browser = 0 holds none', () =>
	withStack({ max_sessions_per_browser: 0 }, async (own) => {
		const [client] = await tabs(own, 1);
		const [reply] = await client.connect();
		assert.equal(reply.successful, true);
		assert.deepEqual(reply.advice, crowded);
	}));

test('rule 46: max_sessions_per_browser = -1 holds all', () =>
	withStack({ max_sessions_per_browser: -1 }, async (own) => {
		const all = await tabs(own, 9);
		await leave(all, await holdAll(all));
	}));

test('rule 46: multi_session_interval = 0ms tells them to give up', () =>
	withStack({ max_sessions_per_browser: 1,
		multi_session_interval: '0ms' }, async (own) => {
		const [one, two] = await tabs(own, 2);
		const held = await holdAll([one]);
		const [reply] = await two.connect();
		assert.equal(reply.successful, false);
		assert.equal(reply.advice.reconnect, 'none');
		assert.equal(reply.advice['multiple-clients'], true);
		await leave([one, two], held);
	}));

// The client has one cookie jar in a process, as tabs of a browser have.
async function withCometd(on, count, use) {
	const all = Array.from({ length: count }, () => new CometdClient(on));
	try {
		// Only a cookie that has come can be shown.
		for (const client of all)
			await within(client.handshake(), 'a handshake');
		await use(all);
	} finally {
		await within(Promise.all(all.map((client) =>
		    client.disconnect())), 'all clients to leave');
	}
}

test('rule 81: the CometD client shows its cookie', () =>
	withCometd(strict, 2, async ([one, two]) => {
		const channel = freshChannel();
		const received = await two.subscribe(channel);
		assert.equal((await one.publish(channel, 'hello')).successful,
		    true);
		await until(() => received.length === 1, 'it is received');
		assert.equal(received[0].data, 'hello');
		for (const client of [one, two])
			assert.deepEqual(client.failures, []);
	}));

test('rule 46: six CometD clients in one browser all go on', () =>
	withStack({ session_binding: 'strict',
		multi_session_interval: '100ms' }, (own) =>
		withCometd(own, 6, async (all) => {
			const channel = freshChannel();
			const received = [];
			for (const client of all)
				received.push(await client.subscribe(channel));
			await all[0].publish(channel, 'all');
			await until(() => received.every((one) =>
			    one.length === 1), 'all have it');
			// Those who are not held come again and again.
			await until(() => all.filter((client) =>
			    client.connects > 4).length >= 2, 'two poll');
			for (const client of all)
				assert.deepEqual(client.failures, []);
		})));
