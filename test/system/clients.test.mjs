// clients.test.mjs - the CometD and the Faye client of npm with each other,
// through lighttpd.  client_cometd* and client_faye* have what each expects.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { freshChannel } from './support/bayeux.mjs';
import { datas, receives, withClients } from './support/clients.mjs';
import { startStack } from './support/stack.mjs';
import { until, within } from './support/wait.mjs';

let stack;
before(async () => {
	// Faye sends again what is not answered in 1.2 times that.
	stack = await startStack({ options: { timeout: '600s' } });
});
after(() => stack?.stop());

for (const [from, to] of [['cometd', 'cometd'], ['cometd', 'faye'],
	['faye', 'cometd'], ['faye', 'faye']]) {
	test(`${to} receives what ${from} publishes`, () =>
		withClients(stack, [from, to], async (sender, receiver) => {
			const channel = freshChannel();
			const plain = await receiver.subscribe(channel);
			const star = await receiver.subscribe(`${channel}/*`);
			const deep = await receiver.subscribe(`${channel}/**`);
			for (const [name, data] of [[channel, 'a'],
				[`${channel}/x`, { b: ['\u00e9\u20ac'] }],
				[`${channel}/x/y`, 3]]) {
				const reply = await sender.publish(name, data);
				assert.equal(reply.successful, true);
			}
			await receives(deep, [{ b: ['\u00e9\u20ac'] }, 3]);
			assert.deepEqual(datas(plain), ['a']);
			assert.deepEqual(datas(star),
			    [{ b: ['\u00e9\u20ac'] }]);
			assert.equal(deep[1].channel, `${channel}/x/y`);
		}));
}

test('500 messages of CometD reach both kinds once and in order', () =>
	withClients(stack, ['cometd', 'cometd', 'faye'], async (from, ...to) => {
		const channel = freshChannel();
		const received = [];
		for (const client of to)
			received.push(await client.subscribe(channel));
		const wanted = Array.from({ length: 500 }, (none, i) => i);
		const replies = [];
		for (let at = 0; at < 500; at += 10)
			from.client.batch(() => {
				for (const i of wanted.slice(at, at + 10))
					replies.push(from.publish(channel, i));
			});
		for (const reply of replies)
			assert.equal((await within(reply, 'a reply'))
			    .successful, true);
		for (const list of received)
			await receives(list, wanted);
		assert.deepEqual(from.failures, []);
		assert.deepEqual(to[0].failures, []);
	}));

test('500 messages of Faye reach both kinds, none twice', () =>
	withClients(stack, ['faye', 'cometd', 'faye'], async (from, ...to) => {
		const channel = freshChannel();
		const received = [];
		for (const client of to)
			received.push(await client.subscribe(channel));
		const wanted = Array.from({ length: 500 }, (none, i) => i);
		await within(Promise.all(wanted.map((i) =>
		    from.publish(channel, i))), 'replies');
		await from.publish(channel, 'last');
		// Faye has several requests under way, so their order is free.
		for (const list of received) {
			await until(() => list.length > 500, 'all are there');
			assert.deepEqual(datas(list).slice(0, 500)
			    .sort((a, b) => a - b), wanted);
			assert.deepEqual(datas(list).slice(500), ['last']);
		}
	}));
