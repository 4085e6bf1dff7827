// page.mjs - what the tests of all pages do.

import { until } from './wait.mjs';

// Wait until the page of visitor shows that state of its connection.
export function shows(visitor, state) {
	return until(async () => await visitor.page.getByRole('status')
	    .innerText() === state, `"${state}" is shown`);
}

// Publish each datum of all, from a page but as a stranger with another kind of
// client would.  Resolves to whether the server has taken them all.
export function publishAsStranger({ page }, channel, all) {
	return page.evaluate(async ([to, list]) => {
		const post = async (messages) => (await fetch('/cometd', {
			method: 'POST',
			headers: { 'Content-Type': 'application/json' },
			body: JSON.stringify(messages),
		})).json();
		const [{ clientId }] = await post([{
			channel: '/meta/handshake', version: '1.0',
			supportedConnectionTypes: ['long-polling'] }]);
		const replies = await post(list.map((data, index) => ({
			channel: to, id: String(index), clientId, data })));

		return replies.every((reply) => reply.successful);
	}, [channel, all]);
}
