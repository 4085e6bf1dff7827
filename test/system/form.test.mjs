// form.test.mjs - messages posted as a form (rules 3, 4 and 9).

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { Client, barrier, events, freshChannel, joined, post, types } from
	'./support/bayeux.mjs';
import { startStack } from './support/stack.mjs';
import { watch, within } from './support/wait.mjs';

let stack;
before(async () => {
	stack = await startStack({ options: { timeout: '600s',
		max_message_size: '4KiB', max_batch: 5 } });
});
after(() => stack.stop());

const formType = 'application/x-www-form-urlencoded';
const handshake = { channel: '/meta/handshake', id: '0', version: '1.0',
	supportedConnectionTypes: types };

// The fields of a form, as [name, value]; what is no text becomes JSON.
function form(...fields) {
	return new URLSearchParams(fields.map(([name, value]) => [name,
		typeof value === 'string' ? value : JSON.stringify(value)]))
	    .toString();
}

// A form with a field for each of values.
function messages(...values) {
	return form(...values.map((value) => ['message', value]));
}

function postForm(body, type = formType) {
	return post(stack.http, body, { headers: { 'Content-Type': type } });
}

// The replies and events that come of a form, all in HTTP 200.
async function send(body, type) {
	const response = await postForm(body, type);
	assert.equal(response.status, 200, response.text);
	assert.equal(response.header('Content-Type'),
	    'application/json;charset=UTF-8');
	return response.json;
}

async function assertHandshakes(body, type) {
	const replies = await send(body, type);
	assert.equal(replies.length, 1);
	assert.equal(replies[0].id, '0');
	assert.equal(replies[0].successful, true);
}

async function assertRefused(body, status = 400, type = formType) {
	const response = await postForm(body, type);
	assert.equal(response.status, status, response.text);
	assert.match(response.header('Content-Type'), /^text\/plain\b/);
}

async function subscriber() {
	const client = await new Client(stack.http).join();
	client.channel = freshChannel();
	await client.subscribe(client.channel);
	client.publication = (data) => client.message(client.channel, { data });
	// What its form brings to itself.
	client.receive = async (body, type) =>
		events(await send(body, type)).map((one) => one.data);
	return client;
}

// The channel has seen none of what was refused.
async function assertSilent(client) {
	assert.deepEqual(await client.receive(
	    messages(client.publication('last'))), ['last']);
}

for (const type of [formType, `${formType}; charset=UTF-8`,
	`${formType};charset=us-ascii`, formType.toUpperCase(),
	'text/plain;charset=UTF-8', 'text/plain', 'application/json',
	'text/json', 'application/octet-stream']) {
	test(`rule 3: a form is a form when it is labelled ${type}`, () =>
		assertHandshakes(messages([handshake]), type));
}

test('rule 3: a form needs no label', async () => {
	const response = await post(stack.http, messages([handshake]),
	    { headers: { 'Content-Type': undefined } });
	assert.equal(response.status, 200, response.text);
	assert.equal(response.json[0].successful, true);
});

test('rule 3: a byte order mark and blanks may precede the form', async () => {
	for (const before of ['\ufeff', ' \r\n', '\ufeff\t'])
		for (const type of [formType, 'text/plain'])
			await assertHandshakes(
			    before + messages([handshake]), type);
});

test('rule 3: without its label a form has to start with a message',
    async () => {
	const body = form(['x', '1'], ['message', [handshake]]);
	await assertHandshakes(body);
	await assertRefused(body, 400, 'text/plain');
});

test('rule 2: JSON is JSON, also when it is labelled a form', () =>
	assertHandshakes(JSON.stringify([handshake])));

test('rule 8: a form of another charset is 415', () =>
	assertRefused(messages([handshake]), 415,
	    `${formType}; charset=iso-8859-1`));

test('D1: what dojox.cometd posts is a handshake', () =>
	assertHandshakes('message=%5B%7B%22version%22%3A%221.0%22%2C' +
	    '%22minimumVersion%22%3A%220.9%22%2C%22channel%22%3A' +
	    '%22%2Fmeta%2Fhandshake%22%2C%22id%22%3A%220%22%2C%22ext%22%3A' +
	    '%7B%22json-comment-filtered%22%3Atrue%7D%7D%5D'));

test('rule 3: what Faye posts across origins is a handshake', () =>
	assertHandshakes(`message=${encodeURIComponent(
	    JSON.stringify([handshake]))}`, 'text/plain;charset=UTF-8'));

test('rule 4: JSON in a form may go without escapes', () =>
	assertHandshakes(`message=${JSON.stringify([handshake])}\r\n`));

test('rule 4: a session lives on forms alone', async () => {
	const [{ clientId }] = await send(messages(handshake));
	const channel = freshChannel();
	const [connected] = await send(messages({ clientId,
		channel: '/meta/connect', connectionType: 'long-polling' }));
	assert.equal(connected.successful, true);
	const [subscribed] = await send(messages({ clientId,
		channel: '/meta/subscribe', subscription: channel }));
	assert.equal(subscribed.successful, true);
	const other = await new Client(stack.http).join();
	await other.publish(channel, 'hello');
	const replies = await send(messages([{ clientId,
		channel: '/meta/connect', connectionType: 'long-polling' }]));
	assert.deepEqual(events(replies), [{ channel, data: 'hello' }]);
});

test('rule 93: cross-origin-long-polling is long-polling by forms',
    async () => {
	const type = 'text/plain;charset=UTF-8';
	const connectionType = 'cross-origin-long-polling';
	const [{ clientId, supportedConnectionTypes }] = await send(
	    messages([{ ...handshake,
		supportedConnectionTypes: [connectionType] }]), type);
	assert.ok(supportedConnectionTypes.includes(connectionType));
	const channel = freshChannel();
	const connect = { channel: '/meta/connect', clientId, connectionType };
	const [, first] = await send(messages([{ clientId,
		channel: '/meta/subscribe', subscription: channel },
		{ ...connect, advice: { timeout: 0 } }]), type);
	assert.equal(first.successful, true);
	const held = watch(send(messages([connect]), type));
	const [other] = await joined(stack.http, 1);
	await barrier(stack.http);
	assert.equal(held.settled, false);
	await other.publish(channel, 'hello');
	const [event, reply] = await within(held.promise, 'the event');
	assert.deepEqual(event, { channel, data: 'hello' });
	assert.equal(reply.successful, true);
	// It was told all on the transport it is on, whatever the name.
	assert.ok(!('advice' in reply));
});

test('rule 4: objects and arrays of all fields are done in order',
    async () => {
	const client = await subscriber();
	const [a, b, c, d] = ['a', 'b', 'c', 'd'].map(client.publication);
	const replies = await send(form(['message', c], ['x', [a]],
	    ['message', [a, d]], ['', ''], ['message', [b]], ['y', '%']));
	assert.deepEqual(events(replies).map((one) => one.data),
	    ['c', 'a', 'd', 'b']);
	assert.deepEqual(replies.filter((one) => 'successful' in one)
	    .map((one) => one.id), [c.id, a.id, d.id, b.id]);
});

test('rule 4: + is a blank, %2B is a plus, %25 a percent sign', async () => {
	const client = await subscriber();
	const template = JSON.stringify(client.publication('X'));
	for (const [sent, received] of Object.entries({ 'a+b': 'a b',
		'a%2Bb%2b': 'a+b+', 'a%20b': 'a b', '%252B': '%2B',
		'a%26b=%3D;': 'a&b==;', '%c3%A9': 'é', 'é€': 'é€',
		'%F0%9F%98%80': '😀', '%5Cu20ac': '€' })) {
		assert.deepEqual(await client.receive(
		    `message=${template.replace('X', sent)}`), [received]);
	}
});

test('rule 4: a form carries any text', async () => {
	const client = await subscriber();
	const data = ' +%&=;"\\/\u0000\u007f\u2028é€😀<b>';
	assert.deepEqual(await client.receive(
	    messages(client.publication(data))), [data]);
});

for (const body of ['', '&', 'x=1', 'messages=[]', 'Message={}', 'message',
	'message=', 'message=&message=', 'message=%5B%5D', 'message=1',
	'message=null', 'message="x"', 'message=[1]', 'message=%7B%7D%7D',
	'message={}{}', 'message=[{}', 'message=%7B%7', 'message=%7B%7D%',
	'message=%zz', 'message={}&x=%u1234']) {
	test(`rule 9: the form ${JSON.stringify(body)} is 400`, async () => {
		await assertRefused(body);
		await assertRefused(body, 400, 'text/plain');
	});
}

for (const [what, value] of Object.entries({ 'a byte %FF': '"%FF"',
	'a raw byte 0xff': Buffer.from([0x22, 0xff, 0x22]),
	'an overlong slash': '"%C0%AF"', 'a surrogate': '"%ED%A0%80"',
	'a cut-off character': '"%E2%82"', 'a NUL': '"%00"',
	'a bad escape': '"%4"', 'a raw newline': '"%0A"',
	'an unclosed string': '"', 'trailing text': '1}x' })) {
	test(`rule 9: ${what} in any field is 400 and nothing is done`,
	    async () => {
		const client = await subscriber();
		const good = messages(client.publication('no'));
		const [head, tail] = JSON.stringify(client.publication('X'))
		    .split('"X"');
		const bad = Buffer.concat([Buffer.from(`message=${head}`),
			Buffer.from(value), Buffer.from(tail)]);
		const and = Buffer.from('&');
		const before = Buffer.concat([bad, and, Buffer.from(good)]);
		const behind = Buffer.concat([Buffer.from(good), and, bad]);
		for (const body of [bad, before, behind])
			await assertRefused(body);
		await assertSilent(client);
	});
}

test('rule 9: max_batch counts the messages of all fields', async () => {
	const client = await subscriber();
	const [a, b, c, d, e, f] = [1, 2, 3, 4, 5, 6].map(client.publication);
	await assertRefused(messages([a, b], [c, d], e, f), 413);
	await assertRefused(messages(a, b, c, d, e, f), 413);
	assert.deepEqual(await client.receive(messages([a, b], c, [d], e)),
	    [1, 2, 3, 4, 5]);
});

test('rule 9: max_message_size counts the bytes of the form', async () => {
	const client = await subscriber();
	const body = (n) => messages(client.publication('é'.repeat(n)));
	const length = 4096 - body(0).length;
	const most = Math.floor(length / '%C3%A9'.length);
	assert.deepEqual(await client.receive(body(most)),
	    ['é'.repeat(most)]);
	await assertRefused(body(most + 1), 413);
});
