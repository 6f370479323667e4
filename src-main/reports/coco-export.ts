import { join } from 'node:path';
import { tellNotice } from '../../src-shared/notice-text.ts';
import type { Polygon } from '../../src-shared/result.ts';
import { SOFTWARE_VERSION } from '../../src-shared/version.ts';
import { writeFileAtomically } from '../files/atomic-write.ts';
import { polygonArea } from '../pipeline/polygons.ts';
import { fillPolygons } from './polygon-raster.ts';
import { boxAround, ClassNumbers, type ReviewedRegion, reviewedRegions } from './reviewed-regions.ts';
import type { DoneImage, ExportContext, RunReport } from './run-report.ts';

/** COCO's uncompressed run lengths: column by column, zeros first. */
export interface RunLengths {
  readonly counts: readonly number[];
  readonly size: readonly [height: number, width: number];
}

/**
 * `coco.json` (COCO object detection format): images, one annotation per reviewed region, categories `defect`,
 * `false-positive` and the inspectors' defect classes. Polygons with holes, which COCO's polygons cannot say, are
 * run lengths. `score` is the model's; regions that an inspector drew have none.
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
  const imageIds = new Map<string, number>();
  for await (const image of doneImages(report)) {
    context.step();
    const { width, height } = image.result;
    const notices = image.result.notices.map(tellNotice);
    const imageId = imageIds.size + 1;
    imageIds.set(image.resultId, imageId);
    yield `${separator}${JSON.stringify({ id: imageId, file_name: image.name, width, height, notices })}`;
    separator = ',\n';
  }
  yield '\n],\n"annotations": [';
  separator = '\n';
  const classes = new ClassNumbers();
  let id = 0;
  for await (const image of doneImages(report)) {
    const imageId = imageIds.get(image.resultId);
    // Stored by a run at work since the list above was written.
    if (imageId === undefined) continue;
    for (const region of reviewedRegions(image)) {
      const annotation = toAnnotation(region, image, classes);
      yield `${separator}${JSON.stringify({ id: ++id, image_id: imageId, ...annotation })}`;
      separator = ',\n';
    }
  }
  const categories = classes
    .entries()
    .map(([name, number]) => ({ id: number, name, supercategory: 'defect' }));
  yield `\n],\n"categories": ${JSON.stringify(categories)}}\n`;
}

async function* doneImages(report: RunReport): AsyncGenerator<DoneImage> {
  for await (const image of report.images()) if (image.status === 'done') yield image;
}

function toAnnotation(region: ReviewedRegion, image: DoneImage, classes: ClassNumbers) {
  const { width, height } = image.result;
  const { polygons, score } = region;
  const box = boxAround(polygons);
  return {
    category_id: classes.of(region.className),
    segmentation: polygons.some((rings) => rings.length > 1)
      ? runLengths(polygons, width, height)
      : polygons.map(([ring]) => openRing(ring ?? []).flat()),
    area: polygonArea(polygons),
    bbox: [box.x, box.y, box.width, box.height],
    iscrowd: 0,
    ...(score === null ? {} : { score }),
    attributes: { region: region.regionIndex, reviewed_by: region.author },
  };
}

/** A ring without the repeated first point. */
function openRing(ring: Polygon[number]): Polygon[number] {
  const [first, last] = [ring[0], ring.at(-1)];
  const isClosed = ring.length > 1 && first?.[0] === last?.[0] && first?.[1] === last?.[1];
  return isClosed ? ring.slice(0, -1) : ring;
}

/** The pixels whose centre lies in any of the polygons. */
export function runLengths(polygons: readonly Polygon[], width: number, height: number): RunLengths {
  const raster = new Uint8Array(width * height);
  fillPolygons(raster, width, height, polygons, 1);
  const box = boxAround(polygons);
  const [left, top] = [Math.max(0, Math.floor(box.x)), Math.max(0, Math.floor(box.y))];
  const right = Math.min(width, Math.ceil(box.x + box.width));
  const bottom = Math.min(height, Math.ceil(box.y + box.height));
  const counts: number[] = [];
  let end = 0;
  for (let x = left; x < right; x++) {
    for (let y = top; y < bottom; y++) {
      if (raster[y * width + x] === 0) continue;
      const at = x * height + y;
      if (at === end && counts.length > 0) counts[counts.length - 1]!++;
      else counts.push(at - end, 1);
      end = at + 1;
    }
  }
  counts.push(width * height - end);
  return { counts, size: [height, width] };
}
