/**
 * Places labels along a line next to what they name, without overlaps: the least movement in the sense of least
 * squares (pool adjacent violators), within the line.
 * @param wanted positions of the labels' middles
 * @param size of every label along the line
 * @param length of the line; labels that do not fit on it are spread evenly
 * @returns middles in the order of `wanted`
 */
export function spreadLabels(wanted: readonly number[], size: number, length: number): number[] {
  const order = wanted.map((_, index) => index).sort((a, b) => wanted[a]! - wanted[b]! || a - b);
  const gap = Math.min(size, order.length > 1 ? Math.max(length - size, 0) / (order.length - 1) : size);
  // With the gaps taken out, "no overlap" means "not falling", which pooling neighbours solves exactly.
  const pools: { sum: number; count: number }[] = [];
  order.forEach((label, rank) => {
    let pool = { sum: wanted[label]! - rank * gap, count: 1 };
    for (
      let last = pools.at(-1);
      last && last.sum / last.count > pool.sum / pool.count;
      last = pools.at(-1)
    ) {
      pools.pop();
      pool = { sum: pool.sum + last.sum, count: pool.count + last.count };
    }
    pools.push(pool);
  });
  const half = Math.min(size, length) / 2;
  const highest = length - half - (order.length - 1) * gap;
  const placed: number[] = [];
  let rank = 0;
  for (const { sum, count } of pools) {
    const start = Math.min(Math.max(sum / count, half), highest);
    for (let i = 0; i < count; i++) placed[order[rank]!] = start + rank++ * gap;
  }
  return placed;
}
