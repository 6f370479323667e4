import type { UmciShape } from '../../src-main/graph/umci.ts';

/** Tokens, [y][x][channel]. */
export type Grid = readonly (readonly (readonly number[])[])[];
type Vector = readonly number[];

/** A weight by its name, row-major. */
export type NaiveWeight = (name: string) => ArrayLike<number>;

export interface NaivePicture {
  /** Per stage. */
  readonly stages: readonly Grid[];
  /** Normal, abnormal. */
  readonly text: readonly [Vector, Vector];
  readonly mapHeight: number;
  readonly mapWidth: number;
}

/**
 * UMCI as arXiv 2401.12665 describes it, loop by loop in double precision: two channels to the end, each brought to the map
 * bilinearly.
 * @returns per stage the logits of "normal" and "abnormal", [map_h][map_w][2]
 */
export function naiveUmci(shape: UmciShape, weight: NaiveWeight, picture: NaivePicture): Grid[] {
  const { hiddenDim: d, paths, separable } = shape;

  const conv3 = (grid: Grid, name: string, outputs: number): Grid => {
    const bias = weight(`${name}.bias`);
    const w = weight(`${name}.weight`);
    const inputs = grid[0]![0]!.length;
    if (!separable) {
      return mapGrid(grid, (y, x) =>
        range(outputs).map((o) => {
          let sum = bias[o]!;
          forKernel(3, grid, y, x, (token, at) => {
            for (let c = 0; c < inputs; c++) sum += token[c]! * w[(o * inputs + c) * 9 + at]!;
          });
          return sum;
        }),
      );
    }
    const depthwise = weight(`${name}.depthwise`);
    const deep = mapGrid(grid, (y, x) =>
      range(inputs).map((c) => {
        let sum = 0;
        forKernel(3, grid, y, x, (token, at) => {
          sum += token[c]! * depthwise[c * 9 + at]!;
        });
        return sum;
      }),
    );
    return mapGrid(deep, (y, x) =>
      range(outputs).map((o) => bias[o]! + dot(deep[y]![x]!, row(w, o, inputs))),
    );
  };

  const novelties = shape.novelty.map(({ stage, sharpness }) =>
    naiveNovelty(picture.stages[stage]!, sharpness),
  );
  const novelty = mapGrid(picture.stages[0]!, (y, x) => novelties.flatMap((grid) => [...grid[y]![x]!]));

  return picture.stages.map((tokens, stage) => {
    const at = `stage${stage}`;
    const width = tokens[0]![0]!.length;
    const gain = weight(`${at}.norm.gain`);
    const shift = weight(`${at}.norm.bias`);
    const linear = (vector: Vector, name: string) => {
      const w = weight(`${name}.weight`);
      return range(d).map((o) =>
        vector.reduce((sum, value, i) => sum + value * w[i * d + o]!, weight(`${name}.bias`)[o]!),
      );
    };
    const v = mapGrid(tokens, (y, x) => {
      const token = tokens[y]![x]!;
      const mean = average(token);
      const variance = average(token.map((value) => (value - mean) ** 2));
      const normed = range(width).map(
        (c) => ((token[c]! - mean) / Math.sqrt(variance + 1e-5)) * gain[c]! + shift[c]!,
      );
      return linear(normed, `${at}.tokens`);
    });
    const text = picture.text.map((sentence) => linear(sentence, `${at}.text`));
    const height = v.length;
    const columns = v[0]!.length;
    const features: Grid[] = [v];

    if (paths.strip) {
      const strip = (line: Vector[], name: string): Vector[] => {
        const w = weight(`${name}.weight`);
        const k = shape.stripKernel;
        const s = line.map((_, i) =>
          range(d).map((o) => {
            let sum = weight(`${name}.bias`)[o]!;
            for (let j = 0; j < k; j++) {
              const token = line[i + j - (k - 1) / 2];
              if (token) for (let c = 0; c < d; c++) sum += token[c]! * w[(o * d + c) * k + j]!;
            }
            return sum;
          }),
        );
        const aware = text.map((t) => plus(t, attend(t, s, s)));
        return s.map((token) => attend(token, aware, aware));
      };
      const rows = strip(
        v.map((line) => meanOf(line)),
        `${at}.strip.rows`,
      );
      const lines = strip(
        range(columns).map((x) => meanOf(v.map((line) => line[x]!))),
        `${at}.strip.columns`,
      );
      features.push(
        conv3(
          mapGrid(v, (y, x) => plus(rows[y]!, lines[x]!)),
          `${at}.strip.mix`,
          d,
        ),
      );
    }

    if (paths.scale) {
      const scales = shape.scaleKernels.map((k) => {
        const g = conv3(averagePool(v, k), `${at}.scale.pool${k}`, d);
        const m = mapGrid(g, (y, x) => attend(g[y]![x]!, text, text));
        return bilinear(m, height, columns, 1 / k);
      });
      features.push(
        conv3(
          mapGrid(v, (y, x) => scales.map((scale) => [...scale[y]![x]!]).reduce(plus)),
          `${at}.scale.mix`,
          d,
        ),
      );
    }

    if (shape.novelty.length > 0) features.push(novelty);
    const joined = mapGrid(v, (y, x) => features.flatMap((grid) => grid[y]![x]!));
    const fused = conv3(joined, `${at}.fuse`, d);
    const out = weight(`${at}.out.weight`);
    const kernels = picture.text.map((sentence) =>
      range(d).map((c) => sentence.reduce((sum, value, i) => sum + value * out[i * d + c]!, 0)),
    );
    const channels = mapGrid(fused, (y, x) => {
      const active = fused[y]![x]!.map(gelu);
      return kernels.map((kernel) => dot(active, kernel) / Math.sqrt(d));
    });
    return bilinear(channels, picture.mapHeight, picture.mapWidth, 1 / 4);
  });
}

/** −10/β · log of the mean kernel between a token and the far 2 × 2 averages; raw, and less the picture's mean. */
function naiveNovelty(tokens: Grid, sharpness: number): Grid {
  const unit = (vector: Vector) => {
    const length = Math.sqrt(dot(vector, vector) + 1e-6);
    return vector.map((value) => value / length);
  };
  const units = mapGrid(tokens, (y, x) => {
    const token = tokens[y]![x]!;
    return unit(token.map((value) => value - average(token)));
  });
  const squares = averagePool(units, 2);
  const raw = mapGrid(units, (y, x) => {
    const kernels = squares.flatMap((line, v) =>
      line.flatMap((square, u) => {
        if (Math.abs(y - (2 * v + 0.5)) <= 2.5 && Math.abs(x - (2 * u + 0.5)) <= 2.5) return [];
        return Math.exp(sharpness * (dot(units[y]![x]!, unit(square)) - 1));
      }),
    );
    const sum = kernels.reduce((total, kernel) => total + kernel, 1e-9);
    return [(-10 / sharpness) * Math.log(sum / (kernels.length + 1e-9))];
  });
  const mean = average(raw.flat(2));
  return mapGrid(raw, (y, x) => [raw[y]![x]![0]!, raw[y]![x]![0]! - mean]);
}

/** Mean over the stages of the softmax's abnormal channel. */
export function naiveCoarseMap(stages: readonly Grid[]): number[] {
  return stages[0]!.flatMap((line, y) =>
    line.map((_, x) => average(stages.map((stage) => softmax(stage[y]![x]!)[1]!))),
  );
}

/** Average pooling, window and stride k; windows at the end average what they have. */
export function averagePool(grid: Grid, k: number): Grid {
  const blocks = (length: number) => range(Math.ceil(length / k));
  return blocks(grid.length).map((y) =>
    blocks(grid[0]!.length).map((x) =>
      meanOf(grid.slice(y * k, (y + 1) * k).flatMap((line) => line.slice(x * k, (x + 1) * k))),
    ),
  );
}

/** Half-pixel centres, clamped; `step` cells of the input per cell of the result. */
export function bilinear(grid: Grid, height: number, width: number, step: number): Grid {
  const clamped = (at: number, length: number) => Math.min(length - 1, Math.max(0, at));
  return range(height).map((y) =>
    range(width).map((x) => {
      const v = clamped((y + 0.5) * step - 0.5, grid.length);
      const u = clamped((x + 0.5) * step - 0.5, grid[0]!.length);
      const [top, left] = [Math.floor(v), Math.floor(u)];
      const value = (dy: number, dx: number, c: number) =>
        grid[clamped(top + dy, grid.length)]![clamped(left + dx, grid[0]!.length)]![c]!;
      return grid[0]![0]!.map((_, c) => {
        const above = value(0, 0, c) * (1 - (u - left)) + value(0, 1, c) * (u - left);
        const below = value(1, 0, c) * (1 - (u - left)) + value(1, 1, c) * (u - left);
        return above * (1 - (v - top)) + below * (v - top);
      });
    }),
  );
}

/** x·Φ(x); erf by its series, exact enough for |x| < 6, beyond which Φ is 0 or 1 to eight places. */
export function gelu(x: number): number {
  if (Math.abs(x) > 6) return Math.max(0, x);
  const z = x / Math.SQRT2;
  let term = z;
  let erf = z;
  for (let n = 1; n < 120; n++) {
    term *= (-z * z) / n;
    erf += term / (2 * n + 1);
  }
  return (x * (1 + (2 / Math.sqrt(Math.PI)) * erf)) / 2;
}

export function softmax(values: Vector): number[] {
  const highest = Math.max(...values);
  const exponentials = values.map((value) => Math.exp(value - highest));
  const total = exponentials.reduce((sum, value) => sum + value, 0);
  return exponentials.map((value) => value / total);
}

/** softmax(query · keysᵀ / √d) · values */
function attend(query: Vector, keys: readonly Vector[], values: readonly Vector[]): number[] {
  const shares = softmax(keys.map((key) => dot(query, key) / Math.sqrt(query.length)));
  return query.map((_, c) => values.reduce((sum, value, i) => sum + shares[i]! * value[c]!, 0));
}

function forKernel(
  k: number,
  grid: Grid,
  y: number,
  x: number,
  visit: (token: Vector, place: number) => void,
): void {
  for (let v = 0; v < k; v++)
    for (let u = 0; u < k; u++) {
      const token = grid[y + v - (k - 1) / 2]?.[x + u - (k - 1) / 2];
      if (token) visit(token, v * k + u);
    }
}

export function range(length: number): number[] {
  return Array.from({ length }, (_, i) => i);
}

export function mapGrid(grid: Grid, value: (y: number, x: number) => number[]): number[][][] {
  return grid.map((line, y) => line.map((_, x) => value(y, x)));
}

export function dot(a: Vector, b: Vector): number {
  return a.reduce((sum, value, i) => sum + value * b[i]!, 0);
}

function plus(a: Vector, b: Vector): number[] {
  return a.map((value, i) => value + b[i]!);
}

function average(values: Vector): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

function meanOf(vectors: readonly Vector[]): number[] {
  return vectors[0]!.map((_, c) => average(vectors.map((vector) => vector[c]!)));
}

function row(matrix: ArrayLike<number>, index: number, width: number): number[] {
  return range(width).map((c) => matrix[index * width + c]!);
}
