// bench.mjs - our process beside the floor, on this machine and in this run.
//
//	make bench
//	BENCH_QUICK=1 make bench	a small one, to see that it works
//
// Each row is measured for one and the other in turn, behind the same web
// server or at the same kind of socket, so that what the machine does besides
// meets both.  Servers have the first processor, the load tool the second.
// What is printed are medians, and how many times the floor's figure ours is;
// bench.svg has them as bars.  Figures of different machines, or of a machine
// that is not left alone, do not compare.

import fs from 'node:fs';
import net from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { Child, freePort, htdocs, scratchFolder, tree } from
    '../system/support/stack.mjs';
import { until } from '../system/support/wait.mjs';

const build = process.env.BENCH_BUILD || tree;
const quick = Boolean(process.env.BENCH_QUICK);
const rounds = quick ? 1 : 3;
const many = quick ? 500 : 8000;
const some = quick ? 200 : 1000;
const time = quick ? '300ms' : '3s';
const idle = quick ? 2000 : 100000;
const channels = quick ? 10000 : 1000000;
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

const subjects = {
	ours: (socket) => [path.join(build, 'fcgi/bayeux-fcgi'),
		'-o', `listen=unix:${socket}`, '-o', 'socket_mode=0666',
		'-o', 'max_connections_per_address=0',
		'-o', 'log_level=warning'],
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

const perSecond = (key) => (report) => report[`${key}_per_second`];
const micro = (key, mark) => (report) => report[`${key}_us`][mark];
const deliveries = { name: 'deliveries', unit: '/s',
	of: perSecond('deliveries'), more: true };
const cpu = { name: 'server time per delivery', unit: 'us',
	of: ({ processes: [one] }) => one.cpu_us_per_delivery };
const memory = { name: 'memory per held client', unit: 'bytes',
	of: ({ processes: [one] }) => one.bytes_per_client };
const latency = ['p50', 'p99'].map((mark) => ({ name: `latency ${mark}`,
	unit: 'us', of: micro('latency', mark) }));

function fanOut(clients, more = []) {
	return ['--clients', String(clients), '--duration', time, ...more,
		'fan-out'];
}

function chat(offered) {
	return {
		name: `chat, ${offered} deliveries/s offered, ${some} clients`,
		front: 'lighttpd', held: some, alone: true,
		args: ['--clients', String(some), '--rooms-per-client', '10',
			'--batch', '10', '--deliveries', String(offered),
			'--duration', time, 'chat'],
		values: [deliveries, cpu, ...latency]
	};
}

// alone: what the floor, which has but one channel, cannot be asked.
const rows = [
	...[100, some, many].map((clients) => ({
		name: `fan-out to ${clients}`, front: 'lighttpd',
		held: clients, args: fanOut(clients),
		values: [deliveries, cpu,
			...(clients === many ? [memory] : [])]
	})),
	chat(quick ? 8000 : 80000),
	chat(quick ? 16000 : 160000),
	{
		name: 'publish, nobody receives', front: 'lighttpd', held: 100,
		args: ['--duration', time, '--publishers', '16', 'publish'],
		values: [{ name: 'publishes', unit: '/s', more: true,
			of: perSecond('publishes') },
		{ name: 'latency p50', unit: 'us', of: micro('publish', 'p50') }]
	}, {
		name: `storm of ${many}`, front: 'lighttpd', held: many,
		args: ['--clients', String(many), 'storm'],
		values: [{ name: 'sessions', unit: '/s', more: true,
			of: perSecond('joins') },
		{ name: 'join p99', unit: 'us', of: micro('join', 'p99') }]
	}, {
		name: `publish during a fan-out to ${many}`,
		front: 'lighttpd', held: many,
		args: fanOut(many, ['--probe', '20']),
		values: ['p50', 'p99'].map((mark) => ({ name: `latency ${mark}`,
			unit: 'us', of: micro('probe', mark) }))
	}, {
		name: `fan-out to ${some}, FastCGI`, args: fanOut(some),
		values: [deliveries, cpu]
	}, {
		name: `fan-out to ${some}, FastCGI on 4 connections`,
		args: fanOut(some, ['--connections', '4']),
		values: [deliveries, cpu]
	}
];

function median(numbers) {
	const sorted = [...numbers].sort((a, b) => a - b);
	return sorted[Math.floor(sorted.length / 2)];
}

function show(number) {
	return number >= 100 ? number.toFixed(0) : number.toPrecision(3);
}

function print(row, value, ours, floor) {
	const cells = [row.padEnd(50), value.padEnd(28),
		ours.padStart(14), floor.padStart(14)];
	console.log(cells.join(' ').trimEnd());
}

// Measure a row; for each of its values { row, value, ours, floor }.
async function measure(row) {
	const found = { ours: [], floor: [] };
	for (let round = 0; round < rounds; round++)
		for (const subject of row.alone ? ['ours'] :
		    round % 2 ? ['floor', 'ours'] : ['ours', 'floor'])
			found[subject].push(await withServer(subject,
			    row.front, row.held, (address, pid) =>
				load(address, pid, row.args)));
	return row.values.map((value) => {
		const of = (subject) => found[subject].length === 0 ?
		    undefined : median(found[subject].map(value.of));
		return { row: row.name, value, ours: of('ours'),
			floor: of('floor') };
	});
}

function printValue({ row, value, ours, floor }) {
	const ratio = floor > 0 ? ` (${(ours / floor).toFixed(2)} x)` : '';
	print(row, `${value.name}, ${value.unit}`, show(ours) + ratio,
	    floor === undefined ? '' : show(floor));
}

// What the engine takes by itself, in its own process.
async function measureEngine() {
	const child = start(pinned(0, tool('engine_cost'), String(idle),
	    String(channels)));
	const { code } = await child.exit;
	if (code !== 0)
		throw new Error(`engine_cost: ${child.output}`);
	for (const line of child.output.trim().split('\n')) {
		const { row, ...of } = JSON.parse(line);
		if (row === 'idle') {
			print(`${of.sessions} idle sessions, engine alone`,
			    'memory per session, bytes',
			    show(of.bytes_per_session), '');
			print('', 'time in a quiet minute, ms',
			    show(of.cpu_ms_per_minute), '');
		} else {
			const beside = row === 'publish_sessions' ?
			    `${of.sessions} sessions` :
			    `${of.channels} channels`;
			print(`publish beside ${beside}, engine alone`,
			    'time, ns', show(of.ns), '');
		}
	}
}

function escaped(text) {
	return text.replace(/&/g, '&amp;').replace(/</g, '&lt;');
}

// A bar for each, as long as it is of the longer one.
function bars({ row, value, ours, floor }, y) {
	const most = Math.max(ours, floor);
	const bar = (number, at, colour, name) => {
		const width = Math.max(number / most * 360, 1).toFixed(1);
		return `<rect x="330" y="${at}" width="${width}" height="14" ` +
		    `fill="${colour}"/>\n<text x="${338 + Number(width)}" ` +
		    `y="${at + 12}">${name} ${show(number)}</text>`;
	};
	return [`<text x="320" y="${y + 13}" text-anchor="end">` +
	    `${escaped(row)}</text>`,
	`<text x="320" y="${y + 29}" text-anchor="end" fill="#555">` +
	    `${escaped(value.name)}, ${value.unit}: ` +
	    `${value.more ? 'more' : 'less'} is better</text>`,
	bar(ours, y, '#1f5fa8', 'bayeux-fcgi'),
	bar(floor, y + 17, '#b8b8b8', 'floor')].join('\n');
}

function draw(values, file) {
	const drawn = values.filter(({ floor }) => floor > 0);
	const height = 60 + drawn.length * 46;
	fs.writeFileSync(file, `<svg xmlns="http://www.w3.org/2000/svg" ` +
	    `width="860" height="${height}" viewBox="0 0 860 ${height}" ` +
	    'font-family="sans-serif" font-size="12">\n' +
	    '<rect width="100%" height="100%" fill="#fff"/>\n' +
	    '<text x="20" y="28" font-size="17">bayeux-fcgi beside a server ' +
	    'that does no Bayeux work</text>\n' +
	    drawn.map((value, i) => bars(value, 50 + i * 46)).join('\n') +
	    '\n</svg>\n');
}

try {
	const values = [];
	print('', '', 'bayeux-fcgi', 'floor');
	for (const row of rows) {
		try {
			const measured = await measure(row);
			measured.forEach(printValue);
			values.push(...measured);
		} catch (error) {
			print(row.name, 'failed', '', '');
			console.error(`bench: ${error.message}`);
			process.exitCode = 1;
		}
	}
	await measureEngine();
	const file = path.join(process.cwd(), 'bench.svg');
	draw(values, file);
	console.log(`drawn: ${file}`);
} catch (error) {
	console.error(`bench: ${error.message}`);
	process.exitCode = 1;
}
