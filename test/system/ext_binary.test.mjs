// ext_binary.test.mjs - binary data between clients (rule 104): the server has
// no part in it but to pass on data and ext as they are.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { freshChannel, joined, post } from './support/bayeux.mjs';
import { receives, withClients } from './support/clients.mjs';
import { startStack } from './support/stack.mjs';
import { until } from './support/wait.mjs';

const { BinaryExtension } = await import('cometd');

let stack;
before(async () => {
	stack = await startStack({ options: { timeout: '600s' } });
});
after(() => stack?.stop());

// publish of bytes, with what stands beside them.
function publishBinary(client, channel, bytes, last, meta) {
	return new Promise((resolve) => {
		client.client.publishBinary(channel, bytes, last, meta,
		    resolve);
	});
}

const all = Uint8Array.from({ length: 256 }, (_, i) => i);

// Everything that one sends and two receives, and one itself.
async function sendAll(one, two) {
	const channel = freshChannel();
	const received = [];
	for (const client of [one, two])
		received.push(await client.subscribe(channel));
	const list = [all, all.slice().reverse(),
		...[0, 1, 2, 3, 4, 5, 6, 7, 8].map((length) =>
		    all.slice(250 - length, 250)),
		...[0, 1, 2, 3, 4, 5].map((length) =>
		    new Uint8Array(length).fill(255)),
		...[1, 2, 3, 4, 5].map((length) => new Uint8Array(length))];
	for (const [i, bytes] of list.entries()) {
		const reply = await publishBinary(one, channel, bytes,
		    i % 3 === 0, { i });
		assert.equal(reply.successful, true);
	}
	for (const messages of received) {
		await until(() => messages.length >= list.length,
		    'all have come');
		assert.deepEqual(messages.map(({ data }) => ({
			...data, data: [...new Uint8Array(data.data)]
		})), list.map((bytes, i) => ({
			meta: { i }, data: [...bytes], last: i % 3 === 0
		})));
		for (const { ext } of messages)
			assert.deepEqual(ext, { binary: {} });
	}
}

test('rule 104: two clients of npm exchange all values of a byte, and each ' +
    'length', () =>
	withClients(stack, ['cometd', 'cometd'], async (one, two) => {
		for (const { client } of [one, two])
			client.registerExtension('binary',
			    new BinaryExtension());
		await sendAll(one, two);
		await sendAll(two, one);
	}));

test('rule 104: text goes beside bytes', () =>
	withClients(stack, ['cometd', 'cometd'], async (one, two) => {
		const channel = freshChannel();
		one.client.registerExtension('binary', new BinaryExtension());
		const received = await two.subscribe(channel);
		await one.publish(channel, 'text');
		// Without the extension the other sees what is on the wire.
		await publishBinary(one, channel, Uint8Array.of(0x86, 0x4f,
		    0xd2, 0x6f, 0xb5, 0x59, 0xf7, 0x5b), true);
		await receives(received, ['text',
			{ data: 'HelloWorld', last: true }]);
	}));

test('rule 104: data and ext arrive byte for byte', async () => {
	const [from, to] = await joined(stack.http, 2);
	const channel = freshChannel();
	await to.subscribe(channel);
	for (const [data, ext] of [
		['{"data":"<!--&/*?>()[]{}@%$#","last":true}',
			'{"binary":{}}'],
		['{ "last" : false,\t"data":"\\u0000\\/\\ud83d\\ude00", ' +
		    '"meta":{"n":9007199254740993,"x":1E+02,"x":-0.0} }',
			'{ "binary" : { } , "z":[1.0e-999] }'],
		['""', '{"binary":{"\u00e9":"\u{1f600}"},"binary":null}'],
	]) {
		const sent = await post(stack.http, `[{"channel":"${channel}",` +
		    `"clientId":"${from.clientId}","data":${data},` +
		    `"ext":${ext}}]`);
		assert.equal(sent.json[0].successful, true);
		const { text } = await post(stack.http,
		    [to.connectMessage({ advice: { timeout: 0 } })]);
		assert.ok(text.includes(
		    `{"channel":"${channel}","data":${data},"ext":${ext}}`),
		    text);
	}
});
