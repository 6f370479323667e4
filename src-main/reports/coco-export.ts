import { join } from 'node:path';
import { tellNotice } from '../../src-shared/notice-text.ts';
import { type ToldSize, tellSize } from '../../src-shared/region-size.ts';
import { type Scale, scaleOf } from '../../src-shared/scale.ts';
import { SOFTWARE_VERSION } from '../../src-shared/version.ts';
import { writeFileAtomically } from '../files/atomic-write.ts';
import { type PixelMask, pixelMask } from '../pipeline/polygon-raster.ts';
import { imageKey } from './image-key.ts';
import { plainRings } from './plain-rings.ts';
import { boxAround, ClassNumbers, type ReviewedRegion, reviewedRegions } from './reviewed-regions.ts';
import type { DoneImage, ExportContext, RunReport } from './run-report.ts';

/** COCO's uncompressed run lengths: column by column, zeros first. */
export interface RunLengths {
  readonly counts: readonly number[];
  readonly size: readonly [height: number, width: number];
}

/**
 * `coco.json` (COCO object detection format): images under their ids in the workspace, one annotation per reviewed
 * region, categories `defect`, `false-positive` and the inspectors' defect classes; `left_out` names the images that
 * failed. Shapes that COCO's polygons cannot say (holes, lines that cross themselves) are run lengths; `area` and `bbox`
 * are of the pixels that the masks have, whichever it is. `score` is the model's; regions that an inspector drew have
 * none.
 */
export async function exportCoco(report: RunReport, context: ExportContext): Promise<string> {
  const path = join(context.folder, 'coco.json');
  await writeFileAtomically(path, pieces(report, context));
  return path;
}

async function* pieces(report: RunReport, context: ExportContext): AsyncGenerator<string> {
  const info = {
    description: report.batch.name,
    version: SOFTWARE_VERSION,
    date_created: report.run.startedAt,
    image_root: report.imageRoot,
    job: report.jobId,
    recipe_hash: report.run.recipeHash,
  };
  yield `{"info": ${JSON.stringify(info)},\n"licenses": [],\n"images": [`;
  let separator = '\n';
  const listed = new Set<string>();
  const leftOut: { file_name: string; image_id: number; error: string }[] = [];
  for await (const image of report.images()) {
    context.step();
    if (image.status === 'failed') {
      leftOut.push({ file_name: image.name, image_id: image.imageId, error: image.error.code });
      continue;
    }
    const { width, height } = image.result;
    const notices = image.result.notices.map(tellNotice);
    const { imageId, name, resultId, path, page } = image;
    listed.add(resultId);
    const identity = {
      ...{ id: imageId, file_name: name, key: imageKey(name), result: resultId },
      // A page has no file of its own name.
      ...(page && { path, page: page.number, pages: page.count }),
    };
    const scale_mm_per_px = scaleOf(image.result, report.batch)?.millimetresPerPixel ?? null;
    const entry = { ...identity, width, height, scale_mm_per_px, file_now: image.file, notices };
    yield `${separator}${JSON.stringify(entry)}`;
    separator = ',\n';
  }
  yield '\n],\n"annotations": [';
  separator = '\n';
  const classes = new ClassNumbers();
  let id = 0;
  for await (const image of report.images()) {
    // A run at work may have stored it since the list above was written.
    if (image.status === 'failed' || !listed.has(image.resultId)) continue;
    for (const region of reviewedRegions(image)) {
      const annotation = toAnnotation(region, image, classes, scaleOf(image.result, report.batch));
      yield `${separator}${JSON.stringify({ id: ++id, image_id: image.imageId, ...annotation })}`;
      separator = ',\n';
    }
  }
  const categories = classes
    .entries()
    .map(([name, number]) => ({ id: number, name, supercategory: 'defect' }));
  yield `\n],\n"categories": ${JSON.stringify(categories)},\n"left_out": ${JSON.stringify(leftOut)}}\n`;
}

function toAnnotation(region: ReviewedRegion, image: DoneImage, classes: ClassNumbers, scale: Scale | null) {
  const { width, height } = image.result;
  const { polygons, score } = region;
  const mask = pixelMask(polygons, width, height);
  const box = mask.area > 0 ? mask.box : boxAround(polygons);
  return {
    category_id: classes.of(region.className),
    segmentation: plainRings(polygons)?.map((ring) => ring.flat()) ?? runLengths(mask, width, height),
    area: mask.area,
    bbox: [box.x, box.y, box.width, box.height],
    iscrowd: 0,
    ...(score === null ? {} : { score }),
    attributes: {
      region: region.regionIndex,
      reviewed_by: region.inspector,
      below_limit: region.belowLimit,
      ...sizeAttributes(tellSize({ polygons, area: mask.area, box }, scale)),
    },
  };
}

/** Sizes of the region as it was reviewed, with their units; null in millimetres where nobody has said how large a pixel is. */
function sizeAttributes({ px, mm }: ToldSize) {
  return {
    length_px: px.length,
    width_px: px.width,
    equivalent_diameter_px: px.equivalentDiameter,
    length_mm: mm?.length ?? null,
    width_mm: mm?.width ?? null,
    area_mm2: mm?.area ?? null,
    equivalent_diameter_mm: mm?.equivalentDiameter ?? null,
  };
}

/** A mask within an image of `width × height` pixels as run lengths. */
export function runLengths({ box, data }: PixelMask, width: number, height: number): RunLengths {
  const counts: number[] = [];
  let end = 0;
  for (let x = 0; x < box.width; x++) {
    for (let y = 0; y < box.height; y++) {
      if (data[y * box.width + x] === 0) continue;
      const at = (box.x + x) * height + box.y + y;
      if (at === end && counts.length > 0) counts[counts.length - 1]!++;
      else counts.push(at - end, 1);
      end = at + 1;
    }
  }
  counts.push(width * height - end);
  return { counts, size: [height, width] };
}
