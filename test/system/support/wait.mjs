// wait.mjs - waiting for conditions, never for a time.
//
// Every wait has an end, so that a fault shows as a failed test and not as a
// run that hangs.  BAYEUX_PATIENCE (milliseconds) moves that end, for a
// process under valgrind.

export const patience = Number(process.env.BAYEUX_PATIENCE || 30000);

// A time, in milliseconds, of which a test waits for the end, and in which the
// machine still gets several requests done.
export const moment = Math.floor(patience / 60);

// The value of promise, or an error that says what did not come.
export function within(promise, what) {
	let timer;
	const end = new Promise((resolve, reject) => {
		timer = setTimeout(() => reject(new Error(
		    `waited ${patience} ms for ${what}`)), patience);
	});
	return Promise.race([promise, end]).finally(() => clearTimeout(timer));
}

// Ask test again and again until its (awaited) answer is true-ish; limit is
// for who can go on without.
export async function until(test, what, limit = patience) {
	const end = Date.now() + limit;
	for (;;) {
		const answer = await test();
		if (answer)
			return answer;
		if (Date.now() > end)
			throw new Error(`waited ${limit} ms until ${what}`);
		await new Promise((resolve) => setTimeout(resolve, 10));
	}
}

// No other attempt makes up for it: a fault of memory, or a process that ended
// as it should not.
export function asFinal(error) {
	return Object.assign(error, { isFinal: true });
}

/*
 * A server may end what is left alone for limit ms, and a machine may be too
 * slow to keep a test from leaving it alone.  attempt calls mark whenever an
 * answer has come, or mark(time) if it was to take that long.  If it fails, but
 * any two of these were too far apart, that does not count, unless the error is
 * final: it has another go.
 */
export async function inTime(limit, attempt) {
	const end = Date.now() + patience;
	for (;;) {
		let last;
		let longest = 0;
		const mark = (expected = 0) => {
			const now = performance.now();
			longest = Math.max(longest,
			    now - (last ?? now) - expected);
			last = now;
		};
		try {
			await attempt(mark);
			return;
		} catch (error) {
			// From one message to the next are two answers.
			if (error.isFinal || longest < limit / 2 ||
			    Date.now() > end)
				throw error;
			console.log('# too slow to tell:', error.message);
		}
	}
}

// A promise that can be asked whether it is settled.
export function watch(promise) {
	const watched = { promise, settled: false };
	const note = () => { watched.settled = true; };
	promise.then(note, note);
	return watched;
}
