// bench_svg.mjs - the figures of both as bars, one beside the other.

import fs from 'node:fs';

export function show(number) {
	return number >= 100 ? number.toFixed(0) : number.toPrecision(3);
}

export function label({ name, unit }) {
	return unit === undefined ? name : `${name}, ${unit}`;
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
	    `${escaped(label(value))}: ` +
	    `${value.more ? 'more' : 'less'} is better</text>`,
	bar(ours, y, '#1f5fa8', 'bayeux-fcgi'),
	bar(floor, y + 17, '#b8b8b8', 'floor')].join('\n');
}

// Draw those of the figures that there are of both.
export function draw(figures, file) {
	const drawn = figures.filter(({ value, floor }) => floor > 0 &&
	    !value.aside);
	const height = 60 + drawn.length * 46;
	fs.writeFileSync(file, `<svg xmlns="http://www.w3.org/2000/svg" ` +
	    `width="860" height="${height}" viewBox="0 0 860 ${height}" ` +
	    'font-family="sans-serif" font-size="12">\n' +
	    '<rect width="100%" height="100%" fill="#fff"/>\n' +
	    '<text x="20" y="28" font-size="17">bayeux-fcgi beside a server ' +
	    'that does no Bayeux work</text>\n' +
	    drawn.map((figure, i) => bars(figure, 50 + i * 46)).join('\n') +
	    '\n</svg>\n');
}
