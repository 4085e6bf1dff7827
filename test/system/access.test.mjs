// access.test.mjs - who may do what, by the blocks of the configuration, and
// who the user is (rules 49, 50, 72, 80-82).
//
// The user's name comes as a web server passes it on: as the FastCGI param
// REMOTE_USER, of which the tests are the web server.

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { Client, events } from './support/bayeux.mjs';
import { begin, exchange, pairs, PARAMS, Peer, STDIN, stream, variables }
	from './support/fastcgi.mjs';
import { command, scratchFolder, startStack, tree }
	from './support/stack.mjs';
import { patience, until } from './support/wait.mjs';

const config = `
anonymous_publish = yes
max_sessions_per_browser = -1
channel "/everyone" { subscribe = everyone publish = everyone }
channel "/nobody" { subscribe = nobody publish = nobody }
channel "/known" { subscribe = authenticated publish = authenticated }
channel "/local" { subscribe = local publish = local }
channel "/friends" {
	subscribe = { "alice", "user:everyone", local }
	publish = { "bob", "user:everyone" }
}
channel "/made" { create = { "alice" } }
channel "/made/**" { create = { "alice" } }
channel "/news/**" { publish = { "editor" } }
channel "/user/**" { subscribe = nobody publish = nobody }
channel "/user/%u/**" {
	subscribe = authenticated
	publish = authenticated
}
channel "/user/%u/outbox" { publish = nobody }
channel "/user/alice/outbox" { publish = everyone }
channel "/service/**" { subscribe = nobody publish = nobody }
channel "/service/%u" { subscribe = authenticated publish = authenticated }
`;

const DENIED = '403:denied_by_security_policy:subscribe_denied';
const NOT_PUBLISHED = '403:denied_by_security_policy:publish_denied';
const NOT_CREATED = '403:denied_by_security_policy:create_denied';
const NOT_MADE = '403:denied_by_security_policy:channel_create_denied';
const UNKNOWN = '402::session_unknown';
const wake = { advice: { timeout: 0 } };

let stack;
before(async () => {
	stack = await startStack({ front: 'none', config });
});
after(() => stack?.stop());

// What a web server says of a user; undefined: it has none.
function login(user, more = {}) {
	return user === undefined ? more : { REMOTE_USER: user, ...more };
}

// A client of a user whom the web server has let in.
class User extends Client {
	constructor(user, more = {}) {
		super(stack.fcgi);
		this.params = login(user, more);
	}

	async send(messages) {
		const response = await exchange(this.address, messages,
		    { more: this.params });
		assert.equal(response.status, 200, response.text);
		return response.json;
	}
}

function join(user, more) {
	return new User(user, more).join();
}

async function assertSubscribes(client, channel, error) {
	const reply = await client.subscribe(channel);
	assert.equal(reply.error, error, JSON.stringify(channel));
	assert.equal(reply.successful, error === undefined);
}

async function assertPublishes(client, channel, error) {
	const reply = await client.publish(channel, 1);
	assert.equal(reply.error, error, channel);
	assert.equal(reply.successful, error === undefined);
}

test('each value lets in whom it names, and nobody else', async () => {
	const [stranger, alice, bob, everyone] = await Promise.all(
	    [undefined, 'alice', 'bob', 'everyone'].map((user) => join(user)));
	for (const [channel, subscribers, publishers] of [
		['/everyone', [stranger, alice, bob, everyone],
			[stranger, alice, bob, everyone]],
		['/nobody', [], []],
		['/known', [alice, bob, everyone], [alice, bob, everyone]],
		['/local', [], []],
		['/friends', [alice, everyone], [bob, everyone]],
		['/any', [stranger, alice, bob, everyone],
			[stranger, alice, bob, everyone]]]) {
		for (const one of [stranger, alice, bob, everyone]) {
			await assertSubscribes(one, channel,
			    subscribers.includes(one) ? undefined : DENIED);
			await assertPublishes(one, channel,
			    publishers.includes(one) ? undefined :
			    NOT_PUBLISHED);
		}
	}
});

test('what is denied reaches nobody, and what is allowed does', async () => {
	const [alice, bob] = [await join('alice'), await join('bob')];
	await assertSubscribes(alice, '/friends');
	await assertPublishes(alice, '/friends', NOT_PUBLISHED);
	await assertPublishes(bob, '/friends');
	assert.deepEqual(events(await alice.connect(wake)),
	    [{ channel: '/friends', data: 1 }]);
});

test('rule 72: to be the first on a channel takes more', async () => {
	const [alice, bob] = [await join('alice'), await join('bob')];
	await assertSubscribes(bob, '/made', NOT_CREATED);
	await assertPublishes(bob, '/made', NOT_MADE);
	await assertPublishes(alice, '/made');
	await assertSubscribes(alice, '/made');
	await assertSubscribes(bob, '/made');
	await assertPublishes(bob, '/made');
	await assertSubscribes(bob, '/made/**', NOT_CREATED);
	await assertSubscribes(bob, '/made/x', NOT_CREATED);
	await assertSubscribes(alice, '/made/**');
	await assertSubscribes(bob, '/made/**');
});

test('a user has what is below their own name', async () => {
	const [stranger, alice, bob] = [await join(), await join('alice'),
		await join('bob')];
	await assertSubscribes(alice, '/user/alice/inbox');
	await assertSubscribes(alice, '/user/alice/**');
	await assertSubscribes(alice, '/user/alice/x/*');
	await assertPublishes(alice, '/user/alice/inbox');
	await assertPublishes(alice, '/user/alice/outbox');
	await assertPublishes(bob, '/user/bob/outbox', NOT_PUBLISHED);
	for (const other of [bob, stranger]) {
		await assertSubscribes(other, '/user/alice/inbox', DENIED);
		await assertSubscribes(other, '/user/alice/**', DENIED);
		await assertPublishes(other, '/user/alice/inbox',
		    NOT_PUBLISHED);
	}
	// The name that is spelt out is everyone's, as its block says.
	await assertPublishes(bob, '/user/alice/outbox');
});

test('a user whose name is no segment has no place of their own',
    async () => {
	for (const name of ['alice/x', '*', '**', '%u', 'alic\u00e9']) {
		const user = await join(name);
		await assertSubscribes(user, '/user/alice/x', DENIED);
		await assertSubscribes(user, '/user/*', DENIED);
		await assertSubscribes(user, '/user/**', DENIED);
		await assertSubscribes(user, '/known');
	}
	const user = await join('a.b@c d');
	await assertSubscribes(user, '/user/a.b@c d/x');
});

test('a pattern is no way around', async () => {
	const [stranger, alice] = [await join(), await join('alice')];
	for (const pattern of ['/**', '/*', '/user/**', '/user/*',
		'/user/bob/**', '/user/bob/*', '/user/alic/**'])
		for (const one of [stranger, alice])
			await assertSubscribes(one, pattern, DENIED);
	await assertSubscribes(stranger, '/news/**');
	await assertSubscribes(stranger, '/any/**');
	await assertSubscribes(stranger, '/known/**');
});

test('rule 49: of an array all is allowed, or nothing subscribed',
    async () => {
	const [alice, bob] = [await join('alice'), await join('bob')];
	await assertSubscribes(bob, ['/any/a', '/user/alice/x', '/any/b'],
	    DENIED);
	await assertSubscribes(bob, ['/any/a', '/made/unmade', '/any/b'],
	    NOT_CREATED);
	await assertPublishes(alice, '/any/a');
	await assertPublishes(alice, '/any/b');
	assert.deepEqual(events(await bob.connect(wake)), []);
	await assertSubscribes(bob, ['/any/a', '/user/bob/x', '/any/b']);
	await assertPublishes(alice, '/any/a');
	assert.deepEqual(events(await bob.connect(wake)),
	    [{ channel: '/any/a', data: 1 }]);
});

test('services have blocks of their own', async () => {
	const [stranger, alice] = [await join(), await join('alice')];
	await assertPublishes(stranger, '/service/alice', NOT_PUBLISHED);
	await assertPublishes(alice, '/service/alice');
	await assertPublishes(alice, '/service/bob', NOT_PUBLISHED);
	await assertSubscribes(alice, '/service/alice');
	await assertSubscribes(alice, '/service/**', DENIED);
	await assertSubscribes(stranger, '/service/alice', DENIED);
});

test('a message without a session is from nobody', async () => {
	const publish = async (channel) => {
		const response = await exchange(stack.fcgi,
		    [{ channel, data: 1 }], { more: login('editor') });
		return response.json[0];
	};
	assert.equal((await publish('/any')).successful, true);
	assert.equal((await publish('/news/today')).error, NOT_PUBLISHED);
	assert.equal((await publish('/known')).error, NOT_PUBLISHED);
	await assertPublishes(await join('editor'), '/news/today');
});

// The client's session, used by somebody else who has learnt its id.
function thief(client, user, more) {
	const other = new User(user, more);
	other.clientId = client.clientId;
	return other;
}

test('rule 81: the session of one user is not known to another', async () => {
	const alice = await join('alice');
	for (const user of ['bob', 'Alice', undefined, '']) {
		const other = thief(alice, user);
		await assertPublishes(other, '/any', UNKNOWN);
		await assertSubscribes(other, '/any', UNKNOWN);
		const [connect] = await other.connect(wake);
		assert.equal(connect.error, UNKNOWN);
		assert.equal(connect.advice.reconnect, 'handshake');
		assert.equal((await other.disconnect()).error, UNKNOWN);
	}
	await assertPublishes(thief(alice, 'alice'), '/known');
});

test('rule 81: nor is its stream', async () => {
	const alice = await join('alice');
	const open = async (user) => (await exchange(stack.fcgi, '', { more: {
		...login(user), REQUEST_METHOD: 'GET', CONTENT_LENGTH: '',
		REQUEST_URI: `/cometd/${alice.clientId}`,
		HTTP_ACCEPT: 'text/event-stream'
	} })).status;
	assert.equal(await open('bob'), 403);
	assert.equal(await open(undefined), 403);
});

test('who logs in later is still the nobody who shook hands', async () => {
	const stranger = await join();
	const later = thief(stranger, 'alice');
	await assertPublishes(later, '/any');
	await assertPublishes(later, '/known', NOT_PUBLISHED);
});

test('no header makes a user', async () => {
	const eve = await join(undefined, { HTTP_REMOTE_USER: 'alice',
		HTTP_AUTHORIZATION: 'Basic YWxpY2U6YWxpY2U=',
		HTTP_X_REMOTE_USER: 'alice' });
	await assertSubscribes(eve, '/known', DENIED);
});

test('of two names the last counts, and an empty one is none', async () => {
	const empty = await join('');
	await assertSubscribes(empty, '/known', DENIED);
	const body = JSON.stringify([{ channel: '/meta/handshake',
		version: '1.0', supportedConnectionTypes: ['long-polling'] }]);
	const peer = await Peer.open(stack.fcgi);
	try {
		await peer.write(Buffer.concat([begin(1),
			stream(PARAMS, 1, pairs([
				['REMOTE_USER', 'alice'],
				...Object.entries(variables(body)),
				['REMOTE_USER', 'bob']])),
			stream(STDIN, 1, body)]));
		const { response } = await peer.answer(1);
		const { clientId } = response.json[0];
		await assertPublishes(thief({ clientId }, 'alice'), '/any',
		    UNKNOWN);
		await assertPublishes(thief({ clientId }, 'bob'), '/any');
	} finally {
		peer.close();
	}
});

test('a name that is none is 400, and not cut short', async () => {
	const status = async (user) => (await exchange(stack.fcgi,
	    [{ channel: '/meta/handshake', version: '1.0' }],
	    { more: login(user) })).status;
	assert.equal(await status('a'.repeat(255)), 200);
	assert.equal(await status('a'.repeat(256)), 400);
	assert.equal(await status('alice\0'), 400);
	assert.equal(await status('al\nice'), 400);
	assert.equal(await status('alice\x7f'), 400);
});

test('the log says whose a session is', async () => {
	const alice = await join('al"ice x=y');
	const line = 'event=handshake session=' +
	    `${alice.clientId.slice(0, 8)} user="al\\"ice x=y"`;
	await until(() => stack.output.includes(line), 'it is logged');
});

test('a page that any origin allows asks for nobody', async () => {
	const own = await startStack({ front: 'none', config,
		options: { allowed_origins: '*' } });
	try {
		const page = { HTTP_HOST: 'a.test',
			HTTP_ORIGIN: 'http://b.test' };
		const visitor = new User('alice', page);
		visitor.address = own.fcgi;
		await visitor.join();
		await assertSubscribes(visitor, '/known', DENIED);
		const alice = new User('alice');
		alice.address = own.fcgi;
		await alice.join();
		await assertSubscribes(alice, '/known');
		visitor.clientId = alice.clientId;
		await assertPublishes(visitor, '/any', UNKNOWN);
	} finally {
		await own.stop();
	}
});

// What the program says, with text as its configuration file.
function ask(text, ...args) {
	const folder = scratchFolder();
	const file = path.join(folder, 'a.conf');
	try {
		fs.writeFileSync(file, text);
		const [first, ...rest] = command(['-c', file, ...args]);
		const { status, stdout, stderr } = spawnSync(first, rest,
		    { encoding: 'utf8', timeout: patience });
		return { status, stdout: stdout.replaceAll(folder, ''),
			stderr: stderr.replaceAll(folder, '') };
	} finally {
		fs.rmSync(folder, { recursive: true });
	}
}

const small = `channel "/user/**" {
	subscribe = nobody
}
channel "/user/%u/**" {
	subscribe = authenticated
	publish = { "alice", "local" }
}
`;

test('--explain tells the block that decides, and its status how', () => {
	for (const [args, status, stdout] of [
		[['alice', 'subscribe', '/user/alice/inbox'], 0,
			'allow: /a.conf:5: channel "/user/%u/**": ' +
			'subscribe = authenticated\n'],
		[['bob', 'publish', '/user/bob/inbox'], 3,
			'deny: /a.conf:6: channel "/user/%u/**": ' +
			'publish = { "alice", "local" }\n'],
		[['bob', 'subscribe', '/user/alice/inbox'], 3,
			'deny: /a.conf:2: channel "/user/**": ' +
			'subscribe = nobody\n'],
		[['alice', 'subscribe', '/**'], 3,
			'deny: /a.conf:2: channel "/user/**": ' +
			'subscribe = nobody\n'],
		[['-', 'subscribe', '/user/-/x'], 3,
			'deny: /a.conf:2: channel "/user/**": ' +
			'subscribe = nobody\n'],
		[['-', 'create', '/user/x'], 0, 'allow: no block decides\n'],
		[['-', 'publish', '/meta/connect'], 3,
			'deny: the channel is the protocol\'s own\n']])
		for (const flags of [[], ['-t']])
			assert.deepEqual(ask(small, ...flags, '--explain',
			    ...args), { status, stdout, stderr: '' });
});

test('--explain goes by -o too, and by a configuration that is right', () => {
	assert.deepEqual(ask(small, '-o', 'max_channel_depth=2', '--explain',
	    '-', 'publish', '/a/b/c').status, 2);
	assert.deepEqual(ask('channel "/a" { lasy = yes }', '--explain', '-',
	    'publish', '/a'), { status: 1, stdout: '', stderr: '/a.conf:1: ' +
	    'channel: a block has no option "lasy"; did you mean "lazy"?\n' });
});

test('-t tells what is wrong with a block, and where', () => {
	for (const [text, error] of [
		['channel "/a/%ux" { }', '1: channel: "/a/%ux" is no ' +
		    'channel; "%u" stands for the user who asks, as a whole ' +
		    'segment, such as in "/user/%u/**"'],
		['channel "/meta/**" { publish = nobody }', '1: channel: ' +
		    '"/meta/**" is the protocol\'s own'],
		['channel "/service/a" {\n\tlazy = yes\n}', '2: lazy: ' +
		    'nothing is broadcast on "/service/a"'],
		['channel "/service/a" {\n\tcreate = nobody\n}', '2: create: ' +
		    'nothing is created on "/service/a"'],
		['channel "/a/%u" {\n\n\tlazy = yes\n}', '3: lazy: is the ' +
		    'same whoever asks, so "/a/%u" cannot have it'],
		['channel "/a" {\n\tpublish = { "a", nobody }\n}',
			'2: publish: "nobody" stands alone; a user of that ' +
			'name is "user:nobody"'],
		['channel "/a" {\n\tpublish = authenicated\n}', '2: publish: ' +
		    'did you mean "authenticated" by "authenicated"?  A user ' +
		    'of that name is "user:authenicated"'],
		['channel "/a" {\n\tsubscribe = { }\n}', '3: subscribe: the ' +
		    'list is empty; write "nobody"'],
		['channel "/a" {\n\tsubscribe = { "user:" }\n}', '2: ' +
		    'subscribe: no user is called "user:": a name has 1 to ' +
		    '255 bytes, and no control characters'],
		['channel "/a" {\n\tsubscribe = { { a } }\n}',
			'2: unexpected token \'{\''],
	])
		assert.deepEqual(ask(text, '-t'), { status: 1, stdout: '',
			stderr: `/a.conf:${error}\n` });
	assert.deepEqual(ask(config, '-t'),
	    { status: 0, stdout: '', stderr: '' });
});

test('-T prints the blocks as they can be read again', () => {
	const { stdout } = ask(config, '-T');
	assert.match(stdout, /\n\tsubscribe = \{ "alice", "user:everyone", "local" \} {2}# \/a\.conf:9\n/);
	const values = (text) => text.replace(/ {2}# .*$/gm, '');
	assert.equal(values(ask(stdout, '-T').stdout), values(stdout));
});

test('the example locks down all but what it names', () => {
	const text = fs.readFileSync(path.join(tree,
	    'conf-examples/locked-down.conf'), 'utf8');
	for (const [status, ...question] of [
		[3, '-', 'subscribe', '/any'],
		[3, 'alice', 'subscribe', '/**'],
		[3, 'alice', 'publish', '/service/any'],
		[0, '-', 'subscribe', '/news/**'],
		[0, '-', 'create', '/news/today'],
		[3, '-', 'publish', '/news/today'],
		[0, 'editor', 'publish', '/news/today'],
		[0, 'alice', 'subscribe', '/user/alice/**'],
		[3, 'bob', 'subscribe', '/user/alice/**'],
		[3, '-', 'subscribe', '/chat/demo'],
		[0, 'bob', 'subscribe', '/chat/demo'],
		[0, 'bob', 'create', '/members/demo']])
		assert.equal(ask(text, '--explain', ...question).status,
		    status, question.join(' '));
});
