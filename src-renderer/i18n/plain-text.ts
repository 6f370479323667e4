/** Characters that turn the writing direction of what comes after them. */
const DIRECTIONS = /[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/g;
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what must not go through
const CONTROLS = /[\u0000-\u001f\u007f]/g;

/**
 * A name with its invisible characters made visible: a file called "gpj.exe" that is written backwards, or one with
 * a line break, looks like what it is.
 */
export function plainText(name: string): string {
  return name
    .replace(CONTROLS, (c) => (c === '\u007f' ? '\u2421' : String.fromCharCode(0x2400 + c.charCodeAt(0))))
    .replace(DIRECTIONS, (c) => `‹U+${c.charCodeAt(0).toString(16).toUpperCase().padStart(4, '0')}›`);
}
