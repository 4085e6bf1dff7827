// bench.mjs - our process beside the floor, on this machine and in this run.
//
//	make bench
//	BENCH_QUICK=1 make bench	a small one, to see that it works
//	BENCH_ONLY=storm make bench	rows whose name has that in it
//
// Each row is measured for one and the other in turn, behind the same web
// server or at the same kind of socket, so that what the machine does besides
// meets both.  Servers have the first processor, the load tool the second.
// What is printed are medians; the ratio, which is how many times the floor's
// figure ours is, or with a flood the one without; and what is asked of them,
// for whoever reads it to compare.  bench.svg has both as bars, and is drawn
// when all rows are measured.  Figures of different machines, or of a machine
// that is not left alone, do not compare.

import fs from 'node:fs';
import net from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { Child, freePort, htdocs, scratchFolder, tree } from
    '../system/support/stack.mjs';
import { until } from '../system/support/wait.mjs';
import { channels, engineRows, idle, quick, rounds, rows }
	from './bench_rows.mjs';
import { draw, label, show } from './bench_svg.mjs';

const build = process.env.BENCH_BUILD || tree;
const only = process.env.BENCH_ONLY || '';
const tool = (name) => path.join(build, 'test/load', name);

// The processor for servers (0) or the load tool (1), where there are two.
function pinned(processor, ...command) {
	return os.cpus().length < 2 ? command :
	    ['taskset', '-c', String(processor), ...command];
}

function start([file, ...args]) {
	return new Child(file, args);
}

function listens(address) {
	return new Promise((resolve) => {
		const socket = net.connect(address);
		socket.on('connect', () => {
			socket.destroy();
			resolve(true);
		});
		socket.on('error', () => resolve(false));
	});
}

async function started(child, address, what) {
	await until(async () => {
		if (child.ended)
			throw new Error(`${what} ended: ${child.output}`);
		return listens(address);
	}, `${what} listens`);
	return child;
}

// Ours logs what it does by default, as anybody's would, and counts what comes
// from one address, which all clients have.
const subjects = {
	ours: (socket) => [path.join(build, 'fcgi/bayeux-fcgi'),
		'-o', `listen=unix:${socket}`, '-o', 'socket_mode=0666',
		'-o', 'max_connections_per_address=1000000',
		'-o', `log_target=${path.dirname(socket)}/log`],
	floor: (socket) => [tool('floor'), `unix:${socket}`]
};

// Run fn with the address of a fresh server, and its process id.
async function withServer(subject, front, held, fn) {
	const folder = scratchFolder();
	fs.chmodSync(folder, 0o755);
	const socket = path.join(folder, 'fcgi.sock');
	const children = [];
	try {
		const server = await started(start(pinned(0,
		    ...subjects[subject](socket))), { path: socket }, subject);
		children.push(server);
		let address = `fcgi:unix:${socket}`;
		if (front) {
			const scratch = path.join(folder, 'front');
			fs.mkdirSync(scratch);
			const port = await freePort();
			children.push(await started(start(pinned(0,
			    path.join(tree, 'test/support/front'), front,
			    scratch, String(port), socket, htdocs,
			    String(held))), { port, host: '127.0.0.1' },
			front));
			address = `http://127.0.0.1:${port}/cometd`;
		}
		return await fn(address, server.pid);
	} finally {
		for (const child of children.reverse())
			await child.end('SIGTERM');
		fs.rmSync(folder, { recursive: true, force: true });
	}
}

// One run of the load tool; its report.  What was lost or went wrong makes
// every other figure worthless.
async function load(address, pid, args) {
	const child = start(pinned(1, tool('bayeux-load'), '--json', '--pid',
	    String(pid), '--drain', '30s', '--deadline', '120s', ...args,
	    address));
	const { code } = await child.exit;
	if (code !== 0)
		throw new Error(`bayeux-load ${args.join(' ')}: ` +
		    child.output);
	return JSON.parse(child.output);
}

function median(numbers) {
	const sorted = [...numbers].sort((a, b) => a - b);
	return sorted[Math.floor(sorted.length / 2)];
}

function print(name, value, ours, floor, ratio, asked) {
	console.log([name.padEnd(46), value.padEnd(33), ours.padStart(11),
		floor.padStart(9), ratio.padStart(6), ` ${asked}`]
	    .join(' ').trimEnd());
}

// The figures of a row, whose name stands beside the first.
function printRow(name, figures) {
	figures.forEach(({ value, ours, floor, ratio }, i) => print(
	    i === 0 ? name : '', label(value), show(ours),
	    floor === undefined ? '' : show(floor),
	    ratio === undefined ? '' : ratio.toFixed(2), value.asked || ''));
}

// One figure out of the reports that there are of each case.
function figure(row, value, reports) {
	const { from = 'ours', against = 'floor' } = value;
	const of = (which) => reports[which] &&
	    median(reports[which].map(value.of));
	const ours = of(from), reference = of(against);
	return { row: row.name, value, ours,
		floor: against === 'floor' ? reference : undefined,
		ratio: reference > 0 ? ours / reference : undefined };
}

// Measure a row: each case in turn, and every other time the other way round.
async function measure(row) {
	const reports = {};
	for (let round = 0; round < rounds; round++) {
		const cases = Object.entries(row.cases);
		for (const [name, [subject, args]] of round % 2 ?
		    cases.reverse() : cases)
			(reports[name] ??= []).push(await withServer(subject,
			    row.front, row.held, (address, pid) =>
				load(address, pid, args)));
	}
	return row.values.map((value) => figure(row, value, reports));
}

// What is not in memory yet is waited for by nobody who is measured.
async function warmUp() {
	for (const subject of ['ours', 'floor'])
		await withServer(subject, 'lighttpd', 100, (address, pid) =>
			load(address, pid, ['--duration', '500ms', 'fan-out']));
}

// What the engine takes by itself, in its own process.
async function measureEngine(chosen) {
	const child = start(pinned(0, tool('engine_cost'), String(idle),
	    String(channels)));
	const { code } = await child.exit;
	if (code !== 0)
		throw new Error(`engine_cost: ${child.output}`);
	const lines = child.output.trim().split('\n')
	    .map((line) => JSON.parse(line));
	for (const { name, line, values } of chosen)
		printRow(name, values(lines.filter(({ row }) => row === line))
		    .map(({ ours, ...value }) => ({ value, ours })));
}

const isChosen = ({ name }) => name.includes(only);

async function bench() {
	const figures = [];
	const chosen = rows.filter(isChosen);
	const chosenEngine = engineRows.filter(isChosen);
	if (chosen.length + chosenEngine.length === 0)
		throw new Error(`no row has "${only}" in its name`);
	print('row', 'value', 'bayeux-fcgi', 'floor', 'ratio', 'asked');
	if (chosen.length > 0)
		await warmUp();
	for (const row of chosen) {
		try {
			const measured = await measure(row);
			printRow(row.name, measured);
			figures.push(...measured);
		} catch (error) {
			print(row.name, 'failed', '', '', '', '');
			console.error(`bench: ${error.message}`);
			process.exitCode = 1;
		}
	}
	if (chosenEngine.length > 0)
		await measureEngine(chosenEngine);
	if (quick)
		console.log('BENCH_QUICK: so short that the figures say ' +
		    'nothing, and what is asked may not be reached');
	if (only === '' && !process.exitCode) {
		const file = path.join(process.cwd(), 'bench.svg');
		draw(figures, file);
		console.log(`drawn: ${file}`);
	}
}

try {
	await bench();
} catch (error) {
	console.error(`bench: ${error.message}`);
	process.exitCode = 1;
}
