// chat.mjs - the chat page as those who use it see it.

import { until } from './wait.mjs';

// One person in the chat: all is found by role and label, as they would.
export class Chatter {
	constructor(visitor, name) {
		this.visitor = visitor;
		this.page = visitor.page;
		this.name = name;
		this.state = this.page.getByRole('status');
		this.input = this.page.getByLabel('Message', { exact: true });
		this.sendButton = this.page.getByRole('button',
		    { name: 'Send' });
	}

	async enter(room) {
		await this.page.getByLabel('Your name').fill(this.name);
		await this.page.getByLabel('Room').fill(room);
		await this.page.keyboard.press('Enter');
		await this.shows('Connected');
	}

	shows(state) {
		return until(async () => await this.state.innerText() === state,
		    `${this.name} is shown "${state}"`);
	}

	members() {
		return this.page.locator('#members li').allInnerTexts();
	}

	sees(...names) {
		const expected = JSON.stringify(names.map((name) =>
		    (name === this.name ? `${name} (you)` : name)).sort());

		return until(async () => JSON.stringify((await this.members())
		    .sort()) === expected,
		    `${this.name} sees ${expected}`);
	}

	texts() {
		return this.page.locator('.text').allInnerTexts();
	}

	async say(text) {
		await this.input.fill(text);
		await this.input.press('Enter');
	}

	hears(text) {
		return until(async () => (await this.texts()).includes(text),
		    `${this.name} hears "${text}"`);
	}

	notices(text) {
		return this.page.getByRole('log').getByText(text,
		    { exact: true }).waitFor();
	}
}
