// page_echo.test.mjs - the page that calls services, with the plugins echo and
// math, and without.

import assert from 'node:assert/strict';
import { after, afterEach, before, test } from 'node:test';
import { startBrowser } from './support/browser.mjs';
import { shows } from './support/page.mjs';
import { shippedPlugin, startStack } from './support/stack.mjs';
import { patience, until } from './support/wait.mjs';

// The page waits five seconds for an answer: where there is one, as long as the
// test does.
const PATIENT = `{
	const later = window.setTimeout;
	window.setTimeout = (fn, ms, ...args) =>
		later(fn, ms === 5000 ? ${patience} : ms, ...args);
}`;

let stack;
let browser;
let visitors = [];

before(async () => {
	stack = await startStack({ options: { timeout: '2s' },
	    config: ['echo', 'math'].map((name) =>
		`plugin "${name}" { path = "${shippedPlugin(name)}" }\n`)
		.join('') });
	browser = await startBrowser();
});

after(async () => {
	await browser?.stop();
	await stack?.stop();
});

afterEach(async () => {
	await Promise.all(visitors.map((visitor) => visitor.close()));
	visitors = [];
});

async function open(from = stack, options) {
	const visitor = await browser.visit(`${from.url}/echo/`,
	    { first: from === stack ? PATIENT : '', ...options });

	visitors.push(visitor);
	await shows(visitor, 'Connected');
	return visitor;
}

async function say(visitor, text) {
	await visitor.page.getByLabel('Text for /service/echo').fill(text);
	await visitor.page.getByRole('button', { name: 'Send' }).click();
}

async function calculate(visitor, a, operation, b) {
	await visitor.page.getByLabel('First number').fill(String(a));
	await visitor.page.getByLabel('Operation')
	    .selectOption({ label: operation });
	await visitor.page.getByLabel('Second number').fill(String(b));
	await visitor.page.getByRole('button', { name: 'Calculate' }).click();
}

// The newest row of a list, once its call is over.
async function newest(visitor, list) {
	const row = visitor.page.getByRole('log', { name: list })
	    .locator('li').first();

	await until(async () => await row.count() === 1 &&
	    !/waiting/.test(await row.getAttribute('class')),
	    'the call is over');
	return {
		sent: await row.locator('.sent').textContent(),
		back: await row.locator('.back').textContent(),
		time: await row.locator('.time').textContent(),
		failed: /failed/.test(await row.getAttribute('class')),
	};
}

async function echo(visitor, text) {
	await say(visitor, text);
	return newest(visitor, 'Echoes');
}

async function result(visitor, ...sum) {
	await calculate(visitor, ...sum);
	return newest(visitor, 'Results');
}

test('what is typed comes back, with the time that it took', async () => {
	const visitor = await open();

	for (const text of ['Hello', '  two  blanks ', 'Grüße, 世界 🎈',
		'"quoted\\"', 'null']) {
		const { sent, back, time, failed } = await echo(visitor, text);
		assert.equal(sent, text);
		assert.equal(back, text);
		assert.match(time, /^\d+ ms$/);
		assert.equal(failed, false);
	}
	visitor.assertClean();
});

test('markup comes back as text and runs nothing', async () => {
	const visitor = await open();
	const markup = '<img src=x onerror=alert(1)></li><script>alert(2)' +
	    '</script>';

	assert.equal((await echo(visitor, markup)).back, markup);
	assert.equal(await visitor.page.locator('#echoes img, #echoes script')
	    .count(), 0);
	visitor.assertClean();
});

test('an echo reaches nobody else', async () => {
	const [one, other] = [await open(), await open()];

	assert.equal((await echo(one, 'a secret')).back, 'a secret');
	assert.equal((await echo(other, 'another')).back, 'another');
	const all = await other.page.locator('#echoes .back')
	    .allTextContents();
	assert.ok(!all.includes('a secret'), all.join('\n'));
	one.assertClean();
	other.assertClean();
});

test('the server does sums', async () => {
	const visitor = await open();

	for (const [a, operation, b, wanted] of [[6, '×', 7, '42'],
		[0.1, '+', 0.2, '0.30000000000000004'], [2, '−', 5, '-3'],
		[1, '÷', 8, '0.125'], [1e300, '×', -1e-300, '-1']]) {
		const { sent, back, failed } =
		    await result(visitor, a, operation, b);
		assert.equal(sent, `${a} ${operation} ${b}`);
		assert.equal(back, wanted);
		assert.equal(failed, false);
	}
	visitor.assertClean();
});

test('what the server cannot do it says', async () => {
	const visitor = await open();

	const { back, time, failed } = await result(visitor, 1, '÷', 0);
	assert.equal(failed, true);
	assert.equal(back, 'division by zero');
	assert.equal(time, '');
	visitor.assertClean();
});

test('the channel that is named is the one that is called', async () => {
	const visitor = await open();
	const sent = visitor.page.waitForRequest((request) =>
	    /\/service\/math\/divide/.test(request.postData() ?? ''));

	assert.equal((await result(visitor, 8, '÷', 2)).back, '4');
	await sent;
	assert.equal(await visitor.page.locator('#target').textContent(),
	    '/service/math/divide');
	visitor.assertClean();
});

test('without such services there is no answer, and that is said',
    async () => {
	const bare = await startStack({ options: { timeout: '2s' } });

	try {
		const visitor = await open(bare);

		await say(visitor, 'Anybody?');
		await calculate(visitor, 1, '+', 1);
		for (const [list, service] of [['Echoes', 'echo'],
			['Results', 'math/add']]) {
			const { back, time, failed } =
			    await newest(visitor, list);
			assert.equal(failed, true);
			assert.match(back, /^no answer/);
			assert.ok(back.includes(`“${service}”`), back);
			assert.equal(time, '');
		}
		await shows(visitor, 'Connected');
		visitor.assertClean();
	} finally {
		await bare.stop();
	}
});

test('a call that does not get through says so', async () => {
	const visitor = await open();
	let refuse = true;

	await visitor.page.route('**/cometd/**', (route) =>
	    (refuse && route.request().postData()?.includes('Lost') ?
	    route.abort() : route.continue()));
	const { back, failed } = await echo(visitor, 'Lost');
	assert.equal(failed, true);
	assert.match(back, /^not sent/);
	refuse = false;
	assert.equal((await echo(visitor, 'Lost and found')).back,
	    'Lost and found');
});

test('a restart of the process is shown and survived', async () => {
	const visitor = await open();
	const send = visitor.page.getByRole('button', { name: 'Send' });

	await say(visitor, 'before');
	await newest(visitor, 'Echoes');
	await stack.stopProcess();
	await shows(visitor, 'Reconnecting…');
	assert.equal(await send.isDisabled(), true);
	await stack.startProcess();
	await shows(visitor, 'Connected');
	assert.equal((await echo(visitor, 'after')).back, 'after');
	visitor.assertClean({ outage: true });
});

test('it fits a phone, whatever is sent', async () => {
	const visitor = await open(stack, { phone: true });

	await say(visitor, 'W'.repeat(300));
	await newest(visitor, 'Echoes');
	await calculate(visitor, -1.2345678901234567e-300, '×',
	    1.2345678901234567e300);
	await newest(visitor, 'Results');
	assert.equal(await visitor.page.evaluate(() =>
	    document.documentElement.scrollWidth > innerWidth), false);
	visitor.assertClean();
});
