import { afterAll, afterEach, describe, expect, it, vi } from 'vitest';
import type { TowerPair } from '../../src-main/inference/encoder-image.ts';
import { createSession, type Session, type Tensors } from '../../src-main/inference/ort.ts';
import { type Embedding, type MaskLogits, Segmenter } from '../../src-main/inference/segmenter.ts';
import { Stopwatch } from '../../src-main/inference/stopwatch.ts';
import type { DecoderPrompts } from '../../src-main/pipeline/decoder-prompts.ts';
import { frameFor } from '../../src-shared/frame.ts';
import type { Pack } from '../../src-shared/pack.ts';
import { expectedOf, expectNear, referenceInput, runOnce, twinFile, twinJson } from '../twins/twins.ts';

const VISION = { fit: 'squash', inputSize: 336 } as Pack['vision'];
const FRAME = frameFor(1024, 1024);

interface Twin {
  readonly segmenter: Segmenter;
  readonly decoder: Session;
  readonly embedding: Embedding;
}

const twins = new Map<string, Promise<Twin>>();
const encodings = new Map<string, Promise<Tensors>>();
const sessions: Session[] = [];

/** A twin over the reference's input, whose pixels are those of the encoder's square. */
function openTwin(twin: 'sam-vit' | 'sam2.1', variant = ''): Promise<Twin> {
  const name = twin + variant;
  const opened = twins.get(name) ?? encodeOnce(twin, variant);
  twins.set(name, opened);
  return opened;
}

afterEach(() => vi.restoreAllMocks());
afterAll(async () => {
  for (const session of sessions) await session.release();
});

async function encodeOnce(twin: 'sam-vit' | 'sam2.1', variant: string): Promise<Twin> {
  const isSam2 = twin === 'sam2.1';
  const outputs = isSam2
    ? ['image_embeddings.0', 'image_embeddings.1', 'image_embeddings.2']
    : ['image_embeddings', 'image_positional_embeddings'];
  const segmenter: TowerPair['segmenter'] = {
    encoder: {
      kind: 'own',
      file: 'encoder',
      input: 'pixel_values',
      inputSize: 1024,
      fit: isSam2 ? 'squash' : 'longest-side-pad',
      interpolation: 'bilinear',
      mean: [0, 0, 0],
      std: [1, 1, 1],
      outputs,
    },
    decoder: 'decoder',
    dialect: isSam2 ? 'sam2' : 'hugging-face',
    boxes: isSam2,
    masks: 'pred_masks',
    qualities: 'iou_scores',
  };
  const decoder = await createSession(twinFile(`${twin}/prompt_encoder_mask_decoder${variant}.onnx`), {
    device: 'cpu',
    threads: 2,
  });
  sessions.push(decoder);
  // Every variant of the decoder gets the same.
  const encoding =
    encodings.get(twin) ??
    runOnce(twinFile(`${twin}/vision_encoder.onnx`), { pixel_values: referenceInput(1024) });
  encodings.set(twin, encoding);
  const encoded = await encoding;
  return {
    segmenter: new Segmenter({ decoder }, { vision: VISION, segmenter }),
    decoder,
    embedding: { frame: FRAME, tensors: outputs.map((name) => encoded[name]!) },
  };
}

interface Reference {
  readonly input_points: readonly (readonly (readonly (readonly [number, number])[])[])[];
  readonly input_labels: readonly (readonly (readonly number[])[])[];
  readonly input_boxes?: readonly (readonly (readonly [number, number, number, number])[])[];
}

/** The prompts of a reference, one by one, without what only fills up. */
function promptsOf({ input_points, input_labels, input_boxes }: Reference): DecoderPrompts[] {
  return input_labels[0]!.map((labels, i) => {
    const box = input_boxes?.[0]?.[i];
    return {
      points: labels.flatMap((label, k) => {
        const [x, y] = input_points[0]![i]![k] ?? [0, 0];
        return label === 0 || label === 1 ? [{ x, y, label }] : [];
      }),
      box: box ? { x: box[0], y: box[1], width: box[2] - box[0], height: box[3] - box[1] } : null,
    };
  });
}

/** Compares the answers to prompts with what PyTorch gave for the prompt at `at`. */
function expectReference(answer: MaskLogits, twin: string, name: string, at: number, tolerance: number) {
  const masks = expectedOf(twin, `${name}_pred_masks`);
  const qualities = expectedOf(twin, `${name}_iou_scores`);
  answer.forEach(({ logits, quality }, level) => {
    const from = (at * 3 + level) * 65536;
    const expected = { dims: [65536], data: masks.data.slice(from, from + 65536) };
    expectNear({ dims: [65536], data: logits }, expected, tolerance);
    expect(Math.abs(quality - qualities.data[at * 3 + level]!)).toBeLessThan(tolerance);
  });
}

/** As many points each as `counts` says, with a box where `hasBox` says so. */
function manyPrompts(counts: readonly number[], hasBox = (_: number) => false): DecoderPrompts[] {
  return counts.map((count, i) => ({
    points: Array.from({ length: count }, (_, k) => ({
      x: (97 * i + 211 * k + 31) % 1024,
      y: (389 * i + 53 * k + 77) % 1024,
      label: k === 1 ? (0 as const) : (1 as const),
    })),
    box: hasBox(i) ? { x: 40 + 20 * i, y: 90, width: 300 + 10 * i, height: 410 } : null,
  }));
}

async function expectAsOneByOne({ segmenter, decoder, embedding }: Twin, prompts: DecoderPrompts[]) {
  const runs = vi.spyOn(decoder, 'run').mockClear();
  const together = await segmenter.decode(prompts, embedding, new Stopwatch());
  const count = runs.mock.calls.length;
  for (const [i, asked] of prompts.entries()) {
    const [alone] = await segmenter.decode([asked], embedding, new Stopwatch());
    for (const [level, { logits, quality }] of alone!.entries()) {
      const other = together[i]![level]!;
      expectNear({ dims: [65536], data: other.logits }, { dims: [65536], data: logits }, 1e-4);
      expect(other.quality).toBeCloseTo(quality, 5);
    }
  }
  return count;
}

describe('SAM v1 as Hugging Face exports it', () => {
  it.each([
    ['', 1e-3],
    ['_fp16', 0.05],
    ['_quantized', 0.6],
  ])('gives PyTorch’s masks and qualities (decoder%s)', async (variant, tolerance) => {
    const { segmenter, embedding } = await openTwin('sam-vit', variant);
    const references = twinJson<Record<string, Reference>>('sam-vit/prompts.json');
    // An unused slot and a point that is none are no prompts of ours.
    const asked = { point: [0], points: [0], two_regions: [1] };
    for (const [name, which] of Object.entries(asked)) {
      const prompts = promptsOf(references[name]!);
      for (const at of which) {
        const [answer] = await segmenter.decode([prompts[at]!], embedding, new Stopwatch());
        expectReference(answer!, 'sam-vit', name, at, tolerance);
      }
    }
  });

  it('answers several prompts as it answers each alone, in fewer runs', async () => {
    const twin = await openTwin('sam-vit');
    expect(await expectAsOneByOne(twin, manyPrompts([2, 1, 2, 3, 2, 1]))).toBe(3);
    expect(await expectAsOneByOne(twin, manyPrompts(Array.from({ length: 11 }, () => 2)))).toBe(2);
  });

  it('never hears of a box: points alone, or points within it', async () => {
    const { segmenter, decoder, embedding } = await openTwin('sam-vit');
    const runs = vi.spyOn(decoder, 'run');
    const box = { x: 200, y: 400, width: 80, height: 40 };
    const point = { x: 230, y: 410, label: 1 as const };
    const ask = async (prompts: DecoderPrompts) =>
      (await segmenter.decode([prompts], embedding, new Stopwatch()))[0]!;
    expect(await ask({ points: [point], box })).toEqual(await ask({ points: [point], box: null }));
    await ask({ points: [], box });
    const { input_points, input_labels } = runs.mock.lastCall![0];
    expect([...input_points!.data]).toEqual([240, 420, 220, 410, 260, 410, 220, 430, 260, 430]);
    expect([...input_labels!.data]).toEqual([1n, 1n, 1n, 1n, 1n]);
  });
});

describe('SAM 2.1', () => {
  it('gives PyTorch’s masks and qualities for points, a box, and both', async () => {
    const { segmenter, embedding } = await openTwin('sam2.1');
    const references = Object.entries(twinJson<Record<string, Reference>>('sam2.1/prompts.json'));
    expect(references.map(([name]) => name).sort()).toEqual(['box', 'box_points', 'point']);
    for (const [name, reference] of references) {
      const [answer] = await segmenter.decode(promptsOf(reference), embedding, new Stopwatch());
      expectReference(answer!, 'sam2.1', name, 0, 4e-3);
    }
  });

  it('answers several prompts as it answers each alone, in fewer runs', async () => {
    const twin = await openTwin('sam2.1');
    expect(
      await expectAsOneByOne(
        twin,
        manyPrompts([2, 2, 1, 2], (i) => i > 0),
      ),
    ).toBe(3);
    expect(
      await expectAsOneByOne(
        twin,
        manyPrompts([0, 0, 3, 3], (i) => i < 2),
      ),
    ).toBe(2);
  });

  it('is asked in its own frame: the image squashed', async () => {
    const { segmenter, decoder, embedding } = await openTwin('sam2.1');
    const runs = vi.spyOn(decoder, 'run');
    const frame = frameFor(2000, 500);
    const asked: DecoderPrompts = {
      points: [{ x: 1000, y: 125, label: 1 }],
      box: { x: 500, y: 100, width: 1000, height: 50 },
    };
    const [answer] = await segmenter.decode([asked], { ...embedding, frame }, new Stopwatch());
    const { input_points, input_boxes } = runs.mock.lastCall![0];
    expect([...input_points!.data]).toEqual([512, 256]);
    expect([...input_boxes!.data].map((value) => Number(value).toFixed(1))).toEqual([
      '256.0',
      '204.8',
      '768.0',
      '307.2',
    ]);
    // The content is 256 × 64 cells; below the row that repeats its edge there is nothing.
    for (const { logits } of answer!) {
      expect(logits.length).toBe(65536);
      expect(Math.max(...logits.subarray(65 * 256))).toBeLessThan(-10);
    }
  });
});

it('stops between two runs when it is cancelled', async () => {
  const { segmenter, decoder, embedding } = await openTwin('sam-vit');
  const stop = new AbortController();
  const run = decoder.run.bind(decoder);
  const runs = vi.spyOn(decoder, 'run').mockImplementation((feeds) => {
    stop.abort();
    return run(feeds);
  });
  const answer = segmenter.decode(manyPrompts([1, 2, 3]), embedding, new Stopwatch(), stop.signal);
  await expect(answer).rejects.toMatchObject({ code: 'cancelled' });
  expect(runs).toHaveBeenCalledTimes(1);
});
