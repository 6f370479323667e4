/** Plain numeric helpers on fields: width × height float arrays, row by row. */

/** Clamps to [low, high]. */
export function clamp(value: number, low: number, high: number): number {
  return value < low ? low : Math.min(value, high);
}

/** Linear interpolation. */
export function lerp(a: number, b: number, t: number): number {
  return a + (b - a) * t;
}

/** Cubic step from 0 at `from` to 1 at `to`. */
export function smoothstep(from: number, to: number, value: number): number {
  const t = clamp((value - from) / (to - from), 0, 1);
  return t * t * (3 - 2 * t);
}

/**
 * Gaussian blur with clamped borders; small σ by direct convolution, larger by three
 * box passes (which clamp one after the other: close to the border only roughly Gaussian).
 * @param sigma standard deviation in pixels; below 0.15 the field is only copied
 */
export function blur(field: Float32Array, width: number, height: number, sigma: number): Float32Array {
  if (sigma < 0.15) return field.slice();
  if (sigma < 2.2) return convolve(field, width, height, gaussian(sigma));
  const ideal = Math.sqrt((12 * sigma * sigma) / 3 + 1);
  let low = Math.floor(ideal);
  if (low % 2 === 0) low--;
  const lowPasses = Math.round((12 * sigma * sigma - 3 * low * low - 12 * low - 9) / (-4 * low - 4));
  let source = field;
  for (let pass = 0; pass < 3; pass++) {
    const radius = ((pass < lowPasses ? low : low + 2) - 1) / 2;
    source = boxColumns(boxRows(source, width, height, radius), width, height, radius);
  }
  return source;
}

function gaussian(sigma: number): Float32Array {
  const radius = Math.max(1, Math.ceil(sigma * 2.4));
  const kernel = new Float32Array(2 * radius + 1);
  let sum = 0;
  for (let i = -radius; i <= radius; i++) {
    const weight = Math.exp((-i * i) / (2 * sigma * sigma));
    kernel[i + radius] = weight;
    sum += weight;
  }
  return kernel.map((weight) => weight / sum);
}

/** Separable convolution with a symmetric kernel. */
function convolve(field: Float32Array, width: number, height: number, kernel: Float32Array): Float32Array {
  const radius = (kernel.length - 1) / 2;
  const centre = kernel[radius]!;
  const middle = new Float32Array(field.length);
  const padded = new Float32Array(width + 2 * radius);
  for (let y = 0; y < height; y++) {
    const row = y * width;
    padded.fill(field[row]!, 0, radius);
    padded.set(field.subarray(row, row + width), radius);
    padded.fill(field[row + width - 1]!, radius + width);
    for (let x = 0; x < width; x++) {
      const at = x + radius;
      let sum = centre * padded[at]!;
      for (let k = 1; k <= radius; k++) sum += kernel[radius + k]! * (padded[at - k]! + padded[at + k]!);
      middle[row + x] = sum;
    }
  }
  const out = new Float32Array(field.length);
  for (let y = 0; y < height; y++) {
    const row = y * width;
    for (let x = 0; x < width; x++) out[row + x] = centre * middle[row + x]!;
    for (let k = 1; k <= radius; k++) {
      const weight = kernel[radius + k]!;
      const above = Math.max(0, y - k) * width;
      const below = Math.min(height - 1, y + k) * width;
      for (let x = 0; x < width; x++) out[row + x]! += weight * (middle[above + x]! + middle[below + x]!);
    }
  }
  return out;
}

function boxRows(field: Float32Array, width: number, height: number, radius: number): Float32Array {
  const out = new Float32Array(field.length);
  const scale = 1 / (2 * radius + 1);
  for (let y = 0; y < height; y++) {
    const row = y * width;
    const last = width - 1;
    let sum = 0;
    for (let k = -radius; k <= radius; k++) sum += field[row + clamp(k, 0, last)]!;
    for (let x = 0; x < width; x++) {
      out[row + x] = sum * scale;
      const enter = x + radius + 1;
      const leave = x - radius;
      sum += field[row + Math.min(enter, last)]! - field[row + Math.max(leave, 0)]!;
    }
  }
  return out;
}

function boxColumns(field: Float32Array, width: number, height: number, radius: number): Float32Array {
  const out = new Float32Array(field.length);
  const scale = 1 / (2 * radius + 1);
  const sums = new Float64Array(width);
  const last = height - 1;
  for (let k = -radius; k <= radius; k++) {
    const from = clamp(k, 0, last) * width;
    for (let x = 0; x < width; x++) sums[x]! += field[from + x]!;
  }
  for (let y = 0; y < height; y++) {
    const row = y * width;
    const enter = Math.min(last, y + radius + 1) * width;
    const leave = Math.max(0, y - radius) * width;
    for (let x = 0; x < width; x++) {
      out[row + x] = sums[x]! * scale;
      sums[x]! += field[enter + x]! - field[leave + x]!;
    }
  }
  return out;
}

/** Bilinear sample with clamped borders; coordinates in pixels, centres at integers. */
export function sample(field: Float32Array, width: number, height: number, x: number, y: number): number {
  const cx = clamp(x, 0, width - 1);
  const cy = clamp(y, 0, height - 1);
  const x0 = Math.min(width - 1, Math.floor(cx));
  const y0 = Math.min(height - 1, Math.floor(cy));
  const x1 = Math.min(width - 1, x0 + 1);
  const y1 = Math.min(height - 1, y0 + 1);
  const fx = cx - x0;
  const fy = cy - y0;
  const top = field[y0 * width + x0]! * (1 - fx) + field[y0 * width + x1]! * fx;
  const bottom = field[y1 * width + x0]! * (1 - fx) + field[y1 * width + x1]! * fx;
  return top * (1 - fy) + bottom * fy;
}

/** Shifts and scales a field in place to mean 0 and standard deviation 1 (a constant field becomes 0). */
export function standardise(field: Float32Array): Float32Array {
  let sum = 0;
  let squares = 0;
  for (let i = 0; i < field.length; i++) {
    sum += field[i]!;
    squares += field[i]! * field[i]!;
  }
  const mean = sum / field.length;
  const deviation = Math.sqrt(Math.max(0, squares / field.length - mean * mean));
  const gain = deviation > 1e-9 ? 1 / deviation : 0;
  for (let i = 0; i < field.length; i++) field[i] = (field[i]! - mean) * gain;
  return field;
}

/** A triangle wave: 0 at whole numbers, 1 between them. */
export function triangle(t: number): number {
  return 1 - Math.abs(2 * (t - Math.floor(t)) - 1);
}

/** Linear interpolation in a table that repeats; its length is a power of two. */
export function tableAt(table: Float32Array, t: number): number {
  const k = Math.floor(t);
  const mask = table.length - 1;
  const value = table[k & mask]!;
  return value + (table[(k + 1) & mask]! - value) * (t - k);
}
