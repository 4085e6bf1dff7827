// load.mjs - the load tool, as a program that is run.

import assert from 'node:assert/strict';
import path from 'node:path';
import { Child, program } from './stack.mjs';
import { moment, patience, within } from './wait.mjs';

export const loadTool = path.join(path.dirname(path.dirname(program)),
    'test/load/bayeux-load');

// Run it to its end: { code, report, output }.
export async function load(mode, address, ...args) {
	const child = new Child(loadTool, ['--json',
		'--drain', `${30 * moment}ms`, '--deadline', `${patience}ms`,
		...args, mode, address]);
	const { code } = await within(child.exit, `the end of ${mode}`);
	child.assertClean();
	const line = child.output.split('\n').find((one) => one[0] === '{');
	return { code, output: child.output,
		report: line === undefined ? undefined : JSON.parse(line) };
}

// Nothing has gone wrong in that run; its report.
export function assertWell({ code, report, output }) {
	assert.equal(code, 0, output);
	assert.equal(report.end, 'done');
	for (const wrong of ['unsent', 'lost', 'doubled', 'misordered',
		'foreign'])
		assert.equal(report[wrong], 0, `${wrong}: ${output}`);
	for (const [kind, count] of Object.entries(report.errors))
		assert.equal(count, 0, `${kind}: ${output}`);
	assert.equal(report.delivered, report.expected);
	assert.equal(report.acked, report.published);
	return report;
}
