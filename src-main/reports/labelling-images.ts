import { join } from 'node:path';
import { ClipSamError } from '../../src-shared/errors.ts';
import { encodeRgb, readRgb } from '../codec/image-codec.ts';
import { writeFileAtomically } from '../files/atomic-write.ts';
import { FileNames } from './file-names.ts';
import { imageKey } from './image-key.ts';
import type { DoneImage, ExportContext, ReportImage, RunReport } from './run-report.ts';

/** Folder for pictures that are made because the image has no file of its own that the other program could show. */
export const PICTURES = 'clipsam-pictures';

interface Noted {
  readonly image: string;
  readonly imageId: number;
  readonly key: string;
}

/** What somebody has to know who imports annotations into a labelling program. */
export interface LabellingNotes {
  /** Images that are not in the annotations, and why. */
  readonly leftOut: (Noted & { readonly reason: string })[];
  /** Images whose picture was made as a PNG file below {@link PICTURES}. */
  readonly pictures: (Noted & { readonly picture: string })[];
  /** Images whose file is not there, or cannot be read, at this moment. */
  readonly notThere: Noted[];
  /** Regions that polygons cannot say (holes, lines that cross): given as masks of their pixels. */
  readonly masks: (Noted & { readonly region: string })[];
  /** Regions that cover no pixel's centre: left out. */
  readonly tooSmall: (Noted & { readonly region: string })[];
}

export function labellingNotes(): LabellingNotes {
  return { leftOut: [], pictures: [], notThere: [], masks: [], tooSmall: [] };
}

export function noted({ name, imageId }: ReportImage): Noted {
  return { image: name, imageId, key: imageKey(name) };
}

/**
 * The images of a report that a labelling program can show with what was found in them: not those that failed, nor those
 * whose file has changed since. `file` is the picture's path below the folder of the images, with `/`. A page of a file
 * with several, and what the program cannot show, is written as a picture below `folder`/{@link PICTURES}.
 * @param isShown whether the program shows files of that name
 */
export async function* labellingImages(
  report: RunReport,
  context: ExportContext,
  notes: LabellingNotes,
  folder: string,
  isShown: (name: string) => boolean,
): AsyncGenerator<{ readonly image: DoneImage; readonly file: string }> {
  const names = new FileNames();
  for await (const image of report.images()) {
    context.step();
    const leaveOut = (reason: string) => void notes.leftOut.push({ ...noted(image), reason });
    if (image.status === 'failed') {
      leaveOut(`failed: ${image.error.code}`);
      continue;
    }
    if (image.file === 'changed') {
      leaveOut('the file has changed since it was inspected');
      continue;
    }
    if (image.page === null && isShown(image.name)) {
      if (image.file !== 'same') notes.notThere.push(noted(image));
      yield { image, file: image.name };
      continue;
    }
    const name = `${PICTURES}/${names.for(image.path, '.png', image.page?.number)}`;
    if (await writePicture(report, image, join(folder, name))) {
      notes.pictures.push({ ...noted(image), picture: name });
      yield { image, file: name };
    } else leaveOut('no picture could be made of it: the file is not there or cannot be read');
  }
}

async function writePicture(report: RunReport, image: DoneImage, path: string): Promise<boolean> {
  if (image.file !== 'same') return false;
  const { maxPixels } = report.recipe;
  try {
    const options = { maxPixels, page: image.page?.index, range: image.range ?? undefined };
    const picture = await readRgb(image.path, options);
    await writeFileAtomically(path, await encodeRgb(picture, { format: 'png' }));
    return true;
  } catch (error) {
    if (error instanceof ClipSamError && error.code.startsWith('image-')) return false;
    throw error;
  }
}
