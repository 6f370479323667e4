import { readFile } from 'node:fs/promises';
import { parseJson } from '../../src-shared/parse-json.ts';
import { writeJsonFile } from '../files/json-file.ts';
import type { FeatureRecord } from './feature-file.ts';
import { type HeadTrainingOptions, trainHead } from './head-training.ts';
import { type HeadFigures, validateHead } from './head-validation.ts';
import type { ObjectLanguage } from './object-language.ts';
import type { Weights } from './weights.ts';

/** What a head is worth after some steps. */
export interface LengthFigures {
  readonly steps: number;
  readonly figures: Readonly<Record<string, HeadFigures>>;
}

/**
 * Trains a head, and measures it where its learning rate begins anew as well as at the end: there it has come to rest, as
 * it would have at the end of a training of that length. Figures lie beside the checkpoint, so that a call that goes on
 * knows those of before.
 * @returns the weights at the end, and the figures at every length; the last are those of the weights
 */
export async function trainMeasured(
  options: HeadTrainingOptions & { readonly checkpoint: string },
  measured: { readonly records: readonly FeatureRecord[]; readonly language: ObjectLanguage },
): Promise<{ readonly weights: Weights; readonly lengths: readonly LengthFigures[] }> {
  const { plan, checkpoint, head, features } = options;
  const path = `${checkpoint}.lengths.json`;
  const known = await readFile(path, 'utf8').then(parseJson, () => []);
  const lengths = known as LengthFigures[];
  const stops = [...plan.restarts.filter((step) => step < plan.steps), plan.steps];
  let weights: Weights | undefined;
  for (const steps of stops) {
    if (steps < plan.steps && lengths.some((length) => length.steps === steps)) continue;
    weights = await trainHead({ ...options, plan: { ...plan, steps } });
    const figures = await validateHead({ head, weights, features, ...measured });
    lengths.splice(0, lengths.length, ...lengths.filter((length) => length.steps !== steps), {
      steps,
      figures,
    });
    await writeJsonFile(path, lengths);
  }
  return { weights: weights!, lengths };
}
