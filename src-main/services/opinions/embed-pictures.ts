import { blamesNoImage } from '../../../src-shared/error-codes.ts';
import type { ErrorRecord } from '../../../src-shared/error-record.ts';
import { failure, fromErrorRecord, throwIfCancelled, toErrorRecord } from '../../../src-shared/errors.ts';
import type { Recipe } from '../../../src-shared/recipe.ts';
import type { SampleRange } from '../../../src-shared/sample-range.ts';
import type { TemplatePicture } from '../../inference/comparison.ts';
import type { InferenceClient } from '../../inference/inference-client.ts';
import type { Embedded } from '../../inference/inference-protocol.ts';
import { CRASHES_IN_A_ROW, forEachInFlight } from '../in-flight.ts';

/** A picture whose tokens are wanted. */
export interface WantedPicture {
  readonly path: string;
  readonly contentHash: string;
  /** As readers count it, from 0; null: the file has one picture. */
  readonly page: number | null;
  readonly range: SampleRange | null;
  /** True: also turned and mirrored. */
  readonly rotations: boolean;
}

export interface EmbedPicturesOptions<Picture extends WantedPicture> {
  readonly inference: Pick<InferenceClient, 'embed'>;
  readonly recipe: Recipe;
  /** Of token files. */
  readonly folder: string;
  /** What parts are turned like; default: their tokens are those of the picture as it lies. */
  readonly template?: TemplatePicture | undefined;
  readonly pictures: readonly Picture[];
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: ((progress: { readonly done: number; readonly total: number }) => void) | undefined;
  /** Surrounds the work on each picture, and may hold it up; false: nothing more is wanted. */
  readonly pass?: ((work: () => Promise<void>) => Promise<boolean>) | undefined;
}

/** Token files of pictures, and why the others have none. */
export interface EmbeddedPictures<Picture> {
  readonly embedded: ReadonlyMap<Picture, Embedded>;
  readonly failed: ReadonlyMap<Picture, ErrorRecord>;
}

/**
 * Makes the token files of pictures, a few at a time. One that cannot be read, or is not the one that was chosen, fails
 * and the rest goes on; files that are there are not made again.
 * @throws ClipSamError `cancelled`, and what every further picture would meet too
 */
export async function embedPictures<Picture extends WantedPicture>(
  options: EmbedPicturesOptions<Picture>,
): Promise<EmbeddedPictures<Picture>> {
  const { pictures, signal, onProgress, pass = unhindered } = options;
  const embedded = new Map<Picture, Embedded>();
  const failed = new Map<Picture, ErrorRecord>();
  const total = pictures.length;
  let crashes = 0;
  let isWanted = true;
  const embed = async (picture: Picture) => {
    try {
      throwIfCancelled(signal);
      embedded.set(picture, await embedPicture(picture, options));
      crashes = 0;
    } catch (error) {
      throwIfCancelled(signal);
      const record = toErrorRecord(error);
      if (blamesNoImage(record.code)) throw error;
      crashes = record.code === 'inference-crashed' ? crashes + 1 : 0;
      if (crashes === CRASHES_IN_A_ROW) throw fromErrorRecord(record);
      failed.set(picture, record);
    }
    onProgress?.({ done: embedded.size + failed.size, total });
  };
  onProgress?.({ done: 0, total });
  await forEachInFlight(pictures, async (picture) => {
    if (isWanted && !(await pass(() => embed(picture)))) isWanted = false;
  });
  throwIfCancelled(signal);
  return { embedded, failed };
}

async function embedPicture<Picture extends WantedPicture>(
  { path, contentHash, page, range, rotations }: Picture,
  { inference, recipe, folder, template, signal }: EmbedPicturesOptions<Picture>,
): Promise<Embedded> {
  const job = {
    path,
    recipe,
    folder,
    ...(page !== null && { page }),
    ...(range && { range }),
    ...(rotations && { rotations }),
    ...(template && { template }),
  };
  const made = await inference.embed(job, signal);
  if (made.contentHash === contentHash) return made;
  throw failure(
    'file-changed',
    { file: path },
    `${path} is not the file that was chosen to compare with: its content changed since.`,
  );
}

async function unhindered(work: () => Promise<void>): Promise<boolean> {
  await work();
  return true;
}
