/** An 8-bit BMP with run lengths (Microsoft: BI_RLE8), grey palette; runs and literal stretches alternate. */
export function rle8File(width: number, height: number, pixel: (x: number, y: number) => number): Buffer {
  const body: number[] = [];
  for (let y = height - 1; y >= 0; y--) {
    const row = Array.from({ length: width }, (_, x) => pixel(x, y));
    for (let x = 0; x < width; ) {
      let run = 1;
      while (x + run < width && run < 255 && row[x + run] === row[x]) run++;
      if (run > 2 || width - x < 4) {
        body.push(run, row[x]!);
        x += run;
        continue;
      }
      const literal = row.slice(x, x + Math.min(5, width - x));
      body.push(0, literal.length, ...literal, ...(literal.length % 2 ? [0] : []));
      x += literal.length;
    }
    body.push(0, 0);
  }
  body.push(0, 1);
  return runLengthFile(
    width,
    height,
    8,
    body,
    Array.from({ length: 256 }, (_, i) => [i, i, i] as const),
  );
}

/** A BMP with run lengths. @param bits 8 or 4 @param palette red, green, blue */
export function runLengthFile(
  width: number,
  height: number,
  bits: 4 | 8,
  body: readonly number[],
  palette: readonly (readonly [number, number, number])[],
): Buffer {
  const start = 54 + palette.length * 4;
  const out = Buffer.alloc(start + body.length);
  out.write('BM');
  out.writeUInt32LE(out.length, 2);
  out.writeUInt32LE(start, 10);
  out.writeUInt32LE(40, 14);
  out.writeInt32LE(width, 18);
  out.writeInt32LE(height, 22);
  out.writeUInt16LE(1, 26);
  out.writeUInt16LE(bits, 28);
  out.writeUInt32LE(bits === 8 ? 1 : 2, 30);
  out.writeUInt32LE(palette.length, 46);
  palette.forEach(([r, g, b], index) => void out.set([b, g, r], 54 + index * 4));
  out.set(body, start);
  return out;
}
