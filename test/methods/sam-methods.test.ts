import { describe, expect, it } from 'vitest';
import { lackOf, mapMethod } from '../../src-main/methods/registry.ts';
import type { DecoderPrompts } from '../../src-main/pipeline/decoder-prompts.ts';
import type { Pack } from '../../src-shared/pack.ts';
import { fakeImage, fakeTools, painted } from './fake-tools.ts';
import { levelOf } from './masks-of.ts';

type CellBox = readonly [left: number, top: number, width: number, height: number];
const inBox =
  ([left, top, width, height]: CellBox) =>
  (x: number, y: number) =>
    x >= left && x < left + width && y >= top && y < top + height;

/** The part fills a quarter of a plain picture; a scratch lies on it, and a label that looks like much of the part. */
const PART: CellBox = [64, 64, 128, 128];
const SCRATCH: CellBox = [80, 80, 16, 16];
const LABEL: CellBox = [120, 120, 64, 64];
const image = fakeImage(
  (x, y) => (inBox(PART)(x, y) ? 40 : 220 + (x % 2)),
  (x, y) =>
    inBox(SCRATCH)(16 * x, 16 * y) ? [-1, 1, 0] : inBox(PART)(16 * x, 16 * y) ? [1, 0, -1] : [0, 1, -1],
);
const text = painted(
  [
    { at: PART, value: 0.2 },
    { at: LABEL, value: 0.5 },
    { at: SCRATCH, value: 0.4 },
  ],
  0.05,
);

/** SAM as it should be: the smallest thing at a point or in a box, then the part, then all. */
function sam({ points, box }: DecoderPrompts) {
  const at = box
    ? ([box.x + box.width / 2, box.y + box.height / 2] as const)
    : ([points[0]!.x, points[0]!.y] as const);
  const thing = THINGS.find((candidate) => inBox(candidate)(...at));
  return thing ? [LEVELS.get(thing)!, LEVELS.get(PART)!, ALL] : [ALL, ALL, ALL];
}
const THINGS = [SCRATCH, LABEL, PART];
const LEVELS = new Map(THINGS.map((thing) => [thing, levelOf(inBox(thing), thing === PART ? 0.9 : 0.95)]));
const ALL = levelOf(() => true, 0.8);

const valuesAt = ({ data }: { readonly data: Float32Array }) =>
  [SCRATCH, LABEL, [68, 180, 1, 1], [10, 10, 1, 1]].map(([x, y]) => data[y! * 256 + x!]!);

describe('saa', () => {
  it('scores what SAM outlines by the text map, and leaves 0 where nothing is like the words', async () => {
    const { tools, asked } = fakeTools(text, sam);
    const map = await mapMethod('saa').coarse(image, tools);
    const part = (128 * 128 * 0.2 + 64 * 64 * 0.3 + 16 * 16 * 0.2) / (128 * 128);
    expect(valuesAt(map)).toEqual([0.4, 0.5, part, 0].map((value) => expect.closeTo(value, 5)));
    // A grid of points, and boxes alone.
    expect(asked.filter(({ box }) => box === null)).toHaveLength(64);
    const boxes = asked.filter(({ box }) => box !== null);
    expect(boxes).toContainEqual({ box: { x: 120, y: 120, width: 64, height: 64 }, points: [] });
    expect(boxes.every(({ points }) => points.length === 0)).toBe(true);
  });

  it('asks with points where SAM takes no boxes', async () => {
    const { tools, asked } = fakeTools(text, sam, { boxes: false });
    await mapMethod('saa').coarse(image, tools);
    const inRegions = asked.filter(({ box }) => box !== null);
    expect(inRegions.length).toBeGreaterThan(0);
    expect(inRegions.every(({ points }) => points.length === 3)).toBe(true);
  });

  it('heeds no mask of nearly the whole image', async () => {
    const most = [levelOf((x, y) => x < 250 && y < 250), ALL, ALL];
    const { tools } = fakeTools(painted([{ at: [40, 40, 150, 150], value: 0.5 }], 0.1), () => most);
    const { data } = await mapMethod('saa').coarse(image, tools);
    expect(data.every((value) => value === 0)).toBe(true);
  });

  it('heeds no mask that SAM itself is unsure of', async () => {
    const unsure = [
      levelOf(inBox(SCRATCH), 0.3),
      levelOf(inBox(LABEL), 0.9, [0.5, -0.5]),
      levelOf(() => false),
    ];
    const { tools } = fakeTools(text, () => unsure);
    const { data } = await mapMethod('saa').coarse(image, tools);
    expect(data.every((value) => value === 0)).toBe(true);
  });
});

describe('saa-plus', () => {
  it('drops what is too large for a defect, and prefers what stands out', async () => {
    const { tools } = fakeTools(text, sam);
    const [scratch, label, part, outside] = valuesAt(await mapMethod('saa-plus').coarse(image, tools));
    // Nothing of the part is left but the scratch and the label, which is a quarter of it.
    expect([part, outside]).toEqual([0, 0]);
    // The label has its like all over the part; the scratch has few.
    expect(label).toBeGreaterThanOrEqual(0.5);
    expect(label).toBeLessThan(0.53);
    expect(scratch).toBeGreaterThan(0.55);
    expect(scratch).toBeLessThan(1);
  });

  it('drops a mask of most of the object', async () => {
    const large = painted([{ at: PART, value: 0.9 }], 0.1);
    const none = levelOf(() => false);
    const alone = (mask: CellBox) => () => [LEVELS.get(mask)!, none, none];
    const whole = await mapMethod('saa-plus').coarse(image, fakeTools(large, alone(PART)).tools);
    expect(whole.data.every((value) => value === 0)).toBe(true);
    const part = await mapMethod('saa-plus').coarse(image, fakeTools(large, alone(LABEL)).tools);
    expect(part.data.some((value) => value > 0)).toBe(true);
  });
});

describe('sam-boxes-only', () => {
  it('asks with the boxes of the regions above θ alone, and takes the best mask at the peak of each', async () => {
    const { tools, asked } = fakeTools(text, sam, { theta: 0.3 });
    const map = await mapMethod('sam-boxes-only').coarse(image, tools);
    expect(asked).toEqual([
      { box: { x: 120, y: 120, width: 64, height: 64 }, points: [] },
      { box: { x: 80, y: 80, width: 16, height: 16 }, points: [] },
    ]);
    expect(valuesAt(map)).toEqual([0.4, 0.5, 0, 0].map((value) => expect.closeTo(value, 6)));
  });

  it('heeds the recipe: fewer regions, none above θ', async () => {
    const few = fakeTools(text, sam, { theta: 0.3, maxRegions: 1 });
    expect(valuesAt(await mapMethod('sam-boxes-only').coarse(image, few.tools)).slice(0, 2)).toEqual([
      0, 0.5,
    ]);
    const none = fakeTools(text, sam, { theta: 0.7 });
    const { data } = await mapMethod('sam-boxes-only').coarse(image, none.tools);
    expect(none.asked).toEqual([]);
    expect(data.every((value) => value === 0)).toBe(true);
  });

  it('is refused where SAM takes no boxes', () => {
    const pack = { segmenter: { boxes: false } } as Pack;
    expect(lackOf('sam-boxes-only', pack)).toBe('no-boxes');
    expect(lackOf('saa', pack)).toBeUndefined();
  });
});
