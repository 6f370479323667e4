import type { FileState } from '../../src-shared/file-state.ts';
import { pageName } from '../../src-shared/image-page.ts';
import { type ToldSize, tellSize } from '../../src-shared/region-size.ts';
import type { Region } from '../../src-shared/result.ts';
import { type Scale, scaleOf } from '../../src-shared/scale.ts';
import { overturns } from '../../src-shared/verdict.ts';
import { foundBy, opinionsSection } from './html-opinions.ts';
import {
  badge,
  badgeOf,
  bar,
  doubts,
  facts,
  hash,
  legend,
  noticeList,
  page,
  reportPageParts,
  scaleText,
  score,
  time,
} from './html-page.ts';
import { type Html, html } from './html-template.ts';
import { FALSE_POSITIVE, reviewedRegions } from './reviewed-regions.ts';
import type { DoneImage, ReportImage, RunReport } from './run-report.ts';
import { areaOverlay, levelOverlay, numberOverlay, promptsOverlay, regionOverlay } from './svg-overlay.ts';

/** What the page of an image refers to; paths are relative to the page. */
export interface ImagePageLinks {
  /** Position in the gallery, from 1. */
  readonly position: number;
  readonly count: number;
  readonly previous: string | null;
  readonly next: string | null;
  /** Null when the picture could not be read any more. */
  readonly picture: string | null;
  readonly coarseMap: string | null;
  readonly finalMap: string | null;
}

/** One image with its layers, regions, prompts, levels, verdicts and times. */
export function imagePage(report: RunReport, image: ReportImage, links: ImagePageLinks): string {
  return page(
    `${image.name} · ${report.batch.name}`,
    reportPageParts('../'),
    html`<body class="image">
<header class="top">
<a class="back" href="../index.html" data-key="u">← ${report.batch.name}</a>
<h1 title="${image.name}"><bdi>${image.name}</bdi></h1>
<nav aria-label="Images">${step(links.previous, '‹', 'Previous image', 'k')}<span>${links.position} / ${links.count}</span>${step(links.next, '›', 'Next image', 'j')}</nav>
</header>
${image.status === 'done' ? doneBody(report, image, links) : failedBody(image, links)}
</body>`,
  );
}

function step(href: string | null, sign: string, label: string, key: string): Html {
  if (href === null) return html`<span class="step" aria-hidden="true">${sign}</span>`;
  return html`<a class="step" href="${href}" aria-label="${label}" data-key="${key}">${sign}</a>`;
}

/** Why the picture is not there. */
const NO_PICTURE: Readonly<Record<FileState, string>> = {
  same: 'The image file could not be read for this export.',
  changed: 'The image file has changed since it was inspected: its picture is not shown.',
  missing: 'The image file is not there any more.',
  unreadable: 'The image file could not be read for this export.',
};

function failedBody(image: Extract<ReportImage, { status: 'failed' }>, links: ImagePageLinks): Html {
  return html`<div class="split"><main class="viewer">${
    links.picture === null
      ? html`<p class="nothing">${NO_PICTURE[image.file]}</p>`
      : html`<img src="${links.picture}" alt="">`
  }</main>
<aside><section>${badge('failed')}<p class="error">${image.error.message}</p>${facts([
    ['Error', html`<code>${image.error.code}</code>`],
    ['File', pageName(image.path, image.page)],
    ['Time', time(image.finishedAt)],
  ])}</section></aside></div>`;
}

function doneBody(report: RunReport, image: DoneImage, links: ImagePageLinks): Html {
  const { result } = image;
  return html`<div class="split">
<main class="viewer">
${viewer(image, links)}
<div class="tools">
${layerButton('coarse', '1', result.opinions ? 'Fused map' : 'CLIP map', links.coarseMap !== null)}
${layerButton('final', '2', 'Final map', links.finalMap !== null)}
${layerButton('prompts', '3', 'Prompts', result.regions.length > 0)}
${layerButton('outline', '4', 'Mask outline', true)}
${layerButton('area', '5', 'Region of interest', result.area !== undefined)}
${legend(report.recipe)}
</div>
<p class="keys"><kbd>1</kbd>–<kbd>${result.area ? '5' : '4'}</kbd> layers · hold <kbd>Space</kbd> bare image · <kbd>J</kbd> <kbd>K</kbd> next, previous · <kbd>U</kbd> gallery</p>
</main>
<aside>
<section class="verdict">
<div class="line"><span class="badges">${badge(badgeOf(image))}${doubts(result.notices)}</span><span class="score">${score(result.score)}</span></div>
${bar(result.score, result.verdict)}
${noticeList(result.notices)}
${humanVerdict(image)}
</section>
${opinionsSection(result)}
${regionsSection(image, scaleOf(result, report.batch))}
${annotationsSection(image)}
${timesSection(image)}
<section><h2>Record</h2>${facts([
    ['Device', result.device.running],
    ['Asked for', result.device.fallbackReason === undefined ? null : result.device.asked],
    ['Fell back', result.device.fallbackReason ?? null],
    ['Size', `${result.width} × ${result.height} px`],
    ['Scale', scaleText(scaleOf(result, report.batch))],
    [
      'Looked at',
      result.area ? html`${(100 * result.area.share).toFixed(1)} % ${hash(result.area.hash)}` : null,
    ],
    ['Inspected', time(image.finishedAt)],
    ['Recipe', html`${report.recipe.name} r${report.recipeRevision} ${hash(result.recipeHash)}`],
    ['Model pack', hash(result.packHash)],
    ['Content', hash(result.contentHash)],
    ['Software', result.softwareVersion],
  ])}</section>
</aside>
</div>`;
}

function viewer(image: DoneImage, links: ImagePageLinks): Html {
  const { result, name } = image;
  const { width, height, regions } = result;
  const reviewed = reviewedRegions(image);
  // About 7 pixels on a laptop's screen, whichever side fills the viewer.
  const unit = Math.max(width / 120, height / 75);
  const layer = (href: string | null) =>
    href !== null &&
    html`<image href="${href}" width="${width}" height="${height}" preserveAspectRatio="none"/>`;
  return html`<svg class="stage" viewBox="0 0 ${width} ${height}" role="img" aria-label="${name} with ${regions.length} regions">
${layer(links.picture)}
<g data-layer="coarse">${layer(links.coarseMap)}</g>
<g data-layer="final" hidden>${layer(links.finalMap)}</g>
${result.area && html`<g data-layer="area">${areaOverlay(result.area, result)}</g>`}
<g data-layer="outline">${reviewed.map(regionOverlay)}</g>
<g data-layer="levels">${regions.flatMap((region) => region.levels.map((level) => levelOverlay(region, level)))}</g>
<g data-layer="prompts">${regions.map((region) => promptsOverlay(region, unit))}</g>
<g data-layer="outline">${regions.map((region) => numberOverlay(region, unit, result))}</g>
</svg>${links.picture === null && html`<p class="notice">${NO_PICTURE[image.file]}</p>`}`;
}

function layerButton(layer: string, key: string, text: string, available: boolean): Html {
  if (!available) return html``;
  const pressed = layer === 'final' ? 'false' : 'true';
  return html`<button type="button" data-toggle="${layer}" data-key="${key}" aria-pressed="${pressed}"><i class="swatch ${layer}"></i>${text}</button>`;
}

function humanVerdict({ verdict, result }: DoneImage): Html {
  if (!verdict) return html`<p class="quiet">Not reviewed by an inspector.</p>`;
  const isOverturned = overturns(verdict.verdict, result.verdict);
  return html`<p class="human${isOverturned ? ' overturned' : ''}">Inspector: <b>${verdict.verdict}</b>${isOverturned && ' (overturns the model)'}</p>${facts(
    [
      ['Reason', verdict.overturnReason],
      ['Defect', [verdict.defectClass, verdict.severity].filter(Boolean).join(', ')],
      ['Comment', verdict.comment],
      ['By', html`${verdict.inspector}, ${time(verdict.createdAt)}`],
    ],
  )}`;
}

function regionsSection({ result: { regions, timings }, annotations }: DoneImage, scale: Scale | null): Html {
  if (regions.length === 0) {
    const why =
      timings.decode === 0 ? 'Nothing above θ: SAM was not asked.' : "Nothing is above θ with SAM's masks.";
    return html`<section><h2>Regions</h2><p class="quiet">${why}</p></section>`;
  }
  return html`<section><h2>Regions</h2>${regions.map((region) => {
    const dismissed = annotations.some(
      ({ regionIndex, kind }) => regionIndex === region.index && kind === FALSE_POSITIVE,
    );
    return regionCard(region, dismissed, scale);
  })}</section>`;
}

function regionCard(region: Region, dismissed: boolean, scale: Scale | null): Html {
  const { index, peak, mean, area, box, prompts, levels, opinions, belowLimit } = region;
  const px = (value: number) => Math.round(value).toLocaleString('en');
  return html`<article class="regioncard${dismissed ? ' dismissed' : ''}" data-region="${index}">
<h3>${index}${dismissed && html` <small>false positive</small>`}${belowLimit && html` <small>below the limit, does not count</small>`}<span>peak ${score(peak)} · mean ${score(mean)}</span></h3>
<p>${px(area)} px² · box ${px(box.width)} × ${px(box.height)} at ${px(box.x)}, ${px(box.y)} · ${prompts.points.length} points</p>
<p>${sizeText(tellSize(region, scale))}</p>
${foundBy(opinions)}
<table><thead><tr><th>SAM level</th><th>quality</th><th class="number">px²</th></tr></thead><tbody>${levels.map(
    (level) =>
      html`<tr data-show-level="${index}-${level.level}" tabindex="0"><td>${LEVELS[level.level]}</td><td>${bar(level.quality, 'quality')}${level.quality.toFixed(2)}</td><td class="number">${px(level.area)}</td></tr>`,
  )}</tbody></table>
</article>`;
}

/** Longest and shortest caliper and the disc of the same area; in pixels where nobody has said how large one is. */
function sizeText({ px, mm }: ToldSize): string {
  const { length, width, area, equivalentDiameter } = mm ?? px;
  const unit = mm ? 'mm' : 'px';
  const number = (value: number) => value.toLocaleString('en', { maximumSignificantDigits: 4 });
  return `length ${number(length)} ${unit} · width ${number(width)} ${unit} · area ${number(area)} ${unit}² · as a disc ⌀ ${number(equivalentDiameter)} ${unit}`;
}

const LEVELS = { 1: '1 fine', 2: '2 middle', 3: '3 coarse' } as const;

function annotationsSection({ annotations }: DoneImage): Html {
  if (annotations.length === 0) return html``;
  return html`<section><h2>Marked by inspectors</h2><ul class="marks">${annotations.map(
    ({ kind, regionIndex, defectClass, comment, inspector, createdAt }) =>
      html`<li><b>${kind.replace('-', ' ')}</b>${regionIndex !== null && ` of region ${regionIndex}`}${defectClass && ` · ${defectClass}`}${comment && ` · ${comment}`}<br><small>${inspector}, ${time(createdAt)}</small></li>`,
  )}</ul></section>`;
}

const STEPS = ['read', 'encode', 'umci', 'compare', 'regions', 'decode', 'fuse', 'write'] as const;

function timesSection({ result: { timings } }: DoneImage): Html {
  const longest = Math.max(...STEPS.map((name) => timings[name]), 1);
  return html`<section><h2>Time <span>${Math.round(timings.total)} ms</span></h2><table class="times">${STEPS.map(
    (name) =>
      html`<tr><td>${name}</td><td>${bar(timings[name] / longest, 'time')}</td><td class="number">${timings[name].toFixed(timings[name] < 10 ? 1 : 0)}</td></tr>`,
  )}</table></section>`;
}
