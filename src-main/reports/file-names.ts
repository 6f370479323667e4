/** Names that Windows keeps for devices, whatever follows their first dot. */
const RESERVED = /^(con|prn|aux|nul|com\d|lpt\d)(\.|$)/i;

/**
 * File names for images, unique within a folder also where case does not count, harmless on every system: no
 * separators, no control characters, not hidden, not too long.
 */
export class FileNames {
  readonly #taken = new Set<string>();

  /**
   * @param name of the image, with or without folders; its ending is replaced
   * @param ending such as `.png`
   * @param page which picture of its file the image is, where there are several
   */
  for(name: string, ending: string, page?: number): string {
    const stem = `${safeStem(name)}${page === undefined ? '' : `-page-${page}`}`;
    for (let copy = 1; ; copy++) {
      const candidate = `${stem}${copy === 1 ? '' : `-${copy}`}${ending}`;
      const key = candidate.normalize('NFC').toLowerCase();
      if (this.#taken.has(key)) continue;
      this.#taken.add(key);
      return candidate;
    }
  }
}

function safeStem(name: string): string {
  const file = name
    .split(/[\\/]/)
    .at(-1)!
    .replace(/\.[^.]*$/, '');
  const safe = file
    .toWellFormed()
    .replace(/[^\p{L}\p{M}\p{N}._ -]/gu, '_')
    .replace(/^[. ]+|[. ]+$/g, '');
  // File systems count bytes, 255 at most; a letter has up to four.
  const short = [...safe].slice(0, 50).join('').trimEnd();
  return short === '' || RESERVED.test(short) ? `image-${short}`.replace(/-$/, '') : short;
}
