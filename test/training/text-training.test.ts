import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { encodeModel } from '../../src-main/graph/model.ts';
import { createSession } from '../../src-main/inference/ort.ts';
import { openTokenizer } from '../../src-main/inference/tokenizer.ts';
import { trainTokenizer } from '../../src-main/training/byte-pair-encoding.ts';
import { captionCorpus, GENERIC_NAMES } from '../../src-main/training/captions.ts';
import { embedPrompts, languagePool, type SentenceEncoder } from '../../src-main/training/language-pool.ts';
import { buildTextEncoder, type TextEncoderShape } from '../../src-main/training/text-encoder.ts';
import { type TextTrainingOptions, trainTextEncoder } from '../../src-main/training/text-training.ts';
import type { Weights } from '../../src-main/training/weights.ts';
import { Random } from '../../src-shared/random.ts';
import { TOY_WIDTHS, writeToyFeatures } from './toy-features.ts';

const { json, vocabularySize } = trainTokenizer(captionCorpus(['tile', 'nut'], ['bump']), 300);
const tokenizer = openTokenizer(JSON.stringify(json), 'toy');
const shape: TextEncoderShape = {
  vocabulary: vocabularySize,
  contextLength: 24,
  embedding: 16,
  layers: 1,
  heads: 2,
  width: 8,
};

let folder = '';
let options: TextTrainingOptions;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'text-'));
  options = {
    shape,
    plan: { ...shape, batch: 16, steps: 6, learningRate: 0.01 },
    seed: 1,
    records: await writeToyFeatures(folder, 16, 7),
    featureFolder: folder,
    stageWidths: TOY_WIDTHS,
    tokenizer,
  };
});
afterAll(() => rm(folder, { recursive: true }));

async function towerOf(weights: Weights): Promise<SentenceEncoder> {
  const session = await createSession(encodeModel(buildTextEncoder(shape, weights.tensors)), {
    device: 'cpu',
    threads: 1,
  });
  return { session, tokenizer, contextLength: shape.contextLength, width: shape.width };
}

describe('trainTextEncoder', () => {
  it('gives the same weights for the same seed', async () => {
    const first = await trainTextEncoder(options);
    expect((await trainTextEncoder(options)).vector).toEqual(first.vector);
    expect((await trainTextEncoder({ ...options, seed: 2 })).vector).not.toEqual(first.vector);
  });

  it('can be cancelled', async () => {
    const signal = AbortSignal.abort();
    await expect(trainTextEncoder({ ...options, signal })).rejects.toMatchObject({ code: 'cancelled' });
  });

  it('learns to tell normal from abnormal, in wordings that were never put together', async () => {
    const losses: number[] = [];
    const weights = await trainTextEncoder({
      ...options,
      plan: { ...options.plan, steps: 400 },
      onProgress: ({ loss }) => losses.push(loss),
    });
    expect(losses).toHaveLength(8);
    expect(losses.at(-1)).toBeLessThan(losses[0]! * 0.9);
    const tower = await towerOf(weights);
    const states = async (normal: string, abnormal: string) => {
      const prompts = { normal: [normal], abnormal: [abnormal], templates: ['a photo of a {}.', 'my {}'] };
      const tokens = await embedPrompts(tower, 'object', prompts);
      return [tokens.slice(0, 8), tokens.slice(8)] as const;
    };
    const [flawless, damaged] = await states('flawless {}', 'damaged {}');
    const [intact, faulty] = await states('intact {}', 'faulty {}');
    const cosine = (a: Float32Array, b: Float32Array) => a.reduce((sum, value, i) => sum + value * b[i]!, 0);
    expect(cosine(flawless, intact)).toBeGreaterThan(cosine(flawless, faulty) + 0.3);
    expect(cosine(damaged, faulty)).toBeGreaterThan(cosine(damaged, intact) + 0.3);
    await tower.session.release();
  });
});

describe('the language pool', () => {
  const pictures = [
    { names: ['tile'], defects: ['crack', 'thin crack'] },
    { names: ['nut'], defects: ['dent'] },
    { names: ['cap'], defects: ['a', 'list', 'of', 'guesses'] },
  ];
  const many = Array.from({ length: 1000 }, (_, i) => `${i}`);
  let tower: SentenceEncoder;
  let draw: Awaited<ReturnType<typeof languagePool>>;
  beforeAll(async () => {
    tower = await towerOf(await trainTextEncoder({ ...options, plan: { ...options.plan, steps: 1 } }));
    draw = await languagePool(tower, pictures, 2, 'seed');
  });
  afterAll(() => tower.session.release());

  it('draws unit vectors of both states for any of the names, and for none', () => {
    const drawn = (names: readonly string[]) =>
      many.map((seed) => draw(names, [], new Random(seed)).tokens.join());
    for (const names of [['tile'], ['nut', 'tile'], []]) {
      const { tokens, meant } = draw(names, [], new Random('x'));
      expect(tokens).toHaveLength(16);
      expect(Math.hypot(...tokens.slice(0, 8))).toBeCloseTo(1);
      expect(Math.hypot(...tokens.slice(8))).toBeCloseTo(1);
      expect(meant).toBe(true);
    }
    expect(drawn(['tile'])).toEqual(drawn(['tile']));
    // Two wordings of each generic name, and two more of the own one.
    expect(new Set(drawn([])).size).toBe(2 * GENERIC_NAMES.length);
    expect(new Set(drawn(['tile'])).size).toBe(2 * GENERIC_NAMES.length + 2);
  });

  it('names a defect now and then: the own one, or one that is not there and not meant', () => {
    const general = new Set(many.map((seed) => draw(['nut'], [], new Random(seed)).tokens.join()));
    const drawn = many.map((seed) => draw(['nut'], ['dent'], new Random(seed)));
    const named = drawn.filter(({ tokens }) => !general.has(tokens.join()));
    const absent = drawn.filter(({ meant }) => !meant);
    expect(named.length).toBeGreaterThan(200);
    expect(named.length).toBeLessThan(300);
    expect(absent.length).toBeGreaterThan(60);
    expect(absent.length).toBeLessThan(140);
    // Two wordings each of "crack" and "thin crack", and of "dent".
    expect(new Set(absent.map(({ tokens }) => tokens.join())).size).toBe(4);
    expect(new Set(named.map(({ tokens }) => tokens.join())).size).toBe(6);
  });

  it('does not take a long list of guesses for what a defect is called', () => {
    const drawn = many.map((seed) => draw(['cap'], pictures[2]!.defects, new Random(seed)));
    expect(drawn.every(({ meant }) => meant)).toBe(true);
  });
});
