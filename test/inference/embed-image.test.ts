import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { encodeRgb, readFrameImage, readRgb } from '../../src-main/codec/image-codec.ts';
import { sha256OfFile } from '../../src-main/files/hash.ts';
import { Engine } from '../../src-main/inference/engine.ts';
import { type InferenceClient, openInference } from '../../src-main/inference/inference-client.ts';
import { loadPack } from '../../src-main/inference/pack-loader.ts';
import { readTokenFile, writeTokenFile } from '../../src-main/inference/token-file.ts';
import { alignPicture } from '../../src-main/pipeline/alignment.ts';
import { frameTensor } from '../../src-main/pipeline/frame.ts';
import { frameFor } from '../../src-shared/frame.ts';
import { drawPart, nut, screw } from '../pipeline/drawn-part.ts';
import { noise, TINY_RECIPE, writeTinyPack } from './tiny-pack.ts';

let folder: string;
let tokens: string;
let engine: Engine;
let packHash: string;
let inference: InferenceClient;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'clipsam-embed-'));
  tokens = join(folder, 'tokens');
  await writeTinyPack(join(folder, 'pack'));
  const loaded = await loadPack(join(folder, 'pack'));
  packHash = loaded.packHash;
  engine = await Engine.open(loaded, { device: 'cpu', threads: 1 });
  inference = await openInference({ packFolder: join(folder, 'pack'), device: 'cpu', threads: 1 });
});
afterAll(async () => {
  await inference?.close();
  await rm(folder, { recursive: true });
});

async function writeImage(seed: number, width = 320, height = 200): Promise<string> {
  const data = Uint8Array.from(noise(width * height * 3, seed), (value) => 128 + 90 * value);
  const path = join(folder, `image-${seed}.png`);
  await writeFile(path, await encodeRgb({ width, height, data }, { format: 'png' }));
  return path;
}

describe('embedding an image', () => {
  it('writes the tokens of the engine and its coarse map, and says where they are', async () => {
    const path = await writeImage(1);
    const answer = await inference.embed({ path, recipe: TINY_RECIPE, folder: tokens });
    const contentHash = await sha256OfFile(path);
    expect(answer).toMatchObject({ contentHash, key: contentHash, width: 320, height: 200 });
    const file = (await readTokenFile(answer.tokens, packHash))!;
    expect(file).toMatchObject({ contentHash, key: contentHash, width: 320, height: 200 });

    const read = await readFrameImage(path, { maxPixels: 1e6, size: 1024 });
    const pixels = frameTensor(read.rgb, read, [120, 115, 100], [60, 58, 56]);
    const byHand = await engine.embed({ key: contentHash, frame: read, pixels }, TINY_RECIPE);
    expect(file.views).toEqual([byHand.tokens]);
    const [view] = file.views;
    expect(view?.fine.map(({ width, height, channels }) => [width, height, channels])).toEqual([[64, 40, 4]]);
    expect(view?.half.map(({ width, height, channels }) => [width, height, channels])).toEqual([
      [32, 20, 4],
      [32, 20, 6],
    ]);
    const worst = byHand.coarse.data.reduce(
      (max, value, i) => Math.max(max, Math.abs(value - file.language.data[i]!)),
      0,
    );
    expect(worst).toBeLessThan(1 / 65535);
  });

  it('leaves a file that is there alone, and makes a damaged one again', async () => {
    const path = await writeImage(2);
    const job = { path, recipe: TINY_RECIPE, folder: tokens };
    const first = await inference.embed(job);
    const bytes = await readFile(first.tokens);
    const there = (await readTokenFile(first.tokens, packHash))!;
    await writeTokenFile(first.tokens, { ...there, width: 321 });
    expect(await inference.embed(job)).toEqual({ ...first, width: 321 });
    for (const damaged of [bytes.subarray(0, -1), bytes.with(bytes.length - 5, bytes.at(-5)! ^ 1)]) {
      await writeFile(first.tokens, damaged);
      expect(await readTokenFile(first.tokens, packHash)).toBeUndefined();
      expect(await inference.embed(job)).toEqual(first);
      expect(await readFile(first.tokens)).toEqual(bytes);
    }
  });

  it('gives other words, and turned views, files of their own', async () => {
    const path = await writeImage(3, 160, 160);
    const job = { path, recipe: TINY_RECIPE, folder: tokens };
    const plain = await inference.embed(job);
    const plate = await inference.embed({ ...job, recipe: { ...TINY_RECIPE, object: 'plate' } });
    const turned = await inference.embed({ ...job, rotations: true });
    expect(new Set([plain.tokens, plate.tokens, turned.tokens]).size).toBe(3);
    const [a, b, c] = await Promise.all(
      [plain, plate, turned].map(({ tokens: at }) => readTokenFile(at, packHash)),
    );
    expect(a?.views).toEqual(b?.views);
    expect(a?.language).not.toEqual(b?.language);
    expect(c?.views.length).toBe(16);
    expect(c?.views[0]).toEqual(a?.views[0]);
  });

  it('turns the part like that of a template, cuts it out of the image itself, and says how it lay', async () => {
    const screws = await Promise.all(
      [0.3, 2.2].map(async (angle, i) => {
        const path = join(folder, `screw-${i}.png`);
        const drawing = { width: 1600, height: 1400, shape: screw, scale: 3, angle, noise: 3 };
        await writeFile(path, await encodeRgb(drawPart(drawing), { format: 'png' }));
        return path;
      }),
    );
    const job = { path: screws[1]!, recipe: TINY_RECIPE, folder: tokens };
    const plain = await inference.embed(job);
    const answer = await inference.embed({ ...job, template: { path: screws[0]! } });
    expect(answer.tokens).not.toBe(plain.tokens);
    const [lies, file] = await Promise.all(
      [plain, answer].map(({ tokens: at }) => readTokenFile(at, packHash)),
    );
    expect(lies?.alignment).toBeNull();
    expect(file?.language).toEqual(lies?.language);
    const alignment = file!.alignment!;
    // The screw's 600 of 1600 pixels, with margins, in the frame's 1024.
    expect(alignment).toMatchObject({ size: 1024, angle: expect.closeTo(2.2, 2) });
    expect(alignment.scale).toBeCloseTo((600 * 1.12) / 1600, 1);
    expect(file?.notices.map(({ code }) => code)).not.toContain('not-aligned');

    const original = await readRgb(screws[1]!, { maxPixels: 1e7 });
    const cut = alignPicture(original, frameFor(1600, 1400), alignment, [210, 200, 205]);
    const square = frameFor(1024, 1024);
    const pixels = frameTensor(cut.data, square, [120, 115, 100], [60, 58, 56]);
    const byHand = await engine.embed({ key: 'cut', frame: square, pixels }, TINY_RECIPE);
    expect(file?.views).toEqual([byHand.tokens]);
  });

  it('says how a part lies beside a template’s, without any file', async () => {
    const [first, second] = await Promise.all(
      [0.3, 0.9].map(async (angle) => {
        const path = join(folder, `nut-${angle}.png`);
        const drawing = { width: 512, height: 480, shape: nut, scale: 1.5, angle, noise: 3 };
        await writeFile(path, await encodeRgb(drawPart(drawing), { format: 'png' }));
        return path;
      }),
    );
    const template = { path: first! };
    const pose = await inference.pose({ path: second!, recipe: TINY_RECIPE, template });
    expect(pose).toMatchObject({ from: 'likeness', angle: expect.closeTo(0.6, 1) });
    // In pixels of the frame, which has two for one of the image.
    expect(pose).toMatchObject({ centre: { x: expect.closeTo(512, -1), y: expect.closeTo(480, -1) } });
    const noisy = await writeImage(8);
    const unknown = await inference.pose({ path: noisy, recipe: TINY_RECIPE, template });
    expect(unknown).toEqual({ doubt: 'no-contrast' });
    const beside = await inference.pose({
      path: second!,
      recipe: TINY_RECIPE,
      template: { path: noisy },
    });
    expect(beside).toEqual({ doubt: 'template' });
  });

  it('says why a part is not aligned, and keeps what other templates give apart', async () => {
    const part = join(folder, 'part.png');
    const drawing = { width: 300, height: 200, shape: screw, scale: 0.7 };
    await writeFile(part, await encodeRgb(drawPart(drawing), { format: 'png' }));
    const path = await writeImage(6);
    const job = { path, recipe: TINY_RECIPE, folder: tokens };
    const plain = await inference.embed(job);
    const noisy = await inference.embed({ ...job, template: { path: part } });
    const likeNoise = await inference.embed({ ...job, path: part, template: { path } });
    expect(noisy.notices).toContainEqual({ code: 'not-aligned', reason: 'no-contrast' });
    expect(likeNoise.notices).toContainEqual({ code: 'not-aligned', reason: 'template' });
    const file = (await readTokenFile(noisy.tokens, packHash))!;
    expect(file.alignment).toBeNull();
    expect(file.views).toEqual((await readTokenFile(plain.tokens, packHash))?.views);
    expect(new Set([plain.tokens, noisy.tokens, likeNoise.tokens]).size).toBe(3);
  });

  it('has no tokens like a template that cannot be read, until it can', async () => {
    const template = { path: join(folder, 'late.png') };
    const job = { path: await writeImage(7), recipe: TINY_RECIPE, folder: tokens, template };
    await expect(inference.embed(job)).rejects.toMatchObject({ code: 'image-not-found' });
    await writeFile(template.path, await readFile(job.path));
    await expect(inference.embed(job)).resolves.toMatchObject({ width: 320 });
  });

  it('does not read tokens of another pack', async () => {
    const { tokens: at } = await inference.embed({
      path: await writeImage(4),
      recipe: TINY_RECIPE,
      folder: tokens,
    });
    expect(await readTokenFile(at, 'f'.repeat(64))).toBeUndefined();
  });

  it('leaves nothing behind when it is cancelled or the image is none', async () => {
    const empty = join(folder, 'none');
    const path = join(folder, 'no-image.png');
    await writeFile(path, 'no image');
    const job = { path, recipe: TINY_RECIPE, folder: empty };
    await expect(inference.embed(job)).rejects.toMatchObject({ code: 'image-unreadable' });
    const good = { ...job, path: await writeImage(5) };
    await expect(inference.embed(good, AbortSignal.abort())).rejects.toMatchObject({ code: 'cancelled' });
    await expect(readdir(empty)).rejects.toMatchObject({ code: 'ENOENT' });
  });
});
