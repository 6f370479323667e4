/** A Huffman table (JPEG, ITU-T T.81, F.2.2.3): the codes of each length in order. */
interface HuffmanTable {
  /** By length 1..16: the first code, how many there are, and where their values begin. */
  readonly first: readonly number[];
  readonly counts: readonly number[];
  readonly from: readonly number[];
  readonly values: Uint8Array;
}

interface Component {
  readonly id: number;
  readonly across: number;
  readonly down: number;
}

interface Picture {
  readonly width: number;
  readonly height: number;
  readonly components: readonly Component[];
}

const MARKER = { rst0: 0xd0, rst7: 0xd7, eoi: 0xd9, sos: 0xda, dht: 0xc4, dri: 0xdd } as const;

/**
 * Whether a baseline JPEG holds every block of its picture, and nothing beside them but zeros before markers. Cameras
 * pad their restart intervals so; decoders skip the zeros but cannot tell them from lost data, and warn. Codes are
 * followed, not turned into pixels.
 * @returns false, too, for kinds of JPEG that are not followed (progressive, arithmetic)
 */
export function isWholeJpeg(bytes: Uint8Array): boolean {
  const tables = new Map<number, HuffmanTable>();
  let picture: Picture | undefined;
  let interval = 0;
  let hasScan = false;
  let at = 2;
  while (at < bytes.length) {
    while (bytes[at] === 0) at++;
    if (bytes[at] !== 0xff) return false;
    while (bytes[at] === 0xff) at++;
    const marker = bytes[at++]!;
    if (marker === MARKER.eoi) return hasScan;
    const length = (bytes[at]! << 8) | bytes[at + 1]!;
    const end = at + length;
    if (!(length >= 2) || end > bytes.length) return false;
    const segment = bytes.subarray(at + 2, end);
    if (marker === MARKER.dht) readTables(segment, tables);
    else if (marker === MARKER.dri) interval = (segment[0]! << 8) | segment[1]!;
    else if (marker === 0xc0 || marker === 0xc1) picture = readPicture(segment);
    else if (marker > 0xc1 && marker <= 0xcf && marker !== 0xc8 && marker !== 0xcc) return false;
    at = end;
    if (marker !== MARKER.sos) continue;
    const after = picture && followScan(bytes, at, segment, picture, tables, interval);
    if (after === undefined) return false;
    at = after;
    hasScan = true;
  }
  return false;
}

function readTables(segment: Uint8Array, tables: Map<number, HuffmanTable>): void {
  for (let at = 0; at + 17 <= segment.length; ) {
    const name = segment[at]!;
    const counts = [0, ...segment.subarray(at + 1, at + 17)];
    const first: number[] = [0];
    const from: number[] = [0];
    let [code, total] = [0, 0];
    for (let length = 1; length <= 16; length++) {
      first[length] = code;
      from[length] = total;
      code = (code + counts[length]!) << 1;
      total += counts[length]!;
    }
    tables.set(name, { first, counts, from, values: segment.slice(at + 17, at + 17 + total) });
    at += 17 + total;
  }
}

function readPicture(segment: Uint8Array): Picture | undefined {
  const count = segment[5] ?? 0;
  if (segment[0] !== 8 || segment.length < 6 + count * 3) return undefined;
  const components = Array.from({ length: count }, (_, i) => {
    const [id, sampling] = [segment[6 + i * 3]!, segment[7 + i * 3]!];
    return { id, across: sampling >> 4, down: sampling & 15 };
  });
  const height = (segment[1]! << 8) | segment[2]!;
  return { height, width: (segment[3]! << 8) | segment[4]!, components };
}

/** The blocks of one MCU: their tables. */
type Blocks = readonly { readonly dc: HuffmanTable; readonly ac: HuffmanTable }[];

/** Follows a scan to the marker behind it. @returns where that is, or undefined when data is missing or left over */
function followScan(
  bytes: Uint8Array,
  start: number,
  header: Uint8Array,
  picture: Picture,
  tables: ReadonlyMap<number, HuffmanTable>,
  interval: number,
): number | undefined {
  const count = header[0] ?? 0;
  const blocks: { dc: HuffmanTable; ac: HuffmanTable }[] = [];
  let units = 0;
  const widest = Math.max(...picture.components.map(({ across }) => across));
  const tallest = Math.max(...picture.components.map(({ down }) => down));
  for (let i = 0; i < count; i++) {
    const component = picture.components.find(({ id }) => id === header[1 + i * 2]);
    const dc = tables.get(header[2 + i * 2]! >> 4);
    const ac = tables.get(0x10 | (header[2 + i * 2]! & 15));
    if (!component || !dc || !ac) return undefined;
    const { across, down } = component;
    // A component on its own comes block by block, without the ones that only fill up MCUs.
    const size = count === 1 ? 1 : across * down;
    for (let block = 0; block < size; block++) blocks.push({ dc, ac });
    const [stepX, stepY] =
      count === 1 ? [(8 * widest) / across, (8 * tallest) / down] : [8 * widest, 8 * tallest];
    units = Math.ceil(picture.width / stepX) * Math.ceil(picture.height / stepY);
  }
  let at = start;
  for (let done = 0, restart = 0; done < units; restart++) {
    const due = Math.min(interval || units, units - done);
    const end = followInterval(bytes, at, blocks, due);
    if (end === undefined) return undefined;
    done += due;
    if (done === units) return end;
    at = end;
    while (bytes[at] === 0xff) at++;
    if (bytes[at++] !== MARKER.rst0 + (restart & 7)) return undefined;
  }
  return undefined;
}

/** Follows MCUs, then skips zeros. @returns where the marker behind them begins, or undefined */
function followInterval(bytes: Uint8Array, start: number, blocks: Blocks, units: number): number | undefined {
  const bits = new BitReader(bytes, start);
  for (let unit = 0; unit < units; unit++) {
    for (const { dc, ac } of blocks) {
      const size = bits.symbol(dc);
      if (size === undefined || !bits.skip(size)) return undefined;
      for (let k = 1; k < 64; k++) {
        const code = bits.symbol(ac);
        if (code === undefined) return undefined;
        if (code === 0) break;
        k += code >> 4;
        if (k > 63 || !bits.skip(code & 15)) return undefined;
      }
    }
  }
  let at = bits.at;
  while (bytes[at] === 0) at++;
  return bytes[at] === 0xff && bytes[at + 1] !== 0 ? at : undefined;
}

/** Bits of entropy-coded data, highest first; ends before a marker. */
class BitReader {
  /** The next byte. */
  at: number;
  readonly #bytes: Uint8Array;
  #held = 0;
  #left = 0;

  constructor(bytes: Uint8Array, at: number) {
    this.#bytes = bytes;
    this.at = at;
  }

  /** The next Huffman-coded value; undefined when the data ends or there is no such code. */
  symbol({ first, counts, from, values }: HuffmanTable): number | undefined {
    let code = 0;
    for (let length = 1; length <= 16; length++) {
      const bit = this.#bit();
      if (bit === undefined) return undefined;
      code = (code << 1) | bit;
      const index = code - first[length]!;
      if (index < counts[length]!) return values[from[length]! + index];
    }
    return undefined;
  }

  skip(count: number): boolean {
    for (let i = 0; i < count; i++) if (this.#bit() === undefined) return false;
    return true;
  }

  #bit(): number | undefined {
    if (this.#left === 0) {
      const byte = this.#bytes[this.at];
      if (byte === undefined || (byte === 0xff && this.#bytes[this.at + 1] !== 0)) return undefined;
      this.at += byte === 0xff ? 2 : 1;
      this.#held = byte;
      this.#left = 8;
    }
    this.#left--;
    return (this.#held >> this.#left) & 1;
  }
}
