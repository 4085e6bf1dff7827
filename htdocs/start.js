/*
 * start.js - the start page: does the server answer, now?
 */
import { Connection, openWithPage, showState } from "./common/connection.js";

const TEXT = {
	disconnected: "The server sent this page away",
	connecting: "Asking the server…",
	connected: "The server answers",
	reconnecting: "The server does not answer; trying again…",
};

const state = document.getElementById("state");
const answer = document.getElementById("answer");

const connection = new Connection({
	onState: (name) => showState(state, name, TEXT[name]),
	onAnswer: () => {
		answer.textContent =
			`Last answer at ${new Date().toLocaleTimeString()}`;
	},
});

openWithPage(connection);
