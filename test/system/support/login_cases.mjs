// login_cases.mjs - the login of a web server, and whom the process hears of.
//
//   loginCases('nginx');
//
// runs its example with the lines of the login, and without.

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { Client, freshChannel } from './bayeux.mjs';
import { withStack } from './front_cases.mjs';
import { Connection, request } from './raw.mjs';
import { Responder } from './responder.mjs';
import { within } from './wait.mjs';

// Written by "htpasswd -B", from the passwords below.
const users = `
alice:$2y$05$XzkhJY/.uypgmkiwhi9VVOSvy0GQj35JHMY8pPFMy4FSrkwwpTz0a
bob:$2y$05$StB/Lty8r3VaCGhnT15mROxnr4LOyBCZjREUz4TBSzvlBrD65n0Wa
`.trimStart();

function basic(text) {
	return { Authorization:
	    `Basic ${Buffer.from(text).toString('base64')}` };
}

const alice = basic('alice:open sesame');
const bob = basic('bob:knock: knock');
const strangers = {
	'no password': {},
	'a wrong password': basic('alice:open, sesame'),
	'no password, but a name': basic('alice:'),
	'the password of somebody else': basic('bob:open sesame'),
	'a name that is not known': basic('eve:open sesame'),
	'something else than a password': { Authorization: 'Bearer alice' }
};

// What a client may try to be taken for eve.
const disguises = ['Remote-User', 'remote-user', 'REMOTE_USER', 'Remote_User',
	'HTTP_REMOTE_USER', 'X-Remote-User', 'X-Forwarded-User']
    .map((name) => ({ [name]: 'eve' }));

// The login is for these.
const ways = ['/cometd', '/cometd/', '/cometd/handshake', '/cometd?a=b'];
// And nobody gets around it by another spelling.
const spellings = ['/%63ometd', '/cometd%2Fhandshake', '//cometd',
	'//cometd/handshake', '/./cometd', '/chat/../cometd',
	'/chat/%2E%2E/cometd', '/cometd;a', '/COMETD', '/cometd#a',
	'http://127.0.0.1/cometd', '/cometd%00', '\\cometd'];

function assertRefused(reply) {
	assert.equal(reply.status, 401, reply.text);
	assert.match(reply.header('WWW-Authenticate'),
	    /^Basic realm="bayeux-fcgi"/);
}

function ask(stack, { path = '/cometd', method = 'POST', headers = {} } = {}) {
	const body = method === 'POST' ? '[]' : undefined;
	return request(stack.http, { method, path, headers, body });
}

// With the process as it is.
function passwordCases(stack) {
	for (const [what, headers] of Object.entries(strangers)) {
		test(`${what} is refused by the web server`, async () =>
			assertRefused(await ask(stack(), { headers })));
	}

	test('the login is for all paths and methods', async () => {
		for (const path of ways)
			assertRefused(await ask(stack(), { path }));
		for (const method of ['GET', 'OPTIONS', 'PUT'])
			assertRefused(await ask(stack(), { method }));
	});

	test('who has a password is served', async () => {
		const channel = freshChannel();
		for (const headers of [alice, bob]) {
			const client = await new Client(stack().http, headers)
			    .join();
			const found = [];
			await client.subscribe(channel);
			await client.publish(channel, 1, {}, found);
			assert.deepEqual(found, [{ channel, data: 1 }]);
		}
	});

	test('the pages are for everybody', async () => {
		const page = await ask(stack(), { method: 'GET', path: '/' });
		assert.equal(page.status, 200);
	});
}

// From here on there is a responder in the place of the process.
function withResponder(stack, register) {
	describe('towards the process', () => {
		let responder;
		before(async () => {
			await stack().stopProcess();
			responder = await Responder.listen(stack().socket);
		});
		after(() => responder?.close());
		register(() => responder);
	});
}

// The values that each request gave to name.
function told(responder, name) {
	return responder.requests.splice(0).map((pairs) => pairs
	    .filter(([key]) => key === name).map(([, value]) => value));
}

function toldCases(stack, responder) {
	test('it is told the user, once', async () => {
		for (const [headers, name] of [[alice, 'alice'],
			[bob, 'bob']]) {
			for (const path of ways) {
				const reply = await ask(stack(),
				    { path, headers });
				assert.equal(reply.text, 'heard');
				assert.deepEqual(told(responder(),
				    'REMOTE_USER'), [[name]]);
			}
		}
	});

	for (const headers of disguises) {
		test(`${Object.keys(headers)} does not change the user`,
		    async () => {
			const reply = await ask(stack(),
			    { headers: { ...alice, ...headers } });
			assert.equal(reply.text, 'heard');
			assert.deepEqual(told(responder(), 'REMOTE_USER'),
			    [['alice']]);
			assertRefused(await ask(stack(), { headers }));
			assert.deepEqual(responder().requests, []);
		});
	}

	test('beside the right password, another makes no user', async () => {
		const lines = [alice, basic('eve:eve')].map((one) =>
		    `Authorization: ${one.Authorization}\r\n`);
		for (const both of [lines, [...lines].reverse()]) {
			const connection = await Connection.open(stack().http);
			const { status } = await within(connection.send(
			    'GET /cometd HTTP/1.1\r\nHost: 127.0.0.1\r\n' +
			    `${both.join('')}Connection: close\r\n\r\n`),
			    'an answer to two logins');
			connection.close();
			const names = told(responder(), 'REMOTE_USER');
			assert.deepEqual(names, status === 200 ? [['alice']] :
			    []);
		}
	});

	for (const path of spellings) {
		test(`${path} does not get around the login`, async () => {
			const { status } = await ask(stack(), { path });
			assert.ok(status >= 400 && status < 500, `${status}`);
			assert.deepEqual(responder().requests, []);
		});
	}
}

export function loginCases(front) {
	withStack(`${front} with a login`, { front, maxHeld: 100,
		login: { users, headers: alice } }, (stack) => {
		passwordCases(stack);
		withResponder(stack, (responder) => toldCases(stack,
		    responder));
	});

	withStack(`${front} without a login`, { front, maxHeld: 100 },
	(stack) => withResponder(stack, (responder) => {
		for (const headers of [...disguises, alice]) {
			test(`${Object.keys(headers)} makes nobody a user`,
			    async () => {
				const reply = await ask(stack(), { headers });
				assert.equal(reply.text, 'heard');
				assert.deepEqual(told(responder(),
				    'REMOTE_USER'), [[]]);
			});
		}
	}));
}
