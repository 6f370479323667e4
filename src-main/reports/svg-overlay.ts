import type { Box, Polygon } from '../../src-shared/geometry.ts';
import type { AreaRecord } from '../../src-shared/inspection-area.ts';
import type { MaskLevel, Region } from '../../src-shared/result.ts';
import { type Html, html } from './html-template.ts';
import { FALSE_POSITIVE, type ReviewedRegion } from './reviewed-regions.ts';

/** Path data of some polygons in image pixels; fill it with the even-odd rule. */
export function svgPath(polygons: readonly Polygon[]): string {
  return polygons
    .flat()
    .map((ring) => `M${ring.map(([x, y]) => `${short(x)} ${short(y)}`).join('L')}Z`)
    .join('');
}

/** Box and points that were sent to SAM for a region. @param unit image pixels per screen-sized unit */
export function promptsOverlay(region: Pick<Region, 'index' | 'prompts'>, unit: number): Html {
  const { box, points } = region.prompts;
  return html`<g data-region="${region.index}">${rect(box, 'halo')}${rect(box, 'box')}${points.map(
    ({ x, y, label }) =>
      html`<g class="${label === 1 ? 'object' : 'background'}"><circle cx="${short(x)}" cy="${short(y)}" r="${short(unit)}"/><path d="${sign(x, y, unit * 0.55, label)}"/></g>`,
  )}</g>`;
}

/** A region's outline. */
export function regionOverlay(region: ReviewedRegion): Html {
  const { polygons, regionIndex } = region;
  const kind =
    region.inspector === null ? 'model' : region.className === FALSE_POSITIVE ? 'dismissed' : 'marked';
  // Each on its own: where two of them overlap is inside, as in the masks.
  return html`${polygons.map(
    (polygon) =>
      html`<path class="region ${kind}" data-region="${regionIndex ?? ''}" d="${svgPath([polygon])}"/>`,
  )}`;
}

/**
 * A region's number, above the middle of its outline and of its prompts' box; below where the image ends.
 * @param unit as in {@link promptsOverlay}
 */
export function numberOverlay(
  { index, box, prompts }: Region,
  unit: number,
  image: { readonly width: number },
): Html {
  const top = Math.min(box.y, prompts.box.y);
  const bottom = Math.max(box.y + box.height, prompts.box.y + prompts.box.height);
  const size = 2.4 * unit;
  // Points on the edge of the box reach one unit beyond it.
  const above = top - 1.4 * unit;
  const y = above >= size ? above : bottom + 1.4 * unit + 0.75 * size;
  const x = Math.max(size / 2, Math.min(box.x + box.width / 2, image.width - size / 2));
  return html`<text class="region" x="${short(x)}" y="${short(y)}" font-size="${short(size)}">${index}</text>`;
}

/** Where the image was looked at: what lies outside is dimmed. */
export function areaOverlay(
  { outline }: AreaRecord,
  { width, height }: { readonly width: number; readonly height: number },
): Html {
  const inside = svgPath(outline);
  return html`<path class="outside" d="M0 0H${width}V${height}H0Z${inside}"/><path class="area" d="${inside}"/>`;
}

/** One of the three mask levels, hidden until its row is pointed at. */
export function levelOverlay(region: Region, level: MaskLevel): Html {
  return html`<path class="level" data-level="${region.index}-${level.level}" d="${svgPath(level.polygons)}"/>`;
}

function rect({ x, y, width, height }: Box, className: string): Html {
  return html`<rect class="${className}" x="${short(x)}" y="${short(y)}" width="${short(width)}" height="${short(height)}"/>`;
}

function sign(x: number, y: number, arm: number, label: 0 | 1): string {
  const across = `M${short(x - arm)} ${short(y)}H${short(x + arm)}`;
  return label === 1 ? `${across}M${short(x)} ${short(y - arm)}V${short(y + arm)}` : across;
}

function short(value: number): string {
  return String(Math.round(value * 10) / 10);
}
