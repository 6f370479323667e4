/**
 * 8-connected components of a binary raster, in the order of their first pixel.
 * @param mask row by row, non-zero = foreground
 * @returns per component the linear indices (y · width + x) of its pixels
 */
export function connectedComponents(mask: Uint8Array, width: number, height: number): Int32Array[] {
  const pending = new Uint8Array(width * height);
  let total = 0;
  for (let i = 0; i < pending.length; i++) if (mask[i]) total += pending[i] = 1;
  // A breadth-first queue that is never shortened lists every component's pixels in a row.
  const queue = new Int32Array(total);
  const components: Int32Array[] = [];
  let tail = 0;
  for (let seed = 0; tail < total; seed++) {
    if (!pending[seed]) continue;
    const start = tail;
    pending[seed] = 0;
    queue[tail++] = seed;
    for (let head = start; head < tail; head++) {
      const pixel = queue[head]!;
      const x = pixel % width;
      const left = x > 0 ? -1 : 0;
      const right = x < width - 1 ? 1 : 0;
      const top = pixel >= width ? -width : 0;
      const bottom = pixel + width < pending.length ? width : 0;
      for (let row = pixel + top; row <= pixel + bottom; row += width) {
        for (let next = row + left; next <= row + right; next++) {
          if (!pending[next]) continue;
          pending[next] = 0;
          queue[tail++] = next;
        }
      }
    }
    components.push(queue.subarray(start, tail));
  }
  return components;
}
