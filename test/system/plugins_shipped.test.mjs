// plugins_shipped.test.mjs - the plugins of conf-examples/plugins.

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { barrier, Client, events, freshChannel, joined, post }
	from './support/bayeux.mjs';
import { CometdClient, receives, withClients } from './support/clients.mjs';
import { PerlClient } from './support/perl_client.mjs';
import { pluginFile, program, scratchFolder, shippedPlugin, startStack, tree }
	from './support/stack.mjs';
import { until, watch, within } from './support/wait.mjs';

const lasting = { timeout: '600s' };

function section(name, keys = '') {
	return `plugin "${name}" {
		path = "${shippedPlugin(name)}"
		${keys}
	}\n`;
}

async function withStack(config, use, options = {}) {
	const stack = await startStack({ config,
		options: { ...lasting, ...options } });
	try {
		await use(stack);
	} finally {
		await stack.stop();
	}
}

let stack;
before(async () => {
	stack = await startStack({ options: lasting,
		config: section('echo') + section('math') });
});
after(() => stack?.stop());

// The sections of the example, without the "#" before them.
test('the example of the configuration shows each with its keys', () => {
	const text = fs.readFileSync(path.join(tree,
	    'conf-examples/bayeux-fcgi.conf'), 'utf8');
	const folder = scratchFolder();
	const file = path.join(folder, 'a.conf');
	const sections = [...text.matchAll(/^#plugin "(\w+)" {[^}]*^#}/gm)]
	    .filter(([, name]) => name !== 'acl');
	assert.deepEqual(sections.map(([, name]) => name).sort(),
	    ['auth', 'chatbot', 'echo', 'math', 'monitor']);
	fs.writeFileSync(file, sections.map(([section]) => `${section}\n`)
	    .join('').replace(/^#/gm, '')
	    .replace(/".*plugins\/(\w+).so"/g, (_, name) =>
		`"${shippedPlugin(name)}"`));
	const { status, stdout, stderr } = spawnSync(program,
	    ['-t', '-c', file], { encoding: 'utf8' });
	assert.deepEqual({ status, stdout, stderr },
	    { status: 0, stdout: '', stderr: '' });
	for (const [section, name] of sections) {
		const source = fs.readFileSync(path.join(tree,
		    `conf-examples/plugins/${name}.c`), 'utf8');
		for (const [, key] of section.matchAll(/^#\t(\w+) = /gm))
			assert.ok(source.includes(`"${key}"`) || key === 'path',
			    `${name}: ${key}`);
	}
	fs.rmSync(folder, { recursive: true });
});

// echo and math.

function call(client, target, content) {
	return within(new Promise((resolve) => {
		client.client.remoteCall(target, content, 600000, resolve);
	}), 'a reply to the call');
}

// What service answers to data, which is text that goes out as it is; and the
// bytes of that answer's data, which are its last member but for "id".
async function ask(service, data) {
	const client = await new Client(stack.http).join();
	const channel = `/service/${service}`;
	const { text, json } = await post(stack.http, `[{"channel":"${channel}",
	    "clientId":"${client.clientId}","id":"7","data":${data}}]`);
	const [answer] = events(json);
	assert.equal(answer.channel, channel);
	assert.equal(answer.id, '7');
	return { ...answer, text };
}

test('echo: byte for byte, as rule 107 has it', async () => {
	for (const data of ['{"a": 1.50,\n"\\u00e4":[ 9007199254740993 ]}',
		'"\\/ä"', 'null', '0', '[]']) {
		const answer = await ask('echo', data);
		assert.ok(answer.text.includes(data), answer.text);
		assert.equal(answer.successful, true);
		assert.deepEqual(answer.data, JSON.parse(data));
	}
});

test('echo: the CometD client calls it', () =>
	withClients(stack, ['cometd'], async (client) => {
		const reply = await call(client, 'echo', { some: ['ä', 1] });
		assert.equal(reply.successful, true);
		assert.deepEqual(reply.data, { some: ['ä', 1] });
	}));

test('echo: the Perl client has an event on its channel', async () => {
	const client = new PerlClient(stack.http, { version: '0.03' });
	const heard = [];
	try {
		client.init();
		client.subscribe('/service/echo', (message) => {
			if ('data' in message)
				heard.push(message.data);
		});
		client.publish('/service/echo', { from: 'perl' });
		await client.until(() => heard.length > 0, 'the echo is there');
		assert.deepEqual(heard, [{ from: 'perl' }]);
	} finally {
		client.stop();
	}
});

// The data of an answer as it was written.
function written({ text }) {
	return /"data":(.*?)(,"(id|successful)|})/.exec(text)[1];
}

for (const [service, data, wanted] of [
	['math/add', '{"a":1,"b":2}', '3'],
	['math/add', '{"a":0.1,"b":0.2}', '0.30000000000000004'],
	['math/add', '{"b":0.2,"a":0.5}', '0.7'],
	['math/add', '{"a":123456789012,"b":1}', '123456789013'],
	['math/subtract', '{"a":1,"b":2.5}', '-1.5'],
	['math/subtract', '{"a":1e300,"b":0}', '1e+300'],
	['math/multiply', '{"a":-1.5E1,"b":4 , "c":null}', '-60'],
	['math/subtract', '{"a":1,"b":1}', '0'],
	['math/multiply', '{"a":100,"b":10}', '1000'],
	['math/divide', '{"a":1,"b":3}', '0.3333333333333333'],
	['math/divide', '{"a":5e-324,"b":1}', '5e-324'],
	['math', '{"op":"add","a":1,"b":2}', '3'],
	['math', '{"op":"divide","a":1,"b":8}', '0.125'],
	['math', '{"op":"-","a":1,"b":2}', '-1'],
	['math', '{"op":"\\/","a":1,"b":2}', '0.5'],
]) {
	test(`math: ${service} of ${data} is ${wanted}`, async () => {
		const answer = await ask(service, data);
		assert.equal(answer.successful, true, answer.text);
		assert.equal(written(answer), wanted);
	});
}

const numbers = 'a and b have to be numbers';
for (const [service, data, wanted] of [
	['math/add', '{"a":"1","b":2}', numbers],
	['math/add', '{"a":1}', numbers],
	['math/add', '{"a":1,"b":null}', numbers],
	['math/add', '{"a":1,"b":1e999}', numbers],
	['math/add', '17', numbers],
	['math/add', '[1,2]', numbers],
	['math/divide', '{"a":1,"b":0}', 'division by zero'],
	['math/divide', '{"a":0,"b":-0.0}', 'division by zero'],
	['math/multiply', '{"a":1e300,"b":1e300}', 'the result is too large'],
	['math', '{"op":"power","a":1,"b":2}', 'op has to be add, subtract, ...'],
	['math', '{"op":["add"],"a":1,"b":2}',
		'op has to be add, subtract, ...'],
	['math', '{"a":1,"b":2}', 'op has to be add, subtract, ...'],
]) {
	test(`math: ${service} of ${data} fails`, async () => {
		const answer = await ask(service, data);
		assert.equal(answer.successful, false, answer.text);
		assert.deepEqual(answer.data, { error: wanted });
	});
}

test('math: the CometD client calls it, and sees it fail', () =>
	withClients(stack, ['cometd'], async (client) => {
		const sum = await call(client, 'math/add', { a: 20, b: 22 });
		assert.deepEqual([sum.successful, sum.data], [true, 42]);
		const none = await call(client, 'math/divide', { a: 1, b: 0 });
		assert.deepEqual([none.successful, none.data],
		    [false, { error: 'division by zero' }]);
	}));

// chatbot.

const answerTo = (name) => ({ user: 'Autobot',
	chat: `I got your message, ${name}` });

test('chatbot: everyone who chats is answered, by name', () =>
	withStack(section('chatbot'), (own) =>
		withClients(own, ['cometd', 'faye'], async (ann, bob) => {
			const heard = await bob.subscribe('/chat/demo');
			const said = [{ user: 'Ann', chat: 'hi' },
				{ user: 'Zö "\\\u0001', chat: '' },
				{ chat: 'who am I?' },
				{ user: '', chat: 1 },
				{ user: 7, chat: null }];
			for (const message of said)
				await ann.publish('/chat/demo', message);
			await receives(heard, said.flatMap((message, i) =>
				[message, answerTo(['Ann', 'Zö "\\\u0001',
					'anon', 'anon', 'anon'][i])]));
		})));

test('chatbot: only what is said in a chat is answered', () =>
	withStack(section('chatbot', 'channel = "/chat/other"'), (own) =>
		withClients(own, ['cometd'], async (ann) => {
			const heard = await ann.subscribe('/chat/*');
			for (const data of [{ user: 'Ann' }, 'chat', null])
				await ann.publish('/chat/other', data);
			await ann.publish('/chat/demo', { chat: 'hi' });
			await ann.publish('/chat/other', { chat: 'hi' });
			await receives(heard, [{ user: 'Ann' }, 'chat', null,
				{ chat: 'hi' }, { chat: 'hi' },
				answerTo('anon')]);
		})));

// The parrot, a client of the seed plugin's, answers everybody else.
test('chatbot: no bot is answered, not even another', () =>
	withStack(section('chatbot') + `plugin "seed" {
		path = "${pluginFile('seed')}"
		parrot = "/chat/demo"
	}`, (own) => withClients(own, ['cometd'], async (ann) => {
		const heard = await ann.subscribe('/chat/demo');
		const users = () => heard.map(({ data }) => data.user).sort();
		for (const times of [1, 2]) {
			await ann.publish('/chat/demo',
			    { user: 'Ann', chat: 'hi' });
			await until(() => heard.length >= 4 * times,
			    'all is said');
			await barrier(own.http);
			assert.deepEqual(users(), ['Ann', 'Autobot', 'Parrot',
				'Parrot'].flatMap((user) =>
				Array(times).fill(user)));
		}
	})));

test('chatbot: it needs a channel that there can be', async () => {
	await assert.rejects(startStack({ front: 'none',
		config: section('chatbot', 'channel = "chat"') }),
	/plugin=chatbot event=cannot_start/);
});

// monitor.

// The lines in file that are whole, as objects.
function lines(file) {
	return fs.readFileSync(file, 'utf8').split('\n').slice(0, -1)
	    .map((line) => JSON.parse(line));
}

// One of everything, by a client who is alone on the server.
async function doEverything(address) {
	const client = await new Client(address).join();
	await client.subscribe('/a/*');
	await client.publish('/a/b', { x: 1 }, { ext: { y: [2] } });
	await client.send([client.message('/service/echo', { data: 'ho' })]);
	await client.unsubscribe('/a/*');
	await client.disconnect();
	return client;
}

async function withMonitor(keys, use, more = '') {
	const folder = scratchFolder();
	const file = path.join(folder, 'logs/events');
	fs.mkdirSync(path.dirname(file));
	await withStack(`${section('echo')}${more}${section('monitor',
	    `file = "${file}" ${keys}`)}`, (own) => use(own, file));
	fs.rmSync(folder, { recursive: true });
	return file;
}

test('monitor: everything that happens, in its order', () =>
	withMonitor('', async (own, file) => {
		const began = Date.now();
		const { clientId } = await doEverything(own.http);
		const client_id = clientId.slice(0, 8);
		const all = await until(() => lines(file).length >= 7 &&
			lines(file), 'all of it is written');
		for (const line of all) {
			assert.ok(line.time >= began && line.time <= Date.now(),
			    JSON.stringify(line));
			delete line.time;
			if (line.event !== 'publish')
				continue;
			assert.match(line.id, /^\d+$/);
			line.id = 'its own';
		}
		assert.deepEqual(all, [
			{ event: 'client_connect', client_id, ip: '127.0.0.1' },
			{ event: 'subscribe', client_id, channel: '/a/*' },
			{ event: 'publish', client_id, channel: '/a/b',
				data: { x: 1 }, id: 'its own',
				ext: { y: [2] } },
			{ event: 'client_push', client_id,
				channel: '/service/echo', data: 'ho',
				id: all[3].id },
			{ event: 'publish', client_id,
				channel: '/service/echo', data: 'ho',
				id: 'its own' },
			{ event: 'unsubscribe', client_id, channel: '/a/*' },
			{ event: 'client_disconnect', client_id,
				reason: 'disconnect' },
		]);
		assert.match(all[3].id, /^\d+$/);
	}));

test('monitor: ids in full, if they are wanted', () =>
	withMonitor('ids = full', async (own, file) => {
		const { clientId } = await doEverything(own.http);
		await until(() => lines(file).length >= 7, 'it is written');
		for (const { client_id } of lines(file))
			assert.equal(client_id, clientId);
	}));

test('monitor: an id in the name of a channel is as short', () =>
	withMonitor('', async (own, file) => {
		const client = await new Client(own.http).join();
		await client.subscribe(`/private/${client.clientId}/x`);
		const line = await until(() => lines(file)[1], 'it is written');
		assert.equal(line.channel,
		    `/private/${client.clientId.slice(0, 8)}`);
	}));

test('monitor: local clients, and data in one line', () =>
	withMonitor('', async (own, file) => {
		const client = await new Client(own.http).join();
		await post(own.http, `[{"channel":"/chat/demo","clientId":
		    "${client.clientId}","data":{"chat":\n\r\n"a\\nb"}}]`);
		const all = await until(() => lines(file).length >= 3 &&
			lines(file), 'it is written');
		const bot = all.filter(({ client_id }) =>
			client_id === 'a-bot-with-a-name');
		for (const line of all)
			delete line.time;
		assert.deepEqual(bot.at(-1), { event: 'publish',
			client_id: 'a-bot-with-a-name', channel: '/chat/demo',
			data: answerTo('anon') });
		assert.ok(all.some(({ data }) => data?.chat === 'a\nb'));
	}, section('chatbot', 'id = a-bot-with-a-name')));

test('monitor: a local client comes and goes', async () => {
	const folder = scratchFolder();
	const file = path.join(folder, 'events');
	await withStack(section('monitor', `file = "${file}"`) +
	    section('chatbot', 'id = robot'), async () => {});
	const all = lines(file).map(({ time, ...line }) => {
		assert.equal(typeof time, 'number');
		return line;
	});
	fs.rmSync(folder, { recursive: true });
	assert.deepEqual(all.slice(0, 2), [
		{ event: 'client_connect', client_id: 'robot',
			session: 'local' },
		{ event: 'subscribe', client_id: 'robot',
			channel: '/chat/demo' }]);
});

test('monitor: without a file it is in the log', () =>
	withStack(section('monitor'), async (own) => {
		const client = await new Client(own.http).join();
		await until(() => own.output.includes(' info plugin=monitor ' +
		    '{"event":"client_connect",'), 'it is logged');
		assert.ok(own.output.includes(client.clientId.slice(0, 8)));
		assert.ok(!own.output.includes(client.clientId));
	}));

test('monitor: a file that vanishes costs one line of the log', () =>
	withMonitor('', async (own, file) => {
		const failure = /event=not_written error="[^"]+"/g;
		const client = await new Client(own.http).join();
		fs.rmSync(path.dirname(file), { recursive: true });
		await client.publish('/a', 1);
		await client.publish('/a', 2);
		fs.mkdirSync(path.dirname(file));
		await client.publish('/a', 3);
		await until(() => own.output.includes('event=written_again'),
		    'it writes again');
		assert.equal(own.output.match(failure).length, 1, own.output);
		assert.deepEqual(lines(file).map(({ data }) => data), [3]);
	}));

test('monitor: a disk that is full costs no more', () =>
	withStack(section('monitor', 'file = "/dev/full"'), async (own) => {
		const client = await new Client(own.http).join();
		assert.equal((await client.publish('/a', 1)).successful, true);
		await until(() => own.output.includes('plugin=monitor ' +
		    'event=not_written error="No space left on device"'),
		'it is logged');
	}));

// auth.  Lines as "htpasswd -bnB -C 4" and "openssl passwd" write them; it is a
// cost that costs nothing, but slow's, which is 12.

const USERS = `# comments, and lines that are none
nobody
:$2y$04$abcdefghijklmnopqrstuuinwY/tkBVrn3xrxQI/TgnMHhkvl85RW
ann:$2y$04$bayeuxbayeuxbayeuxbaye9Pp6Mvfb08pX353Opii0ocQ5hBrFKzy
bob:$2y$04$abcdefghijklmnopqrstuuinwY/tkBVrn3xrxQI/TgnMHhkvl85RW
six:$6$rounds=1000$bayeux$tNYIHij3zbZzOg8VhrDSkzgfzepc5tk/vZexAErA5AubHN\
VO/BzXrYUn3.XoBSVIS8Dlu0RvYbsUUWD76DgQ90
five:$5$rounds=1000$bayeux$izVCXnFo.geHoOPub6ekI6pI79vaKRHO183/KE4ck08\r
slow:$2y$12$abcdefghijklmnopqrstuuvhqlfa3SToYAWnpQD0wYcoxAD7y2cEy
apr:$apr1$bayeuxba$0123456789abcdef012345
long:${'$2y$04$'.repeat(100)}
empty:
`;

const must = '403::Must pass username and password in ext to handshake';
const invalid = '403::Invalid username or password';
const busy = '403::Too busy, try again';
const notYours = '403::A private channel is for its owner alone';

// A stack that asks for passwords, and the file of them.
async function withAuth(use, keys = '', more = '') {
	const folder = scratchFolder();
	const users = path.join(folder, 'users');
	fs.writeFileSync(users, USERS);
	await withStack(section('auth', `users = "${users}" ${keys}`) + more,
	    (own) => use(own, users));
	fs.rmSync(folder, { recursive: true });
}

const login = (username, password) => ({ ext: { username, password } });

async function enter(address, username = 'ann', password = 'wonderland') {
	const client = new Client(address);
	const reply = await client.handshake(login(username, password));
	assert.equal(reply.successful, true, JSON.stringify(reply));
	await client.connect();
	return client;
}

async function assertRefused(address, fields, error) {
	const reply = await new Client(address).handshake(fields);
	assert.equal(reply.successful, false, JSON.stringify(reply));
	assert.equal(reply.error, error);
	assert.equal(reply.advice.reconnect, 'none');
	assert.equal(reply.clientId, undefined);
}

test('auth: who is in the file comes in', () => withAuth(async (own) => {
	for (const [username, password] of [['ann', 'wonderland'],
		['bob', 'sesame'], ['six', 'six'], ['five', 'five']])
		await enter(own.http, username, password);
}));

test('auth: a handshake has to have both, as texts', () =>
	withAuth(async (own) => {
		for (const fields of [{}, { ext: {} }, { ext: null },
			{ ext: { username: 'ann' } },
			{ ext: { password: 'wonderland' } },
			{ ext: { authentication: { user: 'ann',
				credentials: 'wonderland' } } },
			login('ann', null), login(['ann'], 'wonderland')])
			await assertRefused(own.http, fields, must);
	}));

test('auth: whoever is not in the file stays outside', () =>
	withAuth(async (own) => {
		for (const [username, password] of [
			['ann', 'sesame'], ['ann', ''], ['', 'sesame'],
			['ann', 'Wonderland'], ['ann', 'wonderland '],
			['ann\0', 'wonderland'], ['ann', 'wonderland\0'],
			['carol', 'wonderland'], ['nobody', ''],
			['# comments, and lines that are none', ''],
			['ann:$2y$04', 'wonderland'], ['apr', 'apr'],
			['long', 'wonderland'], ['long', 'sesame'],
			['empty', ''], ['x'.repeat(300), 'x'],
			['ann', 'x'.repeat(600)], ['ann\nbob', 'sesame'],
		])
			await assertRefused(own.http, login(username, password),
			    invalid);
		await until(() => own.output.includes(
		    'plugin=auth event=hash_of_unknown_kind'), 'it is logged');
	}));

test('auth: the file is read anew when it has changed', () =>
	withAuth(async (own, users) => {
		await assertRefused(own.http, login('new', 'sesame'), invalid);
		fs.appendFileSync(users, USERS.replace('bob:', 'new:')
		    .replace('ann:', 'other:'));
		await enter(own.http, 'new', 'sesame');
		fs.writeFileSync(users, 'x:y\n');
		await assertRefused(own.http, login('new', 'sesame'), invalid);
		fs.rmSync(users);
		await assertRefused(own.http, login('ann', 'wonderland'),
		    invalid);
		await until(() => own.output.includes(
		    'plugin=auth event=cannot_read_users'), 'it is logged');
		fs.writeFileSync(users, USERS);
		await enter(own.http);
	}));

// Seen by what it logs: the first line's hash, which is none.
test('auth: a name that is not known is looked at as well', () =>
	withAuth(async (own, users) => {
		const trouble = 'plugin=auth event=hash_of_unknown_kind';
		await assertRefused(own.http, login('carol', 'x'), invalid);
		assert.ok(!own.output.includes(trouble));
		fs.writeFileSync(users, USERS.replace('ann:$2y$', 'ann:$0y$'));
		await assertRefused(own.http, login('carol', 'x'), invalid);
		await until(() => own.output.includes(trouble), 'it is logged');
	}));

test('auth: a name becomes the user of the session', async () => {
	const folder = scratchFolder();
	const file = path.join(folder, 'events');
	await withAuth(async (own) => {
		await enter(own.http);
		await assertRefused(own.http, login('ann', 'secret'), invalid);
		await until(() => lines(file).length >= 2, 'it is written');
	}, '', section('monitor', `file = "${file}"`));
	const [first, second] = lines(file);
	assert.equal(first.event, 'client_connect');
	assert.equal(first.user, 'ann');
	assert.equal(second.event, 'handshake_denied');
	assert.equal(second.error, invalid);
	assert.equal(second.ip, '127.0.0.1');
	assert.ok(!fs.readFileSync(file, 'utf8').includes('secret'));
	fs.rmSync(folder, { recursive: true });
});

test('auth: /private/ID is for its owner alone', () =>
	withAuth(async (own) => {
		const ann = await enter(own.http);
		const bob = await enter(own.http, 'bob', 'sesame');
		const own_ = `/private/${ann.clientId}`;
		for (const name of [own_, `${own_}/x`, `${own_}/*`,
			`${own_}/x/**`, '/private', '/*', '/privat/**'])
			assert.equal((await ann.subscribe(name)).successful,
			    true, name);
		for (const name of [own_, `${own_}/x`, `${own_}/*`,
			`${own_}/x/**`, `${own_}x`, '/private/*', '/private/**',
			'/**', '/private/x', `/private/${bob.clientId}x`]) {
			const reply = await bob.subscribe(name);
			assert.equal(reply.successful, false, name);
			assert.equal(reply.error, notYours);
		}
		assert.equal((await bob.subscribe(['/ok', own_])).error,
		    notYours);
		for (const name of [own_, `${own_}/x`, '/private/x']) {
			const reply = await bob.publish(name, 'boo');
			assert.equal(reply.successful, false, name);
			assert.equal(reply.error, notYours);
		}
		const seen = [];
		assert.equal((await ann.publish(own_, 'mine', {}, seen))
		    .successful, true);
		assert.deepEqual(seen.map(({ data }) => data), ['mine']);
	}));

test('auth: what has no session publishes to nobody alone', async () => {
	const folder = scratchFolder();
	const users = path.join(folder, 'users');
	fs.writeFileSync(users, USERS);
	await withStack(section('auth', `users = "${users}"`), async (own) => {
		const ann = await enter(own.http);
		const { json: [reply] } = await post(own.http, [{ data: 1,
			channel: `/private/${ann.clientId}` }]);
		assert.equal(reply.error, notYours);
	}, { anonymous_publish: 'yes' });
	fs.rmSync(folder, { recursive: true });
});

// Put a pipe in the file's place, of which nothing comes until it is closed.
// The promise is that somebody waits for it.
function putPipe(file) {
	fs.rmSync(file);
	spawnSync('mkfifo', [file]);
	return until(() => {
		try {
			return fs.openSync(file, fs.constants.O_WRONLY |
			    fs.constants.O_NONBLOCK);
		} catch (error) {
			assert.equal(error.code, 'ENXIO');
			return undefined;
		}
	}, 'the pipe is read');
}

// All who may wait do so when one more is sent away, as the first password
// cannot be looked at before the test wants it.
test('auth: nobody else waits while passwords are looked at', () =>
	withAuth(async (own, users) => {
		const ann = await enter(own.http);
		const order = [];
		const pipe = putPipe(users);
		const replies = Array.from({ length: 5 }, async () => {
			const reply = await new Client(own.http)
			    .handshake(login('bob', 'sesame'));
			order.push(reply.successful ? 'in' : reply.error);
			return reply;
		});
		const read = await pipe;
		try {
			await until(() => order.length > 0, 'one is sent away');
			await ann.publish('/a', 1);
			assert.deepEqual(order, [busy]);
		} finally {
			fs.rmSync(users);
			fs.writeFileSync(users, USERS);
			fs.writeSync(read, USERS);
			fs.closeSync(read);
		}
		const { advice } = (await Promise.all(replies))
		    .find(({ error }) => error === busy);
		assert.deepEqual(order, [busy, 'in', 'in', 'in', 'in']);
		assert.equal(advice.reconnect, 'handshake');
		assert.ok(advice.interval > 0);
		await enter(own.http);
	}, 'waiting = 4'));

test('auth: the process ends while handshakes wait', () =>
	withAuth(async (own) => {
		const order = [];
		const slow = Array.from({ length: 13 }, () =>
			new Client(own.http).handshake(login('slow', 'slow'))
			    .then(({ error }) => order.push(error),
				(error) => order.push(error.message)));
		await until(() => order.length > 0, 'one is sent away');
		await own.stopProcess();
		await within(Promise.all(slow), 'the others');
		assert.equal(order.length, 13);
		await own.startProcess();
		await own.answers();
	}, 'waiting = 12'));

test('auth: the CometD client logs in, and is told to stop', () =>
	withAuth(async (own) => {
		const ann = new CometdClient(own);
		const eve = new CometdClient(own);
		for (const { client } of [ann, eve])
			client.unregisterTransport('websocket');
		const shake = (client, fields) => within(
		    new Promise((resolve) =>
			client.client.handshake(fields, resolve)), 'a reply');
		try {
			assert.equal((await shake(ann, login('ann',
			    'wonderland'))).successful, true);
			const reply = await shake(eve, login('eve', 'x'));
			assert.equal(reply.error, invalid);
			await until(() => eve.client.isDisconnected(),
			    'it has given up');
		} finally {
			await within(ann.disconnect(), 'it leaves');
		}
	}));

test('auth: it does not start without a file that it can read', async () => {
	for (const keys of ['', 'users = "/nowhere/users"'])
		await assert.rejects(startStack({ front: 'none',
			config: section('auth', keys) }),
		/plugin=auth event=cannot_start/);
});
