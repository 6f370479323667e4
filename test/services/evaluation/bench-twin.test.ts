import { mkdtemp, readdir, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { encodeModel } from '../../../src-main/graph/model.ts';
import { createSession, type Tensors } from '../../../src-main/inference/ort.ts';
import { benchTwin } from '../../../src-main/services/evaluation/bench-twin.ts';
import {
  CLIP_L14_518,
  type ClipSizes,
  clipTwin,
  SAM_VIT_H,
  type SamSizes,
  samTwin,
  type TwinGraph,
} from '../../../src-main/services/evaluation/twin-graphs.ts';
import { tempFolder } from '../../temp-folder.ts';

const SMALL_CLIP: ClipSizes = {
  inputSize: 56,
  patch: 14,
  blocks: 2,
  width: 32,
  heads: 4,
  mlp: 64,
  joint: 24,
  stages: [1, 2],
};
const SMALL_SAM: SamSizes = {
  inputSize: 160,
  patch: 16,
  blocks: 2,
  width: 32,
  heads: 4,
  mlp: 64,
  window: 4,
  global: [1],
  neck: 16,
};

async function answerOf({ model, weights }: TwinGraph, size: number, change = 0): Promise<Tensors> {
  const folder = await tempFolder();
  const path = join(folder, 'twin.onnx');
  await writeFile(path, encodeModel(model));
  await weights.write(join(folder, weights.location));
  expect((await stat(join(folder, weights.location))).size).toBe(weights.bytes);
  const session = await createSession(path, { device: 'cpu', threads: 1 });
  const data = Float32Array.from({ length: 3 * size * size }, (_, i) => Math.sin(i));
  data[0]! += change;
  const answer = await session.run({ pixel_values: { type: 'float32', dims: [1, 3, size, size], data } });
  await session.release();
  return answer;
}

describe('the full-size graphs', () => {
  // What PyTorch counts in the published models (transformers' CLIPVisionModelWithProjection, segment-anything's ViT-H).
  it('have as many parameters as the models that they stand for', () => {
    const clip = clipTwin(CLIP_L14_518, 'clip.data').weights;
    const positionsAdded = (1370 - 577) * 1024;
    expect(clip.count).toBe(304_293_888 + positionsAdded);
    const sam = samTwin(SAM_VIT_H, 'sam.data').weights;
    expect(sam.count).toBe(637_026_048);
    expect(sam.bytes).toBeGreaterThanOrEqual(4 * sam.count);
  });
});

describe('the same graphs, small', () => {
  it('give tokens of the stages with the class token first, and an embedding', async () => {
    const answer = await answerOf(clipTwin(SMALL_CLIP, 'w.data'), 56);
    expect(answer.stage_1?.dims).toEqual([1, 17, 32]);
    expect(answer.stage_2?.dims).toEqual([1, 17, 32]);
    expect(answer.image_embeds?.dims).toEqual([1, 24]);
    for (const { data } of Object.values(answer)) {
      expect((data as Float32Array).every((value) => Number.isFinite(value))).toBe(true);
      expect(new Set(data as Float32Array).size).toBeGreaterThan(20);
    }
  });

  it("give SAM's embedding, whose global block carries a pixel's change everywhere", async () => {
    const before = (await answerOf(samTwin(SMALL_SAM, 'w.data'), 160)).image_embeddings!;
    const after = (await answerOf(samTwin(SMALL_SAM, 'w.data'), 160, 5)).image_embeddings!;
    expect(before.dims).toEqual([1, 16, 10, 10]);
    const changed = (after.data as Float32Array).filter((value, at) => value !== before.data[at]);
    expect(changed.length).toBeGreaterThan(0.9 * before.data.length);
  });

  it('carry a change no further than its window and the neck without a global block', async () => {
    const local = { ...SMALL_SAM, global: [] };
    const before = (await answerOf(samTwin(local, 'w.data'), 160)).image_embeddings!;
    const after = (await answerOf(samTwin(local, 'w.data'), 160, 5)).image_embeddings!;
    const places = new Set<number>();
    (after.data as Float32Array).forEach((value, at) => {
      if (value !== before.data[at]) places.add(at % 100);
    });
    // The window of 4 × 4 in the corner, and one place around it by the neck's 3 × 3 kernel.
    const near = Array.from({ length: 100 }, (_, at) => at).filter((at) => at % 10 < 5 && at < 50);
    expect([...places].sort((a, b) => a - b)).toEqual(near);
  });
});

it('measures both towers beside lite’s encoder and leaves nothing behind', async () => {
  const scratch = await mkdtemp(join(tmpdir(), 'clipsam-twin-test-'));
  const before = process.env.TMPDIR;
  process.env.TMPDIR = scratch;
  try {
    const steps: string[] = [];
    const sam = { ...SMALL_SAM, inputSize: 1024, window: 14, neck: 256 };
    const figures = await benchTwin(
      { clip: SMALL_CLIP, sam },
      { device: 'cpu', threads: 1, runs: 1, onStep: (step) => steps.push(step) },
    );
    expect(steps).toHaveLength(5);
    expect(figures.device).toEqual({ asked: 'cpu', running: 'cpu' });
    const { goodSeconds, defectiveSeconds, liteSeconds } = figures;
    expect(defectiveSeconds).toBeGreaterThan(goodSeconds);
    expect(figures.defectiveToLite).toBeCloseTo(defectiveSeconds / liteSeconds, 10);
    expect(figures.defectivePeakBytes).toBeGreaterThanOrEqual(figures.goodPeakBytes);
    await expect(
      benchTwin({ clip: SMALL_CLIP, sam }, { device: 'cpu', runs: 1, signal: AbortSignal.abort() }),
    ).rejects.toMatchObject({ code: 'cancelled' });
    expect(await readdir(scratch)).toEqual([]);
  } finally {
    if (before === undefined) delete process.env.TMPDIR;
    else process.env.TMPDIR = before;
  }
});
