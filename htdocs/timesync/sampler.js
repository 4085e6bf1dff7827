/*
 * sampler.js - the timesync extension, asked for every sample.
 *
 * The server answers a guess that is good already with nothing.  A client
 * that sends no guess of the lag, as those of the 1.0 draft, is always told,
 * and that is what there is to draw here.
 */
import { TimeSyncExtension } from "../js/cometd/TimeSyncExtension.js";

/* What one answer says, or null: { offset, lag } in milliseconds. */
export function
sampleOf(timesync, now)
{
	const { tc, ts, p } = Object(timesync);
	const lag = (now - tc - p) / 2;
	const offset = ts - tc - lag;

	if (![tc, ts, p].every(Number.isFinite))
		return null;
	/* Each clock counts whole milliseconds, so that it can be below 0. */
	return { offset, lag: Math.max(0, lag) };
}

export class Sampler extends TimeSyncExtension {
	#onSample;
	#onSilence;

	/*
	 * onSample({ offset, lag }): a sample, behind which the means are up
	 * to date.
	 * onSilence(): there is a session, and its server does not say.
	 */
	constructor(onSample, onSilence)
	{
		super();
		this.#onSample = onSample;
		this.#onSilence = onSilence;
	}

	outgoing(message)
	{
		const sent = super.outgoing(message);

		delete sent.ext?.timesync?.l;
		return sent;
	}

	incoming(message)
	{
		const now = Date.now();
		const received = super.incoming(message);
		const sample = sampleOf(message.ext?.timesync, now);

		if (sample !== null)
			this.#onSample(sample);
		else if (message.channel === "/meta/handshake" &&
		    message.successful)
			this.#onSilence();
		return received;
	}
}
