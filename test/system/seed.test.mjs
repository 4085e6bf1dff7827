// seed.test.mjs - what the Perl server tested itself with: its access rules,
// its services, which channels match, and a client from start to end.

import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { barrier, Client, events, joined } from './support/bayeux.mjs';
import { PerlClient } from './support/perl_client.mjs';
import { pluginFile, scratchFolder, shippedPlugin, startStack }
	from './support/stack.mjs';
import { until } from './support/wait.mjs';

let folder;
let file;
let stack;
let guarded;
before(async () => {
	const seed = pluginFile('seed');
	const options = { timeout: '600s' };
	folder = scratchFolder();
	file = path.join(folder, 'events');
	[stack, guarded] = await Promise.all([
		startStack({ options, config: `
			plugin "echo" { path = "${shippedPlugin('echo')}" }
			plugin "math" { path = "${shippedPlugin('math')}" }
			plugin "seed" { path = "${seed}" }` }),
		startStack({ options, config: `
			plugin "seed" { path = "${seed}" acl = yes }
			plugin "monitor" {
				path = "${shippedPlugin('monitor')}"
				file = "${file}"
			}` }),
	]);
});
after(async () => {
	await Promise.all([stack?.stop(), guarded?.stop()]);
	fs.rmSync(folder, { recursive: true });
});

// Access.

const admin = { ext: { username: 'admin', password: 'password' } };

for (const [what, fields, error] of [
	['without ext',
		{}, 'Must pass username and password in ext to handshake'],
	['without a password', { ext: { username: 'admin' } },
		'Must pass username and password in ext to handshake'],
	['with a wrong password',
		{ ext: { username: 'admin', password: 'guess' } },
		'Invalid username or password'],
]) {
	test(`acl: a handshake ${what} is denied, in its words`, async () => {
		const reply = await new Client(guarded.http).handshake(fields);
		assert.equal(reply.successful, false);
		assert.equal(reply.error, error);
		assert.equal(reply.advice.reconnect, 'none');
		assert.equal(reply.clientId, undefined);
	});
}

test('acl: /private is refused in its words, and nothing else', async () => {
	const client = new Client(guarded.http);
	assert.equal((await client.handshake(admin)).successful, true);
	const reply = await client.subscribe('/private');
	assert.equal(reply.successful, false);
	assert.equal(reply.error, 'Can\'t subscribe to private');
	assert.equal(reply.subscription, '/private');
	assert.equal((await client.subscribe('/public')).successful, true);
});

// Services.

async function ask(service, data) {
	const client = await new Client(stack.http).join();
	const message = client.message(`/service/${service}`, { data });
	const answers = events(await client.send([message]));
	assert.deepEqual(answers.map(({ channel, id }) => [channel, id]),
	    [[message.channel, message.id]]);
	return answers[0].data;
}

test('services: echo', async () => {
	assert.deepEqual(await ask('echo', { a: [1] }), { a: [1] });
});

test('services: math', async () => {
	assert.equal(await ask('math', { op: 'add', a: 2, b: 3 }), 5);
	assert.equal(await ask('math/multiply', { a: 2, b: 3 }), 6);
});

test('services: the fallback has what nobody serves by name', async () => {
	for (const service of ['none', 'echo/x', 'math/power', 'a/b/c'])
		assert.equal(await ask(service, 1), 'no such service');
});

// Channels.

for (const [what, subscription, reached, missed] of [
	['a name is itself', '/foo/bar', '/foo/bar', '/foo/baz'],
	['a name is not what is below it', '/foo', '/foo', '/foo/bar'],
	['a name is not what it begins with', '/foo/bar', '/foo/bar',
		'/foo/ba'],
	['names mind their case', '/Foo', '/Foo', '/foo'],
	['* is one segment, any', '/foo/*', '/foo/bar', '/bar/bar'],
	['* does not go across levels', '/foo/*', '/foo/bar', '/foo/bar/baz'],
	['* is not none', '/foo/*', '/foo/bar', '/foo'],
	['** is any number of levels', '/foo/**', '/foo/bar/baz/boo',
		'/bar/foo/baz'],
	['** is not none', '/foo/**', '/foo/bar', '/foo'],
	['/** is all there is but services', '/**', '/foo/bar/baz',
		'/service/foo'],
]) {
	test(`channel matching: ${what}`, async () => {
		const [from, to] = await joined(stack.http, 2);
		assert.equal((await to.subscribe(subscription)).successful,
		    true);
		await from.publish(missed, 'missed');
		await from.publish(reached, 'reached');
		assert.deepEqual(events(await to.connect(
		    { advice: { timeout: 0 } })),
		[{ channel: reached, data: 'reached' }]);
	});
}

test('channel matching: rule 53, several patterns bring it once', async () => {
	const [from, to] = await joined(stack.http, 2);
	for (const name of ['/foo/bar', '/foo/*', '/foo/**', '/**', '/foo/*'])
		assert.equal((await to.subscribe(name)).successful, true);
	await from.publish('/foo/bar', 1);
	assert.deepEqual(events(await to.connect({ advice: { timeout: 0 } })),
	    [{ channel: '/foo/bar', data: 1 }]);
});

// Server and client.

// What has happened with the client, without what differs from run to run.
function happened({ clientId }) {
	return fs.readFileSync(file, 'utf8').split('\n').filter(Boolean)
	    .map((line) => JSON.parse(line))
	    .filter(({ client_id }) => clientId.startsWith(client_id))
	    .map(({ event, channel, data, ip, reason }) =>
		[event, channel ?? ip ?? reason, data]);
}

test('server and client: all that happens, in its order', async () => {
	const client = await new Client(guarded.http);
	await client.handshake(admin);
	await client.connect();
	await client.subscribe('/chat');
	const held = await client.hold();
	const other = new Client(guarded.http);
	await other.handshake(admin);
	await other.publish('/chat', { user: 'other' });
	assert.deepEqual(events(await held.replies()),
	    [{ channel: '/chat', data: { user: 'other' } }]);
	await client.publish('/chat', { user: 'me' });
	await client.unsubscribe('/chat');
	await client.disconnect();
	await barrier(guarded.http);
	assert.deepEqual(happened(client), [
		['client_connect', '127.0.0.1', undefined],
		['subscribe', '/chat', undefined],
		['publish', '/chat', { user: 'me' }],
		['unsubscribe', '/chat', undefined],
		['client_disconnect', 'disconnect', undefined],
	]);
	assert.deepEqual(happened(other).slice(1),
	    [['publish', '/chat', { user: 'other' }]]);
});

test('server and client: the Perl client, on a server that lets it in', async () => {
	const client = new PerlClient(stack.http, { version: '0.03' });
	const received = [];
	try {
		client.init();
		client.subscribe('/chat/x', ({ data }) => received.push(data));
		client.publish('/chat/x', { chat: 'hi' });
		await client.until(() => received.length > 0, 'it is there');
		assert.deepEqual(received, [{ chat: 'hi' }]);
		client.disconnect();
		await client.until(() => !client.connected, 'it has left');
		await until(async () => (await new Client(stack.http).one(
		    { channel: '/meta/connect', clientId: client.clientId,
			connectionType: 'long-polling', id: '1' })).error ===
		    '402::session_unknown', 'the server has let it go');
	} finally {
		client.stop();
	}
});
