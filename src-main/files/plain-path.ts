/** Letters that mean something to some file system, and control characters. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: NUL and its kind are what is refused.
const SPECIAL = /[\u0000-\u001f\u007f\\:*?"<>|]/;
/** Bytes of a name: less than any file system takes, so that a temporary name has room for its ending. */
const LONGEST = 200;
/** Windows opens a device by these names, whatever stands after the dot. */
const DEVICE = /^(con|prn|aux|nul|com[\d¹²³]|lpt[\d¹²³])\s*(\.|$)/i;

/**
 * Whether a path from a file of somebody else names a path below a folder, and the same one on every operating
 * system: parts with `/` between, none of them empty, `.`, `..` or a device's name.
 */
export function isPlainPath(path: string): boolean {
  const parts = path.split('/');
  if (parts.length > 8 || SPECIAL.test(path)) return false;
  return parts.every(
    (part) => part !== '' && !/[. ]$/.test(part) && !DEVICE.test(part) && Buffer.byteLength(part) <= LONGEST,
  );
}
