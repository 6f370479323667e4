import { inMillimetres, regionSize } from '../../src-shared/region-size.ts';
import { scaleOf } from '../../src-shared/scale.ts';
import { pixelMask } from '../pipeline/polygon-raster.ts';
import { imageKey } from './image-key.ts';
import { type ReviewedRegion, reviewedRegions } from './reviewed-regions.ts';
import type { DoneImage, RunReport } from './run-report.ts';

/** A region as reviewed, with the row that tables have of it. */
export interface TableRegion {
  readonly region: ReviewedRegion;
  readonly row: ReturnType<typeof regionRow>;
}

/** What tables say of the regions of an image as reviewed, under the names of their columns; sizes to a thousandth. */
export function tableRegions(report: RunReport, image: DoneImage): TableRegion[] {
  return reviewedRegions(image).map((region) => ({ region, row: regionRow(report, image, region) }));
}

function regionRow(report: RunReport, image: DoneImage, region: ReviewedRegion) {
  const { result, verdict } = image;
  const scale = scaleOf(result, report.batch);
  const { area, box } = pixelMask(region.polygons, result.width, result.height);
  const size = regionSize({ polygons: region.polygons, box, area });
  const metric = scale && inMillimetres(size, scale);
  return {
    image: image.name,
    region: region.regionIndex,
    class: region.className,
    score: region.score,
    marked_by: region.inspector,
    length_px: round(size.length),
    width_px: round(size.width),
    area_px: area,
    diameter_px: round(size.equivalentDiameter),
    length_mm: metric && round(metric.length),
    width_mm: metric && round(metric.width),
    area_mm2: metric && round(metric.area),
    diameter_mm: metric && round(metric.equivalentDiameter),
    scale_mm_per_px: scale?.millimetresPerPixel ?? null,
    below_limit: region.belowLimit ? 'yes' : null,
    box_x_px: box.x,
    box_y_px: box.y,
    box_width_px: box.width,
    box_height_px: box.height,
    model_verdict: result.verdict,
    human_verdict: verdict?.verdict ?? null,
    severity: verdict?.severity ?? null,
    image_id: image.imageId,
    key: imageKey(image.name),
  };
}

function round(value: number): number {
  return Number(value.toFixed(3));
}
