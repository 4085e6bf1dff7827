// page_tabs.test.mjs - the chat in two tabs of one browser (rule 46).

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { startBrowser } from './support/browser.mjs';
import { Chatter } from './support/chat.mjs';
import { startStack } from './support/stack.mjs';
import { until } from './support/wait.mjs';

let browser;
before(async () => {
	browser = await startBrowser();
});
after(() => browser?.stop());

// The advice of each connect that person was answered, null where it had none.
function watchAdvice(person) {
	person.advice = [];
	person.page.on('response', async (response) => {
		if (!response.url().endsWith('/cometd/connect'))
			return;
		// The body is gone when the page is.
		const replies = await response.json().catch(() => []);
		for (const { channel, advice } of replies)
			if (channel === '/meta/connect')
				person.advice.push(advice ?? null);
	});
}

const isCrowded = (advice) => Boolean(advice?.['multiple-clients']);

// What is in force, when the last few connects have not changed it.
function settled({ advice }) {
	const last = advice.findLast(Boolean);
	return advice.length > 4 && last &&
	    advice.slice(-4).every((one) => isCrowded(one) === isCrowded(last))
	    && last;
}

// Two tabs of one person, both in room.
async function withTabs(options, use) {
	const stack = await startStack({ options: { timeout: '500ms',
		...options } });
	let visitor;
	try {
		const url = `${stack.url}/chat/`;
		visitor = await browser.visit(url);
		const pair = [new Chatter(visitor, 'Ada'),
			new Chatter(await visitor.openTab(url), 'Bob')];
		for (const person of pair) {
			watchAdvice(person);
			await person.enter('tabs');
		}
		for (const person of pair)
			await person.sees('Ada', 'Bob');
		await use(pair, stack);
		for (const person of pair)
			person.visitor.assertClean();
	} finally {
		await visitor?.close();
		await stack.stop();
	}
}

// Each says something in turn; both have all of it, once.
async function talk(pair, count) {
	const said = [];
	for (let i = 0; i < count; i++)
		for (const person of pair) {
			said.push(`${person.name} says ${i}`);
			await person.say(said.at(-1));
			for (const listener of pair)
				await listener.hears(said.at(-1));
		}
	for (const listener of pair)
		assert.deepEqual(await listener.texts(), said);
	return said;
}

test('the one tab too many is advised so, misses nothing, and waits as ever ' +
    'when the other is closed', () =>
	withTabs({ max_sessions_per_browser: 1,
		multi_session_interval: '100ms' }, async (pair, stack) => {
		const cookies = await pair[0].visitor.context.cookies();
		assert.deepEqual(cookies.map((cookie) => cookie.name),
		    ['BAYEUX_BROWSER']);
		const said = await talk(pair, 4);
		const crowded = await until(() => pair.find((person) =>
			isCrowded(person.advice.at(-1))), 'one is advised');
		assert.deepEqual(crowded.advice.at(-1), {
			'multiple-clients': true, reconnect: 'retry',
			interval: 100, timeout: 500 });

		const other = pair.find((person) => person !== crowded);
		await other.page.close();
		const last = await until(() => {
			const advice = settled(crowded);
			return !isCrowded(advice) && advice;
		}, 'the other is gone');
		assert.deepEqual(last, { reconnect: 'retry', interval: 0,
			timeout: 500 });

		const visitor = await browser.visit(`${stack.url}/chat/`);
		try {
			const cid = new Chatter(visitor, 'Cid');
			await cid.enter('tabs');
			await cid.say('From elsewhere');
			await crowded.hears('From elsewhere');
			await crowded.say('Heard');
			await cid.hears('Heard');
			assert.deepEqual(await crowded.texts(),
			    [...said, 'From elsewhere', 'Heard']);
			visitor.assertClean();
		} finally {
			await visitor.close();
		}
	}));

test('two tabs are not too many for the limit that is the default', () =>
	withTabs({}, async (pair) => {
		await talk(pair, 2);
		await until(() => pair.every(settled), 'both have polled');
		for (const { advice } of pair)
			assert.equal(advice.some(isCrowded), false);
	}));
