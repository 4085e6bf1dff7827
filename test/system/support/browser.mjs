// browser.mjs - a headless Chromium, and visitors who watch for faults.
//
//   const browser = await startBrowser();
//   const visitor = await browser.visit(`${stack.url}/chat/`);
//   ... visitor.page is a page of playwright-core ...
//   visitor.assertClean();
//   await browser.stop();
//
// CHROMIUM names another browser than /usr/bin/chromium.

import assert from 'node:assert/strict';
import { chromium } from 'playwright-core';
import { patience } from './wait.mjs';

const PHONE = {
	viewport: { width: 360, height: 640 },
	isMobile: true,
	hasTouch: true,
};

// The browser's own words for a request that failed, not the page's.
const NETWORK_ERROR = /^Failed to load resource: /;

// One person at a window: storage and cookies are shared with nobody.
class Visitor {
	constructor(context, page, origin) {
		this.context = context;
		this.page = page;
		this.origin = origin;
		this.faults = [];
		this.networkErrors = [];
		page.on('console', (entry) => this.onConsole(entry));
		page.on('pageerror', (error) => this.fault(error.stack));
		page.on('websocket', (socket) =>
		    this.fault(`WebSocket ${socket.url()}`));
		page.on('request', (request) => this.onRequest(request));
		page.on('dialog', (dialog) => {
			this.fault(`dialog: ${dialog.message()}`);
			dialog.dismiss().catch(() => {});
		});
	}

	fault(text) {
		this.faults.push(text);
	}

	onConsole(entry) {
		if (NETWORK_ERROR.test(entry.text()))
			this.networkErrors.push(`${entry.text()} ` +
			    entry.location().url);
		else if (['error', 'warning'].includes(entry.type()))
			this.fault(`console: ${entry.text()}`);
	}

	onRequest(request) {
		const { origin, protocol } = new URL(request.url());

		// The CometD client keeps its timers in a worker from a blob.
		if (origin !== this.origin && protocol !== 'about:')
			this.fault(`request to ${request.url()}`);
	}

	// outage: the server was away, so requests to it may have failed.
	assertClean({ outage = false } = {}) {
		assert.deepEqual(this.faults, []);
		assert.deepEqual(this.networkErrors.filter((text) =>
		    !outage || !text.includes(`${this.origin}/cometd`)), []);
	}

	// Another tab beside this one, of the same person.
	async openTab(url) {
		const page = await this.context.newPage();
		const visitor = new Visitor(this.context, page,
		    new URL(url).origin);

		await page.goto(url);
		return visitor;
	}

	close() {
		return this.context.close();
	}
}

class Browser {
	constructor(chrome) {
		this.chrome = chrome;
	}

	// Open url as somebody new; phone: on a small touch screen; first: a
	// script that each page runs before its own.
	async visit(url, { phone = false, first = '', ...options } = {}) {
		const context = await this.chrome.newContext({
			locale: 'en-GB', ...(phone ? PHONE : {}), ...options
		});
		context.setDefaultTimeout(patience);
		await context.addInitScript(first);
		const page = await context.newPage();
		const visitor = new Visitor(context, page,
		    new URL(url).origin);

		await page.goto(url);
		return visitor;
	}

	stop() {
		return this.chrome.close();
	}
}

// Each start has a new and empty profile, which its end removes.
export async function startBrowser() {
	return new Browser(await chromium.launch({
		executablePath: process.env.CHROMIUM || '/usr/bin/chromium',
		timeout: patience,
		args: ['--headless', '--no-sandbox', '--disable-gpu',
		    '--disable-quic', '--no-first-run', '--disable-sync',
		    '--disable-background-networking',
		    '--disable-component-update'],
	}));
}
