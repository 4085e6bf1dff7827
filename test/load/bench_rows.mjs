// bench_rows.mjs - what the benchmark measures, and what is asked of it.
//
// A row is { name, front, held, cases, values }: a web server that holds so
// many requests, or none; for each case which server has what load put on it;
// and the figures that are taken from a report of that.
//
// A figure is { name, of } and may have
//	unit	  what it is counted in
//	asked	  what it should be, in words: nothing here judges
//	more	  more of it is better
//	from	  the case whose figure it is; "ours" by default
//	against	  the case that it is divided by; "floor" by default
//	aside	  true: it is neither good nor bad, and has no bar

export const quick = Boolean(process.env.BENCH_QUICK);
const many = quick ? 500 : 8000;
const some = quick ? 200 : 1000;
const few = 200;
const time = quick ? '300ms' : '3s';
// Where the 99th percentile is of what happens but some times in a second.
const long = quick ? '500ms' : '10s';
const flood = 100000;
// Messages of chat in one request, most of which ride on one answer as well.
const batch = 10;

export const rounds = quick ? 1 : 3;
export const idle = quick ? 2000 : 100000;
export const channels = quick ? 10000 : 1000000;

// The floor has but one channel, and cannot be asked everything.
const alone = (args) => ({ ours: ['ours', args] });
const both = (args) => ({ ours: ['ours', args], floor: ['floor', args] });

const perSecond = (key) => (report) => report[`${key}_per_second`];
const micro = (key, mark) => (report) => report[`${key}_us`][mark];
const deliveries = (asked) => ({ name: 'deliveries', unit: '/s',
	of: perSecond('deliveries'), more: true, asked });
const cpu = (asked) => ({ name: 'server time per delivery', unit: 'us',
	of: ({ processes: [one] }) => one.cpu_us_per_delivery, asked });
// If it is far from 1, something else, such as the load tool, was what kept
// things from going faster, and the ratio of deliveries says little.
const busy = { name: 'server at work, share of the time', aside: true,
	of: ({ processes: [one], seconds }) => one.cpu_us / 1e6 / seconds };
const memory = { name: 'memory per held client', unit: 'bytes',
	of: ({ processes: [one] }) => one.bytes_per_client,
	asked: '<= 2048 bytes' };
const latency = (key, mark, asked) => ({ name: `latency ${mark}`, unit: 'us',
	of: micro(key, mark), asked });
// From one message to the next, in lock-step: until all have it, and wait.
const took = ({ clients, deliveries_per_second: rate }) =>
	clients / rate * 1e6;

function fanOut(clients, ...more) {
	return ['--clients', String(clients), '--duration', time, ...more,
		'fan-out'];
}

function chat(offered, most) {
	return {
		name: `chat of ${some}, ${offered}/s in batches of ${batch}`,
		front: 'lighttpd', held: some,
		cases: alone(['--clients', String(some), '--rooms-per-client',
			'10', '--batch', String(batch), '--deliveries',
			String(offered), '--duration', time, 'chat']),
		values: [deliveries('all of them'), cpu(),
			latency('latency', 'p50'),
			latency('latency', 'p99', `< ${most} us`)]
	};
}

// Whoever publishes does not wait until all others have what is on its way.
function duringFanOut(name, front) {
	return {
		name, front, held: many,
		cases: both(fanOut(many, '--probe', '50', '--duration', long)),
		values: [latency('probe', 'p50'), latency('probe', 'p99'),
			{ name: 'fan-out of one message', unit: 'us',
				of: took },
			{ name: 'latency p99, share of the fan-out',
				of: (report) => report.probe_us.p99 /
				    took(report),
				asked: '< 0.1' }]
	};
}

// What one session publishes is to be no other's problem.
function besideFlood(name, front) {
	const args = fanOut(few, '--rate', '20', '--duration', long);
	return {
		name, front, held: few,
		cases: {
			ours: ['ours', args],
			flooded: ['ours', ['--flood', String(flood), ...args]]
		},
		values: [
			{ ...latency('latency', 'p99'),
				name: 'latency p99, no flood' },
			{ ...latency('latency', 'p99', 'ratio <= 3'),
				from: 'flooded', against: 'ours' },
			{ name: 'of the flood', unit: '/s', from: 'flooded',
				of: perSecond('flood'), more: true,
				asked: `${flood} are offered` }
		]
	};
}

export const rows = [
	...[100, some, many].map((clients) => ({
		name: `fan-out to ${clients}`, front: 'lighttpd',
		held: clients, cases: both(fanOut(clients)),
		values: [deliveries('ratio >= 0.90'), cpu('ratio <= 1.25'),
			...(clients === many ? [memory] : [])]
	})),
	chat(quick ? 8000 : 80000, 25000),
	chat(quick ? 16000 : 160000, 100000),
	{
		name: 'publish, nobody receives', front: 'lighttpd', held: 100,
		cases: both(['--duration', time, '--publishers', '16',
			'publish']),
		values: [{ name: 'publishes', unit: '/s', more: true,
			of: perSecond('publishes'), asked: 'ratio >= 0.90' },
		latency('publish', 'p50')]
	}, {
		name: `storm of ${many}`, front: 'lighttpd', held: many,
		cases: both(['--clients', String(many), 'storm']),
		values: [{ name: 'sessions', unit: '/s', more: true,
			of: perSecond('joins'),
			asked: 'ratio >= 0.85, or >= 8000/s' },
		{ name: 'join p99', unit: 'us', of: micro('join', 'p99') }]
	},
	duringFanOut(`publish during a fan-out to ${many}`, 'lighttpd'),
	duringFanOut(`publish during a fan-out to ${many}, FastCGI`),
	besideFlood(`fan-out to ${few} at 20/s beside a flood`, 'lighttpd'),
	besideFlood(`fan-out to ${few} at 20/s beside a flood, FastCGI`),
	...[['FastCGI', []],
		['FastCGI on 4 connections', ['--connections', '4']]
	].map(([name, more]) => ({
		name: `fan-out to ${some}, ${name}`,
		cases: both(fanOut(some, ...more)),
		values: [deliveries('ratio >= 0.80'), cpu(), busy]
	}))
];

const extremes = (of) => ({ name: 'slowest by fastest', ours: Math.max(...of) /
    Math.min(...of), asked: '<= 1.20' });
const publish = (count, what, ns) =>
	({ name: `publish beside ${count} ${what}`, unit: 'ns', ours: ns });

// The lines of engine_cost: the name of a row, which of them it has, and the
// figures that are made of those.
export const engineRows = [{
	name: 'engine alone, idle sessions', line: 'idle',
	values: ([of]) => [
		{ name: `memory of each of ${of.sessions}`, unit: 'bytes',
			ours: of.bytes_per_session, asked: '<= 1024 bytes' },
		{ name: 'processor in a quiet minute', unit: 'ms',
			ours: of.cpu_ms_per_minute, asked: '<= 600 ms, 1 %' }]
}, {
	name: 'engine alone, publish and sessions', line: 'publish_sessions',
	values: (lines) => [
		...lines.map((of) => publish(of.sessions, 'sessions', of.ns)),
		extremes(lines.map(({ ns }) => ns))]
}, {
	name: 'engine alone, publish and channels', line: 'publish_channels',
	values: (lines) => [
		...lines.map((of) => publish(of.channels, 'channels', of.ns)),
		extremes(lines.map(({ ns }) => ns))]
}];
