/**
 * A table [1 + from², C] on another grid, cell by cell: without anti-aliasing from 4 × 4 neighbours, clamped at the
 * border, with it from all cells under the kernel that are there.
 */
export function naivePositions(
  table: Float32Array,
  channels: number,
  from: number,
  to: number,
  antialias: boolean,
): Float64Array {
  const step = from / to;
  const reach = antialias ? Math.max(1, step) : 1;
  const out = Float64Array.from({ length: (1 + to * to) * channels }, (_, at) => table[at] ?? 0);
  const clamp = (at: number) => Math.min(from - 1, Math.max(0, at));
  for (let y = 0; y < to; y++)
    for (let x = 0; x < to; x++) {
      const cy = (y + 0.5) * step - 0.5;
      const cx = (x + 0.5) * step - 0.5;
      const sum = new Float64Array(channels);
      let total = 0;
      for (let v = Math.floor(cy - 2 * reach); v <= cy + 2 * reach; v++)
        for (let u = Math.floor(cx - 2 * reach); u <= cx + 2 * reach; u++) {
          if (antialias && (v !== clamp(v) || u !== clamp(u))) continue;
          const a = antialias ? -0.5 : -0.75;
          const weight = kernel((v - cy) / reach, a) * kernel((u - cx) / reach, a);
          total += weight;
          for (let c = 0; c < channels; c++)
            sum[c]! += weight * table[(1 + clamp(v) * from + clamp(u)) * channels + c]!;
        }
      for (let c = 0; c < channels; c++) out[(1 + y * to + x) * channels + c] = sum[c]! / total;
    }
  return out;
}

function kernel(distance: number, a: number): number {
  const x = Math.abs(distance);
  if (x < 1) return (a + 2) * x ** 3 - (a + 3) * x ** 2 + 1;
  return x < 2 ? a * x ** 3 - 5 * a * x ** 2 + 8 * a * x - 4 * a : 0;
}
