// The start page, as a browser shows it.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { startBrowser } from './support/browser.mjs';
import { startStack } from './support/stack.mjs';
import { until } from './support/wait.mjs';

let stack;
let browser;

before(async () => {
	stack = await startStack({ options: { timeout: '2s' } });
	browser = await startBrowser();
});

after(async () => {
	await browser?.stop();
	await stack?.stop();
});

function shows(visitor, text) {
	return visitor.page.getByRole('status').filter({ hasText: text })
	    .waitFor();
}

test('it says in four lines what this is', async () => {
	const visitor = await browser.visit(`${stack.url}/`);
	const lines = await visitor.page.locator('.pitch li').allInnerTexts();

	assert.equal(lines.length, 4);
	assert.ok(lines.every((line) => line.length <= 80), lines.join('\n'));
	visitor.assertClean();
	await visitor.close();
});

test('every link leads to a page', async () => {
	const visitor = await browser.visit(`${stack.url}/`);
	const links = await visitor.page.getByRole('link')
	    .evaluateAll((all) => all.map((link) => link.href));

	for (const page of ['chat', 'echo', 'magnets', 'timesync'])
		assert.ok(links.includes(`${stack.url}/${page}/`), page);
	for (const link of links) {
		const response = await visitor.page.goto(link);
		assert.equal(response.status(), 200, link);
		await visitor.page.getByRole('heading', { level: 1 }).waitFor();
	}
	visitor.assertClean();
	await visitor.close();
});

test('the chat is reached with the keyboard alone', async () => {
	const visitor = await browser.visit(`${stack.url}/`);

	await visitor.page.keyboard.press('Tab');
	await visitor.page.keyboard.press('Enter');
	await visitor.page.waitForURL(`${stack.url}/chat/`);
	visitor.assertClean();
	await visitor.close();
});

test('it fits a phone and both colour schemes', async () => {
	for (const colorScheme of ['light', 'dark']) {
		const visitor = await browser.visit(`${stack.url}/`,
		    { phone: true, colorScheme });
		const { wide, ground } = await visitor.page.evaluate(() => ({
			wide: document.documentElement.scrollWidth > innerWidth,
			ground: getComputedStyle(document.body).backgroundColor,
		}));
		const light = Number(ground.match(/\d+/)[0]) > 127;

		assert.equal(wide, false);
		assert.equal(light, colorScheme === 'light', ground);
		visitor.assertClean();
		await visitor.close();
	}
});

test('it tells whether the server answers, and goes on asking', async () => {
	const visitor = await browser.visit(`${stack.url}/`);

	await shows(visitor, 'The server answers');
	await visitor.page.getByText('Last answer at').waitFor();
	await stack.stopProcess();
	await shows(visitor, 'The server does not answer');
	await stack.startProcess();
	await shows(visitor, 'The server answers');
	visitor.assertClean({ outage: true });
	await visitor.close();
});

test('the last answer moves while the page is open', async () => {
	const visitor = await browser.visit(`${stack.url}/`);
	const time = visitor.page.getByText('Last answer at');
	const first = await time.innerText();

	await until(async () => await time.innerText() !== first,
	    'there is a later answer');
	visitor.assertClean();
	await visitor.close();
});
