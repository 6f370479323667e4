import { dirname, relative, sep } from 'node:path';
import type { FollowSettings } from '../../../src-shared/followed-folder.ts';
import { canonicalJson } from '../../files/canonical-json.ts';

/** Which images of a followed folder belong into one batch. */
export interface BatchPurpose {
  /** The same for images of the same batch. */
  readonly key: string;
  /** What the batch is called. */
  readonly name: string;
}

/**
 * What an image's batch is for: a day, a lot or a folder, and in any case one part, lot, recipe and version of the models,
 * since results of others do not compare.
 * @param options.path of the image
 * @param options.at when it came, on this machine's calendar
 */
export function purposeOf(
  settings: FollowSettings,
  options: { readonly folder: string; readonly path: string; readonly at: Date; readonly packHash: string },
): BatchPurpose {
  const { name, batchPer, partNumber, lot, recipeHash, objectName } = settings;
  const { folder, path, at, packHash } = options;
  const day = `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())}`;
  const below = relative(folder, dirname(path)).replaceAll(sep, '/');
  const per = batchPer === 'day' ? day : batchPer === 'folder' ? below : '';
  const words = [name, per, ...(lot === '' ? [] : [lot])].filter((word) => word !== '');
  return {
    key: canonicalJson({ per: batchPer, of: per, partNumber, lot, recipeHash, packHash, objectName }),
    name: words.join(' '),
  };
}

/** The recipe that a batch's images are inspected by. @param key of a {@link BatchPurpose} */
export function recipeOf(key: string): string {
  return (JSON.parse(key) as Pick<FollowSettings, 'recipeHash'>).recipeHash;
}

function two(number: number): string {
  return String(number).padStart(2, '0');
}
