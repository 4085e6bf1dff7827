/*
 * timesync.js - the page about the server's clock.
 *
 * A sample comes with every answer on a /meta/ channel.  The connect is held,
 * so it brings few; to have one a second, the page subscribes and unsubscribes
 * in turn to a channel on which nothing is said.
 */
import { Connection, openWithPage, showState, showTrouble }
	from "../common/connection.js";
import { byId } from "../common/page.js";
import { Chart } from "./chart.js";
import { Sampler } from "./sampler.js";

const SAMPLE_MS = 1000;
const SAMPLES_MAX = 60;
const CHANNEL = "/timesync/sample";

/* Who listens to the page is told the numbers once in so many samples. */
const SPOKEN_EVERY = 30;

const ui = byId("state", "trouble", "silent", "clock", "offset", "lag",
	"count", "spoken", "offset-chart", "lag-chart");

const charts = {
	offset: new Chart(ui["offset-chart"], { name: "Offset",
		length: SAMPLES_MAX, format: scaleText }),
	lag: new Chart(ui["lag-chart"], { name: "Lag",
		length: SAMPLES_MAX, format: scaleText }),
};

/* The last samples, each with the means of that moment, and all there were. */
const samples = [];
let count = 0;

const sampler = new Sampler(onSample, () => { ui.silent.hidden = false; });
const connection = new Connection({ onState, onSession });

/* What is subscribed to at the moment, or null. */
let subscription = null;
let isAsking = false;

/* ---- numbers as texts ---- */

function
durationText(msec)
{
	const minutes = Math.floor(msec / 60000);

	if (msec < 10000)
		return `${Math.round(msec)} ms`;
	if (msec < 120000)
		return `${(msec / 1000).toFixed(1)} s`;
	if (minutes < 60)
		return `${minutes} min`;
	return `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

/* On a scale the last millisecond counts, however many hours there are. */
function
scaleText(msec)
{
	return `${Math.round(msec).toLocaleString()} ms`.replace("-", "−");
}

function
offsetText(msec)
{
	const length = durationText(Math.abs(msec));

	if (msec === 0)
		return length;
	return `${length} ${msec > 0 ? "ahead" : "behind"}`;
}

/* ---- showing ---- */

function
onSample({ offset, lag })
{
	samples.push({ offset, lag, offsetMean: sampler.getTimeOffset(),
		lagMean: sampler.getNetworkLag() });
	if (samples.length > SAMPLES_MAX)
		samples.shift();
	count++;
	ui.silent.hidden = true;
	show();
}

function
show()
{
	const { offsetMean, lagMean } = samples.at(-1);
	const column = (name) => samples.map((sample) => sample[name]);

	ui.offset.textContent = offsetText(offsetMean);
	ui.lag.textContent = durationText(lagMean);
	ui.count.textContent = String(count);
	charts.offset.draw(column("offset"), column("offsetMean"));
	charts.lag.draw(column("lag"), column("lagMean"));
	if (count % SPOKEN_EVERY === 1)
		ui.spoken.textContent = `Offset ${ui.offset.textContent}, ` +
			`lag ${ui.lag.textContent}`;
}

/* The server's clock strikes when it does, not when ours does. */
function
tick()
{
	const now = sampler.getServerTime();

	if (count > 0)
		ui.clock.textContent = new Date(now).toLocaleTimeString();
	setTimeout(tick, 1000 - now % 1000);
}

/* ---- asking ---- */

function
ask()
{
	const { client } = connection;
	const onReply = () => { isAsking = false; };

	if (connection.state !== "connected" || isAsking || document.hidden)
		return;
	isAsking = true;
	if (subscription === null) {
		subscription = client.subscribe(CHANNEL, () => {}, onReply);
	} else {
		client.unsubscribe(subscription, onReply);
		subscription = null;
	}
}

/* A new session knows no subscription, and an old one answers no more. */
function
onSession()
{
	subscription = null;
	isAsking = false;
}

function
onState(state, error)
{
	showState(ui.state, state);
	showTrouble(ui.trouble, state, error);
}

connection.client.registerExtension("timesync", sampler);
openWithPage(connection);
setInterval(ask, SAMPLE_MS);
tick();
