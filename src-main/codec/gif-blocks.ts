/**
 * Whether a GIF ends where its format says that it ends: a file that was cut short lacks the trailer, and decoders
 * show what is left, or fewer frames, as if that were all.
 */
export function isWholeGif(bytes: Uint8Array): boolean {
  const paletteBytes = (flags: number) => (flags & 0x80 ? 3 * 2 ** ((flags & 7) + 1) : 0);
  const skipData = (from: number) => {
    let next = from;
    while (bytes[next]) next += bytes[next]! + 1;
    return next + 1;
  };
  let at = 13 + paletteBytes(bytes[10] ?? 0);
  while (at < bytes.length) {
    const block = bytes[at];
    if (block === 0x3b) return true;
    if (block === 0x21) at = skipData(at + 2);
    else if (block === 0x2c) at = skipData(at + 11 + paletteBytes(bytes[at + 9] ?? 0));
    // Decoders pass over what they do not know.
    else at++;
  }
  return false;
}
