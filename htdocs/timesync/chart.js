/*
 * chart.js - a graph of the last samples and their means.
 *
 * It is drawn in units of its own, WIDTH by HEIGHT, which the page stretches;
 * strokes keep their width.  The scale follows what is drawn, in steps of 1,
 * 2 or 5 times a power of ten.
 */
import { make } from "../common/page.js";

const SVG = "http://www.w3.org/2000/svg";
const WIDTH = 600;
const HEIGHT = 100;

/* The least multiple of two that is easy to read and covers span. */
function
niceStep(span)
{
	const step = Math.max(span / 2, 1);
	const power = 10 ** Math.floor(Math.log10(step));

	return [1, 2, 5, 10].map((factor) => factor * power)
		.find((nice) => nice >= step - 1e-9);
}

/* { low, high } that hold all values, with a number in the middle. */
export function
scaleOf(values)
{
	const least = Math.min(...values);
	const most = Math.max(...values);

	for (let step = niceStep(most - least); ; step = niceStep(3 * step)) {
		const low = Math.floor(least / step) * step;

		if (low + 2 * step >= most)
			return { low, high: low + 2 * step };
	}
}

export class Chart {
	#paths;
	#labels;
	#svg;
	#name;
	#length;
	#format;

	/*
	 * name: what it is of, in a word; length: how many samples it has room
	 * for; format(number): the text of a number on its scale.
	 */
	constructor(element, { name, length, format })
	{
		this.#svg = document.createElementNS(SVG, "svg");
		this.#svg.setAttribute("viewBox", `0 0 ${WIDTH} ${HEIGHT}`);
		this.#svg.setAttribute("preserveAspectRatio", "none");
		this.#svg.setAttribute("role", "img");
		this.#svg.setAttribute("aria-label", `${name}: no samples yet`);
		this.#paths = ["grid", "samples", "means"].map((part) => {
			const path = document.createElementNS(SVG, "path");

			path.setAttribute("class", part);
			this.#svg.append(path);
			return path;
		});
		this.#paths[0].setAttribute("d", [0, HEIGHT / 2, HEIGHT]
			.map((y) => `M0 ${y}H${WIDTH}`).join(""));
		this.#labels = ["top", "middle", "bottom"].map((part) =>
			make("span", part, ""));
		for (const label of this.#labels)
			label.setAttribute("aria-hidden", "true");
		element.replaceChildren(...this.#labels, this.#svg);
		this.#name = name;
		this.#length = length;
		this.#format = format;
	}

	/* Two lists of numbers of the same length, oldest first. */
	draw(samples, means)
	{
		const { low, high } = scaleOf([...samples, ...means]);
		const at = (value, index) => [
			WIDTH * (this.#length - samples.length + index) /
				(this.#length - 1),
			HEIGHT * (high - value) / (high - low),
		].map((number) => number.toFixed(1)).join(" ");

		[high, (low + high) / 2, low].forEach((value, index) => {
			this.#labels[index].textContent = this.#format(value);
		});
		/* A line of no length is a dot, as its ends are round. */
		this.#paths[1].setAttribute("d", samples.map((value, index) =>
			`M${at(value, index)}h0`).join(""));
		this.#paths[2].setAttribute("d", means.map((value, index) =>
			(index === 0 ? "M" : "L") + at(value, index)).join(""));
		this.#svg.setAttribute("aria-label",
			`${this.#name}: the last ${samples.length} samples, ` +
			`from ${this.#format(Math.min(...samples))} to ` +
			`${this.#format(Math.max(...samples))}`);
	}
}
