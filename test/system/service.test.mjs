// service.test.mjs - service channels (rules 51, 66).

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { Client, events, joined } from './support/bayeux.mjs';
import { startStack } from './support/stack.mjs';

let stack;
before(async () => {
	stack = await startStack({ options: { timeout: '600s' } });
});
after(() => stack.stop());

test('rule 66: a service that nobody offers acknowledges', async () => {
	const client = await new Client(stack.http).join();
	for (const channel of ['/service/none', '/service/a/b/c']) {
		const message = client.message(channel, { data: 1 });
		assert.deepEqual(await client.send([message]),
		    [{ channel, id: message.id, successful: true }]);
	}
});

test('rule 66: subscribers never see service messages', async () => {
	const [from, to] = await joined(stack.http, 2);
	for (const name of ['/service/a', '/service/*', '/service/**', '/**',
		'/*']) {
		const reply = await to.subscribe(name);
		assert.equal(reply.successful, true, name);
	}
	await from.publish('/service/a', 1);
	await to.publish('/service/a', 2);
	assert.deepEqual(events(await to.connect({ advice: { timeout: 0 } })),
	    []);
});

test('rule 66: a service needs a session, and data', async () => {
	const client = await new Client(stack.http).join();
	const unknown = await client.publish('/service/a', 1,
	    { clientId: 'nobody' });
	assert.equal(unknown.error, '402::session_unknown');
	const empty = await client.one(client.message('/service/a'));
	assert.equal(empty.error, '400::data_missing');
	const pattern = await client.publish('/service/*', 1);
	assert.equal(pattern.error, '405::channel_invalid');
});

test('rule 51: to unsubscribe from a service succeeds', async () => {
	const client = await new Client(stack.http).join();
	await client.subscribe('/service/a');
	assert.equal((await client.unsubscribe('/service/a')).successful, true);
});
