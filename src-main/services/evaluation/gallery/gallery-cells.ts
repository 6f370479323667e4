import { type Html, html } from '../../../reports/html-template.ts';
import { promptsOverlay, svgPath } from '../../../reports/svg-overlay.ts';
import type { CasePictures } from './case-pictures.ts';

/** The pictures of a case: image, ground truth, coarse map, prompts, final mask. */
export function caseCells(shown: CasePictures, theta: number): Html {
  const { width, height, map, mask, prompts, defective, overlap } = shown;
  // About 3 pixels in a column of a laptop's screen.
  const unit = Math.max(width, height) / 80;
  const truth = outlines('truth', shown);
  return html`
${cell(shown, 'Image', '', `${width} × ${height}`)}
${cell(shown, 'Ground truth', truth, defective ? `${percent(overlap.truth)} of the image` : 'no defect')}
${cell(
  shown,
  'Coarse map',
  html`<image href="${map.href}" width="${short(map.width)}" height="${short(map.height)}" preserveAspectRatio="none"/>`,
  `θ ${theta}`,
)}
${cell(
  shown,
  'Prompts',
  prompts ? html`${prompts.map((region) => promptsOverlay(region, unit))}` : '',
  promptsNote(prompts),
)}
${cell(
  shown,
  'Final mask',
  html`${outlines('truth thin', shown)}${mask.map((polygon) => html`<path class="region" d="${svgPath([polygon])}"/>`)}`,
  maskNote(shown),
)}`;
}

/** A picture with what is drawn on it, its name, and what is to be said of it. */
function cell(
  { name, picture, width, height }: CasePictures,
  title: string,
  drawn: Html | string,
  note: string,
): Html {
  return html`<figure><svg class="stage" viewBox="0 0 ${width} ${height}" role="img" aria-label="${title} of ${name}: ${note}">${
    picture && html`<image href="${picture}" width="${width}" height="${height}" preserveAspectRatio="none"/>`
  }${drawn}</svg><figcaption><b>${title}</b>${picture === null ? 'The file could not be read any more.' : note}</figcaption></figure>`;
}

function outlines(kind: string, { truth }: CasePictures): Html {
  return html`${truth.map((polygon) => html`<path class="${kind}" d="${svgPath([polygon])}"/>`)}`;
}

function promptsNote(prompts: CasePictures['prompts']): string {
  if (!prompts) return 'SAM was not asked';
  const points = prompts.reduce((sum, region) => sum + region.prompts.points.length, 0);
  if (prompts.length === 0) return 'nothing remained of what SAM was asked';
  return `${prompts.length} ${prompts.length === 1 ? 'box' : 'boxes'}, ${points} ${points === 1 ? 'point' : 'points'}`;
}

function maskNote({ mask, defective, overlap }: CasePictures): string {
  if (mask.length === 0) return 'empty';
  if (!defective) return `${percent(overlap.mask)} of the image, all of it false`;
  const found = overlap.truth > 0 ? overlap.both / overlap.truth : 0;
  const right = overlap.mask > 0 ? overlap.both / overlap.mask : 0;
  return `covers ${percent(found)} of the defect, ${percent(right)} of it is defect`;
}

function percent(share: number): string {
  const value = 100 * share;
  return `${value > 0 && value < 10 ? value.toFixed(1) : Math.round(value)} %`;
}

function short(value: number): string {
  return String(Math.round(value * 10) / 10);
}
