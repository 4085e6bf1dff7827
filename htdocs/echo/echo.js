/*
 * echo.js - the echo page: remote calls, and what comes back of them.
 *
 * A call is a message to /service/TARGET, which the plugin that serves it
 * answers on the same channel with the same id.  What nobody serves is not
 * refused but never answered, so that it takes a while to know.
 */
import { Connection, openWithPage, showState, showTrouble }
	from "../common/connection.js";
import { byId, make } from "../common/page.js";

/* How long to wait for an answer. */
const ANSWER_MS = 5000;

/* What the client says when it has waited for so long. */
const TIMEOUT_ERROR = "406::timeout";

const ROWS_MAX = 50;

const SIGN = { add: "+", subtract: "−", multiply: "×", divide: "÷" };

const ui = byId("state", "trouble", "echo", "text", "send", "echoes", "math",
	"a", "b", "operation", "target", "calculate", "results");

const connection = new Connection({ onState });

function
onState(state, error)
{
	showState(ui.state, state);
	showTrouble(ui.trouble, state, error);
	for (const button of [ui.send, ui.calculate])
		button.disabled = state !== "connected";
}

/* Why a call failed, for a reader. */
function
failureText(target, { data, error, failure })
{
	if (error === TIMEOUT_ERROR)
		return `no answer in ${ANSWER_MS / 1000} seconds: ` +
			`the server has no service “${target}”, ` +
			"or is slow today";
	if (failure !== undefined)
		return "not sent: the server was not reached";
	if (typeof data?.error === "string")
		return data.error;
	return error ? `refused: ${error}` : "failed";
}

function
valueText(data)
{
	return typeof data === "string" ? data : JSON.stringify(data);
}

/* Call target, and show that in a new row of list. */
function
call(target, content, { list, className, sent, sign })
{
	const row = make("li", `call waiting ${className}`);
	const back = make("span", "back", "waiting…");
	const time = make("span", "time", "");
	const start = performance.now();

	row.append(make("span", "sent", sent), make("span", "sign", sign),
		back, time);
	list.prepend(row);
	while (list.childElementCount > ROWS_MAX)
		list.lastElementChild.remove();

	connection.client.remoteCall(target, content, ANSWER_MS, (reply) => {
		row.classList.remove("waiting");
		row.classList.toggle("failed", !reply.successful);
		if (reply.successful) {
			const msec = Math.round(performance.now() - start);

			back.textContent = valueText(reply.data);
			time.textContent = `${msec} ms`;
		} else {
			back.textContent = failureText(target, reply);
		}
	});
}

/* The server may have gone while the button could still be pressed. */
function
isReady()
{
	return connection.state === "connected";
}

ui.echo.addEventListener("submit", (event) => {
	const sent = ui.text.value;

	event.preventDefault();
	if (!isReady())
		return;
	call("echo", sent, { list: ui.echoes, className: "", sent,
		sign: "→" });
	ui.text.select();
});

ui.math.addEventListener("submit", (event) => {
	const [a, b] = [ui.a.valueAsNumber, ui.b.valueAsNumber];
	const operation = ui.operation.value;

	event.preventDefault();
	if (!isReady() || Number.isNaN(a) || Number.isNaN(b))
		return;
	call(`math/${operation}`, { a, b }, { list: ui.results,
		className: "short", sent: `${a} ${SIGN[operation]} ${b}`,
		sign: "=" });
});

ui.operation.addEventListener("change", () => {
	ui.target.textContent = `/service/math/${ui.operation.value}`;
});

openWithPage(connection);
