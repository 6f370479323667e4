import { join } from 'node:path';
import { ClipSamError, failure } from '../../src-shared/errors.ts';
import type { FileState } from '../../src-shared/file-state.ts';
import { type ToldNotice, tellNotice } from '../../src-shared/notice-text.ts';
import { encodeGrey8 } from '../codec/image-codec.ts';
import { decodeMask } from '../codec/mask-codec.ts';
import { writeFileAtomically } from '../files/atomic-write.ts';
import { fillPolygons } from '../pipeline/polygon-raster.ts';
import { FileNames } from './file-names.ts';
import { imageKey } from './image-key.ts';
import { ClassNumbers, FALSE_POSITIVE, reviewedRegions } from './reviewed-regions.ts';
import type { DoneImage, ExportContext, RunReport } from './run-report.ts';

/**
 * `masks/`: for each image a single-channel 8-bit PNG of its size whose values are class numbers (0 background),
 * and `class-map.json` with the classes, which mask belongs to which image, and the images that failed and have none.
 * Values are small: most viewers show such masks as black.
 */
export async function exportMasks(report: RunReport, context: ExportContext): Promise<string> {
  const folder = join(context.folder, 'masks');
  const names = new FileNames();
  const classes = new ClassNumbers();
  const masks: {
    image: string;
    imageId: number;
    key: string;
    mask: string;
    fileNow: FileState;
    notices: readonly ToldNotice[];
  }[] = [];
  const leftOut: { image: string; imageId: number; error: string }[] = [];
  for await (const image of report.images()) {
    context.step();
    if (image.status === 'failed') {
      leftOut.push({ image: image.name, imageId: image.imageId, error: image.error.code });
      continue;
    }
    const mask = names.for(image.name, '.png', image.page?.number);
    const { width, height } = image.result;
    await writeFileAtomically(
      join(folder, mask),
      await encodeGrey8(width, height, await classRaster(report, image, classes)),
    );
    const { name, imageId, file } = image;
    const notices = image.result.notices.map(tellNotice);
    masks.push({ image: name, imageId, key: imageKey(name), mask, fileNow: file, notices });
  }
  const map = {
    classes: { 0: 'background', ...Object.fromEntries(classes.entries().map(([name, n]) => [n, name])) },
    imageRoot: report.imageRoot,
    masks,
    leftOut,
  };
  await writeFileAtomically(join(folder, 'class-map.json'), `${JSON.stringify(map, null, 1)}\n`);
  return folder;
}

/** The mask as it is stored; where it was let go (the notice says so), drawn from the regions' outlines. */
async function modelMask(report: RunReport, { result }: DoneImage): Promise<Uint8Array> {
  const { width, height, artifacts, regions, notices } = result;
  if (!notices.some(({ code }) => code === 'maps-dropped')) {
    return (await decodeMask(report.artifactPath(artifacts.mask), { maxPixels: width * height })).data;
  }
  const drawn = new Uint8Array(width * height);
  for (const { polygons } of regions) fillPolygons(drawn, width, height, polygons, 1);
  return drawn;
}

/** The model's mask as class numbers, with what the inspectors marked drawn over it. */
async function classRaster(report: RunReport, image: DoneImage, classes: ClassNumbers): Promise<Uint8Array> {
  const { width, height, regions } = image.result;
  const data = await modelMask(report, image);
  if (data.length !== width * height) {
    throw new ClipSamError(
      'workspace-corrupt',
      `The stored mask of ${image.name} has another size than the image. Inspect the batch again.`,
    );
  }
  for (const reviewed of reviewedRegions(image)) {
    if (reviewed.inspector === null) continue;
    const number = classes.of(reviewed.className);
    if (number > 255) {
      throw failure(
        'too-many-classes',
        { limit: 255 },
        'Mask files hold 255 classes at most; this run has more.',
      );
    }
    const original = regions.find(({ index }) => index === reviewed.regionIndex);
    // A corrected outline replaces the model's; a false positive only changes what its pixels mean.
    if (original && reviewed.className !== FALSE_POSITIVE) {
      fillPolygons(data, width, height, original.polygons, 0);
    }
    fillPolygons(data, width, height, reviewed.polygons, number);
  }
  return data;
}
