/** Longest part of a path, in bytes: what file systems take, with room for what is put to it. */
const PART_BYTES = 200;
const DEPTH = 20;
/** Names that Windows keeps for devices. */
const DEVICE = /^(con|prn|aux|nul|com\d|lpt\d)(\.|$)/i;
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is taken out.
const UNFIT = /[\u0000-\u001f\u007f<>:"|?*\\]|\p{Bidi_Control}/gu;

/**
 * Where a file goes below its upload's folder, whatever its browser calls it: no part leads upwards, is hidden, or is
 * none on some system. What is not allowed becomes `_`.
 * @param name with `/`
 * @param taken paths of the upload, in lower case; gets this one
 * @returns with `/`; other than all before, also where letters' case is not told apart
 */
export function uploadName(name: string, taken: Set<string>): string {
  const parts = name
    .normalize('NFC')
    .split(/[\\/]/)
    .filter((part) => part !== '' && part !== '.' && part !== '..')
    .slice(-DEPTH)
    .map(fit);
  const last = parts.pop() ?? '_';
  const dot = last.lastIndexOf('.');
  const [stem, ending] = dot > 0 ? [last.slice(0, dot), last.slice(dot)] : [last, ''];
  const pathOf = (n: number) => [...parts, n === 1 ? last : `${stem}-${n}${ending}`].join('/');
  let n = 1;
  while (taken.has(pathOf(n).toLowerCase())) n++;
  taken.add(pathOf(n).toLowerCase());
  return pathOf(n);
}

function fit(part: string): string {
  const plain = part
    .replace(UNFIT, '_')
    .replace(/^[.\s]+/, '_')
    .replace(/[.\s]+$/, '_');
  const free = DEVICE.test(plain) ? `_${plain}` : plain;
  return shortened(free);
}

/** Keeps the ending. */
function shortened(part: string): string {
  if (Buffer.byteLength(part) <= PART_BYTES) return part;
  const ending = /\.[^.]{1,10}$/.exec(part)?.[0] ?? '';
  let stem = part.slice(0, part.length - ending.length);
  while (Buffer.byteLength(stem) > PART_BYTES - Buffer.byteLength(ending))
    stem = [...stem].slice(0, -1).join('');
  return stem + ending;
}
