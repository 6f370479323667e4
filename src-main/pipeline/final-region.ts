import type { Frame } from '../../src-shared/frame.ts';
import { outlineCalipers } from '../../src-shared/region-size.ts';
import type { Region, RegionPrompts } from '../../src-shared/result.ts';
import { resampleRows } from './bilinear.ts';
import { latticePlacement, outlinePolygons, outlineTolerance } from './polygons.ts';
import type { RegionReach } from './region-reach.ts';
import { clampSpan, crop, joinSpans, type Span, withMargin } from './span.ts';

/** The region as found in the final map, its pixels painted into `mask`; undefined when nothing is above θ. */
export function finalRegion(
  prompts: RegionPrompts,
  { span, levels }: RegionReach,
  scores: Float32Array,
  mask: Uint8Array,
  { frame, theta }: { readonly frame: Frame; readonly theta: number },
): Omit<Region, 'index'> | undefined {
  const width = span.right - span.left;
  let sum = 0;
  let count = 0;
  let peak = 0;
  let bounds: Span = { left: span.right, top: span.bottom, right: 0, bottom: 0 };
  for (let y = span.top, i = 0; y < span.bottom; y++) {
    for (let x = span.left; x < span.right; x++, i++) {
      const score = scores[i]!;
      if (score <= theta) continue;
      sum += score;
      count++;
      if (score > peak) peak = score;
      if (x < bounds.left || x >= bounds.right || y >= bounds.bottom) {
        bounds = joinSpans(bounds, { left: x, top: y, right: x + 1, bottom: y + 1 });
      }
    }
  }
  if (count === 0) return undefined;
  const tight = clampSpan(withMargin(bounds), frame);
  const patch = crop(scores, width, {
    left: tight.left - span.left,
    top: tight.top - span.top,
    right: tight.right - span.left,
    bottom: tight.bottom - span.top,
  });
  const painted = paintMask(patch, tight, theta, frame, mask);
  if (!painted) return undefined;
  // At θ = 0 the outside, which is 0, must stay outside.
  const level = Math.max(theta, 1e-6);
  const placement = latticePlacement(frame, tight, 1);
  const polygons = outlinePolygons(
    patch,
    tight.right - tight.left,
    tight.bottom - tight.top,
    level,
    placement,
    outlineTolerance(frame),
  );
  return {
    polygons,
    box: painted.box,
    area: painted.area,
    ...outlineCalipers({ polygons, box: painted.box }),
    peak,
    mean: sum / count,
    prompts,
    levels,
  };
}

/** Paints 255 where the scores, bilinear to image pixels, exceed θ. */
function paintMask(
  scores: Float32Array,
  span: Span,
  theta: number,
  frame: Frame,
  mask: Uint8Array,
): Pick<Region, 'area' | 'box'> | undefined {
  const ratioX = frame.width / frame.imageWidth;
  const ratioY = frame.height / frame.imageHeight;
  const window = clampSpan(
    {
      left: Math.floor(span.left / ratioX),
      top: Math.floor(span.top / ratioY),
      right: Math.ceil(span.right / ratioX),
      bottom: Math.ceil(span.bottom / ratioY),
    },
    { width: frame.imageWidth, height: frame.imageHeight },
  );
  const x = window.left;
  const y = window.top;
  const width = window.right - x;
  const height = window.bottom - y;
  let area = 0;
  let [left, top, right, bottom] = [frame.imageWidth, frame.imageHeight, -1, -1];
  const source = { width: span.right - span.left, height: span.bottom - span.top, data: scores };
  resampleRows(
    source,
    { x, y, width, height, ratioX, ratioY, originX: span.left, originY: span.top },
    (row, pixelY) => {
      let to = pixelY * frame.imageWidth + x;
      for (let i = 0; i < width; i++, to++) {
        if (row[i]! <= theta) continue;
        mask[to] = 255;
        area++;
        if (x + i < left) left = x + i;
        if (x + i > right) right = x + i;
        if (pixelY < top) top = pixelY;
        bottom = pixelY;
      }
    },
  );
  if (area === 0) return undefined;
  return { area, box: { x: left, y: top, width: right - left + 1, height: bottom - top + 1 } };
}
