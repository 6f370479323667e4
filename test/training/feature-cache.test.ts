import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { encodeGrey8, encodeRgb } from '../../src-main/codec/image-codec.ts';
import { GraphBuilder } from '../../src-main/graph/builder.ts';
import { encodeModel } from '../../src-main/graph/model.ts';
import { ensureFeatures, type FeatureProgress, stagesFile } from '../../src-main/training/feature-cache.ts';
import { readPooled, readStages } from '../../src-main/training/feature-file.ts';
import type { TrainingView } from '../../src-main/training/views.ts';
import type { Pack } from '../../src-shared/pack.ts';

const SIDE = 32;
const STAGES = [
  { tensor: 'stages/fine', width: 3, grid: 8 },
  { tensor: 'stages/coarse', width: 3, grid: 4 },
];
const WIDTHS = STAGES.map(({ width }) => width);
const vision: Pack['vision'] = {
  file: 'encoder',
  input: 'pixels',
  inputSize: SIDE,
  fit: 'longest-side-pad',
  interpolation: 'bilinear',
  leadingTokens: 0,
  mean: [100, 110, 120],
  std: [50, 40, 80],
  grid: 4,
  stages: STAGES,
};

/** A vision tower whose patch tokens are the mean colours of the patches. */
function tinyEncoder(): Uint8Array {
  const b = new GraphBuilder();
  const pixels = b.input('pixels', 'float32', [1, 3, SIDE, SIDE]);
  for (const { tensor, grid } of STAGES) {
    const side = SIDE / grid;
    const means = b.reduceMean(b.reshape(pixels, [1, 3, grid, side, grid, side]), [3, 5]);
    b.output(tensor, b.reshape(b.transpose(means, [0, 2, 3, 1]), [1, grid * grid, 3]));
  }
  return encodeModel(b.build());
}

const encoder = async () => stagesFile(vision, tinyEncoder());
const colour = (x: number, y: number, channel: number) =>
  (x * 7 + y * 3 + channel * 40 + ((x * y) % 5)) % 256;
const defect = { left: 11, right: 18, top: 5, bottom: 6 };
const isDefect = (x: number, y: number) =>
  x >= defect.left && x < defect.right && y >= defect.top && y < defect.bottom;

function view(id: string, image: string, mask: string | null = null): TrainingView {
  return {
    id: id.padEnd(32, '0'),
    group: 'tiles',
    source: { kind: 'file', image, mask },
    paste: false,
    variant: 0,
    seed: `seed ${id}`,
    names: ['tile'],
    defects: mask ? ['hole'] : [],
  };
}

const views = [
  view('a1', 'exact.png', 'exact_mask.png'),
  view('b2', 'good.png'),
  view('c3', 'scaled.png', 'scaled_mask.png'),
  view('d4', 'good.png'),
];

let root = '';
let data = '';
let made = '';
let folder = '';
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'cache-'));
  data = join(root, 'data');
  await mkdir(data);
  const image = (width: number, height: number, value: (x: number, y: number, channel: number) => number) =>
    encodeRgb(
      {
        width,
        height,
        data: Uint8Array.from({ length: width * height * 3 }, (_, i) =>
          value(Math.floor(i / 3) % width, Math.floor(i / 3 / width), i % 3),
        ),
      },
      { format: 'png' },
    );
  const mask = (width: number, height: number) =>
    encodeGrey8(
      width,
      height,
      Uint8Array.from({ length: width * height }, (_, i) =>
        isDefect(i % width, Math.floor(i / width)) ? 255 : 0,
      ),
    );
  await writeFile(join(data, 'exact.png'), await image(32, 20, colour));
  await writeFile(join(data, 'exact_mask.png'), await mask(32, 20));
  await writeFile(join(data, 'good.png'), await image(24, 32, () => 90));
  await writeFile(join(data, 'scaled.png'), await image(40, 30, () => 200));
  await writeFile(join(data, 'scaled_mask.png'), await mask(40, 30));
  await writeFile(join(data, 'broken.png'), 'no image');
  made = join(root, 'made');
  await ensureFeatures(views, { vision, encoder, dataRoot: data, folder: made, workers: 2 });
});
beforeEach(async () => {
  folder = await mkdtemp(join(root, 'run-'));
});
afterAll(() => rm(root, { recursive: true }));

/** What a call reports, and what it returns. */
async function run(options: Partial<Parameters<typeof ensureFeatures>[1]> = {}, wanted = views) {
  const progress: FeatureProgress[] = [];
  const failures: string[] = [];
  const records = await ensureFeatures(wanted, {
    vision,
    encoder,
    dataRoot: data,
    folder,
    workers: 1,
    onProgress: (step) => progress.push(step),
    onFailure: ({ source }, message) =>
      failures.push(`${source.kind === 'file' && source.image}: ${message}`),
    ...options,
  });
  return { records, progress, failures };
}

describe('the features', () => {
  it('are the patch tokens of the content, the finer stage pooled', async () => {
    const [record] = (await run({ folder: made })).records;
    expect(record).toMatchObject({
      id: views[0]!.id,
      group: 'tiles',
      names: ['tile'],
      defects: ['hole'],
      // 32 × 20 pixels: the last row of tokens is half content.
      grid: { height: 3, width: 4, mapHeight: 10, mapWidth: 16 },
    });
    const { stages } = await readStages(made, record!, WIDTHS);
    const patchMean = (left: number, top: number, height: number, channel: number, rows: number) => {
      let sum = 0;
      for (let y = top; y < top + height; y++)
        for (let x = left; x < left + 8; x++)
          if (y < 20) sum += (colour(x, y, channel) - vision.mean[channel]!) / vision.std[channel]!;
      return sum / (8 * rows);
    };
    for (const [i, value] of stages[0]!.entries()) {
      const [token, channel] = [Math.floor(i / 3), i % 3];
      const [left, top] = [(token % 4) * 8, Math.floor(token / 4) * 8];
      const rows = Math.min(8, 20 - top);
      // The fine stage has tokens of 4 pixels: padding stays out. The coarse one's last tokens are half padding.
      expect(value).toBeCloseTo(patchMean(left, top, rows, channel, rows), 2);
      expect(stages[1]![i]).toBeCloseTo(patchMean(left, top, 8, channel, 8), 2);
    }
  });

  it('come with the exact share of defect in every map cell, at any scale', async () => {
    const { records } = await run({ folder: made });
    // Map cells are 2 frame pixels: 2 pixels of the first picture, 2.5 of the scaled one.
    for (const [place, cell] of [
      [0, 2],
      [2, 2.5],
    ] as const) {
      const record = records[place]!;
      const { mask } = await readStages(made, record, WIDTHS);
      const overlap = (at: number, from: number, to: number) =>
        Math.max(0, Math.min((at + 1) * cell, to) - Math.max(at * cell, from));
      const expected = Array.from(mask, (_, i) => {
        const [x, y] = [i % record.grid.mapWidth, Math.floor(i / record.grid.mapWidth)];
        const area = overlap(x, defect.left, defect.right) * overlap(y, defect.top, defect.bottom);
        return Math.round((255 * area) / cell ** 2);
      });
      expect(Array.from(mask)).toEqual(expected);
      const total = expected.reduce((sum, value) => sum + value / 255, 0);
      expect(record.area).toBeCloseTo(total / 16 / (record.grid.height * record.grid.width), 5);
    }
  });

  it('come with the mean over the picture and over the defect', async () => {
    const [record, good] = (await run({ folder: made })).records;
    const { stages, mask } = await readStages(made, record!, WIDTHS);
    const { content, region } = await readPooled(made, record!, WIDTHS);
    const shares = new Array<number>(12).fill(0);
    mask.forEach((value, i) => {
      shares[Math.floor(Math.floor(i / 16) / 4) * 4 + Math.floor((i % 16) / 4)]! += value;
    });
    const mean = (weights: readonly number[]) =>
      stages.flatMap((stage) =>
        [0, 1, 2].map((channel) => {
          const total = weights.reduce((sum, weight) => sum + weight, 0);
          const sum = weights.reduce((all, weight, token) => all + weight * stage[token * 3 + channel]!, 0);
          return expect.closeTo(sum / total, 2);
        }),
      );
    expect(Array.from(content)).toEqual(mean(shares.map(() => 1)));
    expect(Array.from(region)).toEqual(mean(shares));
    expect(good).toMatchObject({ area: 0, defects: [] });
    // A flat picture: any patch of it is like the whole, the padded column's fine tokens left out.
    const flat = await readPooled(made, good!, WIDTHS);
    expect(Array.from(flat.region)).toEqual(Array.from(flat.content, (value) => expect.closeTo(value, 4)));
  });
});

describe('the features of a tower that squashes what it sees', () => {
  const squashing: Pack['vision'] = {
    ...vision,
    ...{ fit: 'squash', interpolation: 'bicubic', leadingTokens: 2 },
    stages: [{ tensor: 'tokens', width: 3, grid: 4 }],
  };
  /** Two rows that are no patches, then the mean colours of the patches. */
  const withLeading = async () => {
    const b = new GraphBuilder();
    const pixels = b.input('pixels', 'float32', [1, 3, SIDE, SIDE]);
    const means = b.reduceMean(b.reshape(pixels, [1, 3, 4, 8, 4, 8]), [3, 5]);
    const rows = b.reshape(b.transpose(means, [0, 2, 3, 1]), [1, 16, 3]);
    b.output(
      'tokens',
      b.concat([b.initializer('leading', new Float32Array(6).fill(99), [1, 2, 3]), rows], 1),
    );
    return { bytes: encodeModel(b.build()) };
  };

  it('fill the grid, without leading tokens, and so does the mask', async () => {
    const { records } = await run({ vision: squashing, encoder: withLeading }, [views[2]!]);
    const [record] = records;
    // 40 × 30 pixels on 4 × 4 tokens.
    expect(record!.grid).toEqual({ height: 4, width: 4, mapHeight: 16, mapWidth: 16 });
    const { stages, mask } = await readStages(folder, record!, [3]);
    const flat = [0, 1, 2].map((channel) => (200 - vision.mean[channel]!) / vision.std[channel]!);
    for (const [i, value] of stages[0]!.entries()) expect(value).toBeCloseTo(flat[i % 3]!, 2);
    const overlap = (at: number, cell: number, from: number, to: number) =>
      Math.max(0, Math.min((at + 1) * cell, to) - Math.max(at * cell, from));
    const expected = Array.from({ length: 256 }, (_, i) => {
      const across = overlap(i % 16, 40 / 16, defect.left, defect.right);
      const down = overlap(Math.floor(i / 16), 30 / 16, defect.top, defect.bottom);
      return Math.round((255 * across * down) / ((40 / 16) * (30 / 16)));
    });
    expect(Array.from(mask)).toEqual(expected);
  });
});

describe('ensureFeatures', () => {
  it('counts every view once, with several workers', async () => {
    const { records, progress } = await run({ workers: 3 });
    expect(records.map(({ id }) => id)).toEqual(views.map(({ id }) => id));
    expect(progress.map(({ done }) => done)).toEqual([0, 1, 2, 3, 4]);
    expect(progress.at(-1)).toEqual({ kind: 'features', done: 4, total: 4, failed: 0 });
  });

  it('computes nothing again', async () => {
    const before = await run({ folder: made });
    expect(before.progress).toEqual([{ kind: 'features', done: 4, total: 4, failed: 0 }]);
    const neverAsked = () => Promise.reject(new Error('nothing is missing'));
    const elsewhere = await run({ folder: made, dataRoot: join(root, 'nowhere'), encoder: neverAsked });
    expect(elsewhere.records).toEqual(before.records);
  });

  it('survives an index line that a crash cut short', async () => {
    await cp(made, folder, { recursive: true });
    const index = join(folder, 'index.jsonl');
    const text = await readFile(index, 'utf8');
    await writeFile(index, text.slice(0, -40));
    const first = await run();
    expect(first.progress.map(({ done }) => done)).toEqual([3, 4]);
    const second = await run();
    expect(second.progress.map(({ done }) => done)).toEqual([4]);
    expect(second.records).toEqual((await run({ folder: made })).records);
  });

  it('leaves broken images out and says so', async () => {
    const all = [views[0]!, view('e5', 'broken.png'), view('f6', 'missing.png'), views[1]!];
    const { records, progress, failures } = await run({}, all);
    expect(records.map(({ id }) => id)).toEqual([views[0]!.id, views[1]!.id]);
    expect(failures.toSorted()).toEqual([
      expect.stringMatching(/^broken\.png: .*broken\.png/),
      expect.stringMatching(/^missing\.png: .*missing\.png/),
    ]);
    expect(progress.at(-1)).toMatchObject({ done: 4, failed: 2 });
  });

  it('can be cancelled, and goes on later', async () => {
    const controller = new AbortController();
    const cancelled = run({
      signal: controller.signal,
      onProgress: ({ done }) => {
        if (done === 2) controller.abort();
      },
    });
    await expect(cancelled).rejects.toMatchObject({ code: 'cancelled' });
    const { progress } = await run();
    expect(progress.map(({ done }) => done)).toEqual([2, 3, 4]);
  });

  it('refuses a file that is not the vision tower', async () => {
    const broken = async () => stagesFile(vision, new Uint8Array(9));
    await expect(run({ encoder: broken })).rejects.toMatchObject({ code: 'model-file-invalid' });
    const stages = [{ ...STAGES[0]!, tensor: 'stages/other' }];
    const other = async () => stagesFile({ ...vision, stages }, tinyEncoder());
    await expect(run({ encoder: other })).rejects.toMatchObject({ code: 'model-tensor-unknown' });
  });

  it('ends every worker when one cannot go on', async () => {
    let reports = 0;
    const broken = run({
      workers: 2,
      onProgress: ({ done }) => {
        reports++;
        if (done === 1) throw new Error('the listener broke');
      },
    });
    await expect(broken).rejects.toThrow('the listener broke');
    const reportsThen = reports;
    expect((await run()).records).toHaveLength(views.length);
    expect(reports).toBe(reportsThen);
  });
});
