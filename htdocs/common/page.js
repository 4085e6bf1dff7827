/*
 * page.js - what the scripts of all pages do with elements.
 *
 * Text only ever becomes a text node: there is no way from here to markup.
 */

/* The elements of these ids, each under its own. */
export function
byId(...ids)
{
	return Object.fromEntries(ids.map((id) =>
		[id, document.getElementById(id)]));
}

/* An element with a class and, if given, a text. */
export function
make(tag, className, text)
{
	const element = document.createElement(tag);

	if (className)
		element.className = className;
	if (text !== undefined)
		element.textContent = text;
	return element;
}
