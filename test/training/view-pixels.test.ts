import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { encodeGrey8, encodeRgb } from '../../src-main/codec/image-codec.ts';
import { SURFACES } from '../../src-main/training/synthetic/scene.ts';
import { renderView } from '../../src-main/training/view-pixels.ts';
import type { TrainingView } from '../../src-main/training/views.ts';

const [WIDTH, HEIGHT] = [160, 120];
/** A dark grey picture, a little grainy, with a bright square that the mask marks. */
const isMarked = (x: number, y: number) => x >= 100 && x < 130 && y >= 20 && y < 50;
const rgb = Uint8Array.from({ length: WIDTH * HEIGHT * 3 }, (_, i) => {
  const pixel = Math.floor(i / 3);
  const [x, y] = [pixel % WIDTH, Math.floor(pixel / WIDTH)];
  return isMarked(x, y) ? 240 : 90 + (x >> 3) + ((x * 7 + y * 13) % 5);
});
const plain = Uint8Array.from({ length: rgb.length }, (_, i) => 110 + ((i * 7919) % 9));
const mask = Uint8Array.from({ length: WIDTH * HEIGHT }, (_, i) =>
  isMarked(i % WIDTH, Math.floor(i / WIDTH)) ? 255 : 0,
);

let root = '';
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'pixels-'));
  await writeFile(
    join(root, 'bad.png'),
    await encodeRgb({ width: WIDTH, height: HEIGHT, data: rgb }, { format: 'png' }),
  );
  await writeFile(
    join(root, 'good.png'),
    await encodeRgb({ width: WIDTH, height: HEIGHT, data: plain }, { format: 'png' }),
  );
  await writeFile(join(root, 'bad_mask.png'), await encodeGrey8(WIDTH, HEIGHT, mask));
  await writeFile(join(root, 'small_mask.png'), await encodeGrey8(8, 8, new Uint8Array(64)));
});
afterAll(() => rm(root, { recursive: true }));

const view: TrainingView = {
  id: '0',
  group: 'tiles',
  source: { kind: 'file', image: 'bad.png', mask: 'bad_mask.png' },
  paste: false,
  variant: 0,
  seed: '1',
  names: ['tile'],
  defects: ['spot'],
};

describe('renderView', () => {
  it('gives the first variant as it is', async () => {
    expect(await renderView(view, root)).toEqual({
      image: {
        width: WIDTH,
        height: HEIGHT,
        data: expect.toSatisfy((data) => Buffer.compare(data, rgb) === 0),
      },
      mask,
      names: ['tile'],
      defects: ['spot'],
    });
  });

  it('gives the same pixels for the same view, others for another seed', async () => {
    const varied = { ...view, variant: 1 };
    const first = await renderView(varied, root);
    expect(await renderView(varied, root)).toEqual(first);
    expect(await renderView({ ...varied, seed: '2' }, root)).not.toEqual(first);
  });

  it('cuts image and mask alike, and drops the words of a defect that is cut off', async () => {
    let withDefect = 0;
    let without = 0;
    for (let seed = 0; seed < 30; seed++) {
      const { image, mask: cut, defects } = await renderView({ ...view, variant: 1, seed: `${seed}` }, root);
      expect(cut).toHaveLength(image.width * image.height);
      expect(image.data).toHaveLength(cut.length * 3);
      const places = [...cut.keys()];
      const marked = places.filter((i) => cut[i]! > 0);
      expect(defects).toEqual(marked.length > 0 ? ['spot'] : []);
      if (marked.length === 0) without++;
      else withDefect++;
      if (marked.length < 100 || marked.length === cut.length) continue;
      // The mask lies on the bright square, whatever was done to both.
      const brightness = (pixels: readonly number[]) =>
        pixels.reduce((sum, i) => sum + image.data[i * 3]!, 0) / pixels.length;
      expect(brightness(marked)).toBeGreaterThan(brightness(places.filter((i) => cut[i] === 0)) + 40);
    }
    // The window is put near the defect three times out of four.
    expect(withDefect).toBeGreaterThan(15);
    expect(without).toBeGreaterThan(0);
  });

  it('puts a generated defect on a good picture, with mask and words', async () => {
    const good: TrainingView = {
      ...view,
      source: { kind: 'file', image: 'good.png', mask: null },
      defects: [],
    };
    const { mask: none } = await renderView(good, root);
    expect(none.every((value) => value === 0)).toBe(true);
    const pasted = await renderView({ ...good, paste: true }, root);
    expect(pasted.defects).toHaveLength(1);
    const marked = [...pasted.mask.keys()].filter((i) => pasted.mask[i]! > 0);
    expect(marked.length).toBeGreaterThan(0);
    const change = (i: number) => Math.abs(pasted.image.data[i * 3 + 1]! - plain[i * 3 + 1]!);
    expect(marked.reduce((sum, i) => sum + change(i), 0) / marked.length).toBeGreaterThan(2);
  });

  it('draws generated pictures, good and defective', async () => {
    const synthetic = (defect: string | null): TrainingView => ({
      ...view,
      source: { kind: 'synthetic', surface: SURFACES[0]!, defect },
      names: [],
      defects: [],
    });
    const good = await renderView(synthetic(null), root);
    expect(Math.max(good.image.width, good.image.height)).toBeGreaterThanOrEqual(448);
    expect(good.names.length).toBeGreaterThan(0);
    expect(good.defects).toEqual([]);
    expect(good.mask.every((value) => value === 0)).toBe(true);
    const scratched = await renderView(synthetic('scratch'), root);
    expect(scratched.defects).toEqual(['scratch']);
    expect(scratched.mask.some((value) => value > 0)).toBe(true);
  });

  it('refuses a mask of another size, or none', async () => {
    const source = { kind: 'file', image: 'bad.png', mask: 'small_mask.png' } as const;
    await expect(renderView({ ...view, source }, root)).rejects.toMatchObject({
      code: 'training-data-invalid',
      message: 'small_mask.png is 8×8, its image 160×120. They must match.',
    });
    await expect(renderView({ ...view, source: { ...source, mask: 'no.png' } }, root)).rejects.toMatchObject({
      code: 'image-not-found',
    });
  });
});
