import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { throwIfCancelled } from '../../../src-shared/errors.ts';
import { DEFAULT_OPINION_SETTINGS, type OpinionSettings } from '../../../src-shared/opinion.ts';
import type { Comparison } from '../../inference/comparison.ts';
import type { InferenceClient } from '../../inference/inference-client.ts';
import { median } from '../../pipeline/calibration.ts';
import { openPipeline } from '../runs/recipe-pipeline.ts';
import type { MeasureContext, Measured } from './bench-context.ts';
import { generateImages } from './bench-images.ts';

const FEW = 16;
const MANY = 64;
/** Images that are compared; the first of each comparison also prepares it and is not counted. */
const COMPARED = 7;
/** Images scored again; what 10,000 take follows. */
const RESCORED = 128;
const SETTINGS: OpinionSettings = { ...DEFAULT_OPINION_SETTINGS, tokens: 'half' };

/**
 * Comparing at half of the tokens' grid, after a comparison is prepared; what preparing takes, and scoring again by
 * tokens, is told apart. One image at a time.
 */
export async function measureComparison(context: MeasureContext): Promise<Omit<Measured, 'name'>> {
  const { chosen, device, threads, signal, onEvent } = context;
  const folder = await mkdtemp(join(tmpdir(), 'clipsam-bench-'));
  let peakBytes = 0;
  const inference = await openPipeline(chosen, {
    device,
    ...(threads && { threads }),
    onEvent(event) {
      if (event.kind === 'heartbeat') peakBytes = Math.max(peakBytes, event.rssBytes);
      onEvent?.(event);
    },
  });
  try {
    const paths = await generateImages(folder, MANY + COMPARED, signal, MANY + COMPARED);
    const references: Comparison['references'][number][] = [];
    for (const path of paths.slice(0, MANY)) {
      throwIfCancelled(signal);
      const job = { path, recipe: chosen.recipe, folder: join(folder, 'tokens') };
      const { key, tokens } = await inference.embed(job, signal);
      references.push({ key, path: tokens });
    }
    const compared = paths.slice(MANY);
    const few = await compareAll(
      compared,
      toComparison(references.slice(0, FEW)),
      folder,
      inference,
      context,
    );
    const many = await compareAll(compared, toComparison(references), folder, inference, context);
    const rescoreMs = await rescoreAll(toComparison(references), inference, context);
    const encodeMs = median([...few.encode, ...many.encode]);
    const ratio = median(few.compare) / encodeMs;
    return {
      figures: {
        images: COMPARED - 1,
        encodeMs,
        compareMs16: median(few.compare),
        ratio16: ratio,
        prepareMs16: few.prepareMs,
        compareMs64: median(many.compare),
        ratio64: median(many.compare) / encodeMs,
        prepareMs64: many.prepareMs,
        rescoreMs64: rescoreMs,
        rescoreMinutesFor10000: (rescoreMs * 10_000) / 60_000,
        peakMegabytes: peakBytes / (1 << 20),
      },
      bar: 'ratio16 ≤ 0.35',
      passed: ratio <= 0.35,
    };
  } finally {
    await inference.close();
    await rm(folder, { recursive: true, force: true });
  }
}

function toComparison(references: Comparison['references']): Comparison {
  return {
    hash: `bench ${references.length}`,
    settings: SETTINGS,
    references,
    crowd: [],
    harmless: [],
    counterExamples: [],
  };
}

/** Milliseconds of every image but the first, and by how much that took longer. */
async function compareAll(
  paths: readonly string[],
  comparison: Comparison,
  folder: string,
  inference: InferenceClient,
  { chosen: { recipe }, signal }: MeasureContext,
) {
  const encode: number[] = [];
  const compare: number[] = [];
  let first = 0;
  for (const [at, path] of paths.entries()) {
    throwIfCancelled(signal);
    const job = { path, recipe, comparison, artifactRoot: join(folder, 'artifacts') };
    const { timings } = await inference.inspect(job, signal);
    if (at === 0) {
      first = timings.compare;
      continue;
    }
    encode.push(timings.encode);
    compare.push(timings.compare);
  }
  return { encode, compare, prepareMs: first - median(compare) };
}

/** Milliseconds per image: each reference twice, as if it were another image. */
async function rescoreAll(
  comparison: Comparison,
  inference: InferenceClient,
  { chosen: { recipe }, signal }: MeasureContext,
): Promise<number> {
  const start = performance.now();
  for (let done = 0; done < RESCORED; done += MANY) {
    throwIfCancelled(signal);
    await inference.rescore({ images: comparison.references, comparisons: [comparison], recipe }, signal);
  }
  return (performance.now() - start) / RESCORED;
}
