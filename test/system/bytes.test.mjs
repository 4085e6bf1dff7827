// bytes.test.mjs - data travels byte for byte, and what is not strict JSON
// reaches nobody (rules 8 and 9).

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { Client, freshChannel, post } from './support/bayeux.mjs';
import { startStack } from './support/stack.mjs';

let stack;
before(async () => {
	stack = await startStack({ options: { timeout: '600s' } });
});
after(() => stack.stop());

// A publish whose data is the given text or bytes.
function publication(client, channel, data) {
	return Buffer.concat([
		Buffer.from(`[{"channel":"${channel}",` +
		    `"clientId":"${client.clientId}","id":"1","data":`),
		Buffer.from(data),
		Buffer.from('}]')
	]);
}

const digits = '1234567890'.repeat(20);

for (const data of ['9007199254740993', '1e400', '-0', '-0.0e-0', '1.0',
	'1E+2', digits, `0.${digits}`, `"a\\u0000b"`, '"\\ud800"',
	'"\\udc00\\ud800x"', '"\\uD83D\\uDE00"', '"\\/\\b\\f"', '"\u007f"',
	'"é€😀"', '"\u2028\u2029"', '{"b":1,"a":2,"b":3}',
	'{ "a" : [ 1 , 2 ] }', '[\t1,\n2\r]', '""', '0', 'false', 'null', '{}',
	'[[[[]]]]',
	'"</script>"', '{"":""}']) {
	test(`data ${data.slice(0, 30)} arrives as it was sent`, async () => {
		const channel = freshChannel();
		const [from, to] = [new Client(stack.http),
			new Client(stack.http)];
		await Promise.all([from.join(), to.join()]);
		await to.subscribe(channel);
		const response = await post(stack.http,
		    publication(from, channel, data));
		assert.equal(response.status, 200, response.text);
		assert.equal(response.json[0].successful, true);
		const received = await post(stack.http, [to.connectMessage()]);
		const event = `"data":${data}`;
		assert.ok(received.text.includes(event), received.text);
		assert.equal(received.json[0].channel, channel);
	});
}

test('ext travels byte for byte beside data', async () => {
	const channel = freshChannel();
	const client = await new Client(stack.http).join();
	await client.subscribe(channel);
	const response = await post(stack.http, publication(client, channel,
	    '1,"ext":{"x" : 9007199254740993,"y":"\\u0000"}'));
	assert.ok(response.text.includes(
	    '"ext":{"x" : 9007199254740993,"y":"\\u0000"}'), response.text);
});

const bad = {
	'a byte 0xff': [0x22, 0xff, 0x22],
	'a lone continuation byte': [0x22, 0x80, 0x22],
	'an overlong slash': [0x22, 0xc0, 0xaf, 0x22],
	'an overlong NUL': [0x22, 0xe0, 0x80, 0x80, 0x22],
	'a surrogate in UTF-8': [0x22, 0xed, 0xa0, 0x80, 0x22],
	'a character above U+10FFFF': [0x22, 0xf4, 0x90, 0x80, 0x80, 0x22],
	'a cut-off character': [0x22, 0xe2, 0x82, 0x22],
	'a raw control byte': [0x22, 0x01, 0x22],
	'a raw newline in a string': '"a\nb"',
	'a raw NUL in a string': '"a\0b"',
	'a leading zero': '01',
	'a plus sign': '+1',
	'a bare fraction': '.5',
	'a point without digits': '1.',
	'an exponent without digits': '1e',
	'a lone minus': '-',
	'NaN': 'NaN',
	'Infinity': '-Infinity',
	'a single-quoted string': "'x'",
	'a trailing comma': '[1,]',
	'a comment': '1/**/',
	'an unknown escape': '"\\x41"',
	'a broken \\u escape': '"\\u12G4"',
	'a name without quotes': '{a:1}',
	'a missing colon': '{"a" 1}',
	'two values': '1 2',
	'nothing': '',
	'a capital literal': 'True',
	'an unclosed string': '"x',
	'a form feed as blank': '\f1',
	'a no-break space': '\u00a01'
};

for (const [what, data] of Object.entries(bad)) {
	test(`${what} is 400 and reaches nobody`, async () => {
		const channel = freshChannel();
		const client = await new Client(stack.http).join();
		await client.subscribe(channel);
		const response = await post(stack.http,
		    publication(client, channel, data));
		assert.equal(response.status, 400, response.text);
		const events = [];
		await client.publish(channel, 'good', {}, events);
		assert.deepEqual(events, [{ channel, data: 'good' }]);
	});
}
