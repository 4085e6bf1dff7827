/*
 * board.js - where each magnet is, as far as this page knows.
 *
 * Nobody decides who is right when two move a magnet at once: of two moves the
 * newer counts, and all pages agree on which that is, in whatever order they
 * hear of them.  It is the one with the higher version, which counts a
 * magnet's moves; or else the one whose "by", the id of the page that moved
 * it, comes later; and what is left to compare are the places.
 *
 * A place is x and y, of which each goes from 0, at the left or upper edge, to
 * SIZE, so that there is none off the board.
 */

export const WORDS = [
	"the", "moon", "and", "I", "dream", "of", "you", "whisper", "in",
	"light", "sea", "to", "we", "never", "is", "wind", "a", "bird", "my",
	"sleep", "river", "it", "dance", "are", "night", "your", "blue", "not",
	"stone", "run", "like", "heart", "was", "wild", "with", "sing",
	"small", "always", "slow", "bright",
];

export const SIZE = 10000;

/*
 * More moves of one magnet than anybody makes.  A stranger who claims that
 * many pins it where it is, as he could by moving it back each time, until
 * nobody has the board open any more.
 */
const VERSION_MAX = 2 ** 40;

const BY_MAX = 64;
const COLUMNS = 5;

function
isWithin(number, low, high)
{
	return Number.isSafeInteger(number) && number >= low && number <= high;
}

function
parseMove(value)
{
	const { magnet, x, y, version, by } = Object(value);

	if (!isWithin(magnet, 0, WORDS.length - 1) || !isWithin(x, 0, SIZE) ||
	    !isWithin(y, 0, SIZE) || !isWithin(version, 1, VERSION_MAX))
		return null;
	if (typeof by !== "string" || by === "" || by.length > BY_MAX)
		return null;
	return { magnet, x, y, version, by };
}

/* The moves in what a stranger has published, without what is none. */
export function
parseMoves(data)
{
	const moves = Object(data).moves;

	if (!Array.isArray(moves) || moves.length > WORDS.length)
		return [];
	return moves.map(parseMove).filter((move) => move !== null);
}

/* Of the same magnet: does move count, and not the other? */
export function
isNewer(move, other)
{
	if (move.version !== other.version)
		return move.version > other.version;
	if (move.by !== other.by)
		return move.by > other.by;
	if (move.x !== other.x)
		return move.x > other.x;
	return move.y > other.y;
}

function
clamp(number)
{
	return Math.max(0, Math.min(SIZE, Math.round(number) || 0));
}

/* Where a magnet is before anybody has moved it: the same for everyone. */
function
startOf(magnet)
{
	const column = magnet % COLUMNS;
	const row = Math.floor(magnet / COLUMNS);
	const rows = Math.ceil(WORDS.length / COLUMNS);

	return {
		magnet,
		x: clamp(SIZE * (0.02 + 0.96 * column / (COLUMNS - 1))),
		y: clamp(SIZE * (0.4 + 0.58 * row / (rows - 1))),
		version: 0,
		by: "",
	};
}

export class Board {
	/* By magnet; who was moved last comes last. */
	#moves = new Map(WORDS.map((word, magnet) =>
		[magnet, startOf(magnet)]));

	/* The move that has put the magnet where it is. */
	at(magnet)
	{
		return this.#moves.get(magnet);
	}

	/* by moves the magnet; false: to where it is, or it cannot be moved. */
	move(magnet, x, y, by)
	{
		const before = this.at(magnet);
		const move = { magnet, x: clamp(x), y: clamp(y),
			version: before.version + 1, by };

		if (move.x === before.x && move.y === before.y)
			return false;
		if (move.version > VERSION_MAX)
			return false;
		this.#put(move);
		return true;
	}

	/* Take a parsed move of anybody; false if it is not the newest. */
	take(move)
	{
		if (!isNewer(move, this.at(move.magnet)))
			return false;
		this.#put(move);
		return true;
	}

	/* The last moves of all magnets that have been moved, in order. */
	moved()
	{
		return [...this.#moves.values()]
			.filter(({ version }) => version > 0);
	}

	/* Those of them that who only knows these moves does not know. */
	missingIn(moves)
	{
		const known = new Map(moves.map((move) =>
			[move.magnet, move]));

		return this.moved().filter((move) =>
			!known.has(move.magnet) ||
			isNewer(move, known.get(move.magnet)));
	}
	#put(move)
	{
		this.#moves.delete(move.magnet);
		this.#moves.set(move.magnet, move);
	}
}
