// hold.test.mjs - thousands of held connects, and one publish to them all.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { Client, barrier, events } from './support/bayeux.mjs';
import { Connection } from './support/raw.mjs';
import { startStack } from './support/stack.mjs';
import { watch, within } from './support/wait.mjs';

const count = 2000;
const channel = '/hold/all';
let stack;
before(async () => {
	stack = await startStack({ maxHeld: count + 100,
		options: { timeout: '600s' } });
});
after(() => stack.stop());

// Do work for each of items, a hundred at a time.
async function each(items, work) {
	const done = [];
	for (let at = 0; at < items.length; at += 100)
		done.push(...await Promise.all(
		    items.slice(at, at + 100).map(work)));
	return done;
}

test(`one publish reaches ${count} held connects exactly once`, async () => {
	const clients = await each(Array.from({ length: count }),
	    () => new Client(stack.http).join());
	await each(clients, async (client) => {
		const reply = await client.subscribe(channel);
		assert.equal(reply.successful, true);
	});
	const held = await each(clients, async (client) => {
		const connection = await Connection.open(stack.http);
		const watched = watch(connection.request({
			body: JSON.stringify([client.connectMessage()]) }));
		return { connection, watched };
	});
	await barrier(stack.http);
	const from = await new Client(stack.http).join();
	assert.ok(held.every(({ watched }) => !watched.settled));
	await from.publish(channel, 'once');
	await each(held, async ({ connection, watched }) => {
		const response = await within(watched.promise, 'the event');
		assert.equal(response.status, 200);
		assert.deepEqual(events(response.json),
		    [{ channel, data: 'once' }]);
		assert.equal(response.json.length, 2);
		connection.close();
	});
	await each(clients, async (client) => {
		const replies = await client.connect(
		    { advice: { timeout: 0 } });
		assert.deepEqual(events(replies), []);
	});
});
