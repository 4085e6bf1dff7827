// page.mjs - what every page shows.

import { until } from './wait.mjs';

// Wait until the page of visitor shows that state of its connection.
export function shows(visitor, state) {
	return until(async () => await visitor.page.getByRole('status')
	    .innerText() === state, `"${state}" is shown`);
}
