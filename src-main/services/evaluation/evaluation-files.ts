import { ClipSamError } from '../../../src-shared/errors.ts';
import { checkWritable } from '../../files/atomic-write.ts';
import { readJsonFile, writeJsonFile } from '../../files/json-file.ts';
import type { Evaluation } from './evaluation-figures.ts';
import type { MethodsEvaluation } from './methods/method-figures.ts';
import type { OpinionEvaluation } from './opinion-figures.ts';

/**
 * What the objects of categories are called, by category.
 * @throws ClipSamError `input-invalid` when the file cannot be read or holds something else
 */
export async function readObjectNames(path: string): Promise<Record<string, string>> {
  const json = await readJsonFile(path, 'The file of object names', 'input-invalid');
  const entries = Object.entries(json ?? {});
  if (typeof json !== 'object' || entries.some(([, name]) => typeof name !== 'string' || name === '')) {
    throw new ClipSamError(
      'input-invalid',
      `${path} must be a JSON object of names, such as {"metal_nut": "metal nut"}.`,
    );
  }
  return Object.fromEntries(entries);
}

/** Finds out before long work whether {@link writeFigures} can do its part. @throws ClipSamError as it does */
export async function checkFiguresFile(path: string): Promise<void> {
  await checkWritable(path);
}

/** Writes an evaluation as JSON, whole or not at all. @throws ClipSamError `disk-full`, `path-denied` */
export async function writeFigures(
  path: string,
  evaluation: Evaluation | OpinionEvaluation | MethodsEvaluation,
): Promise<void> {
  await writeJsonFile(path, evaluation);
}
