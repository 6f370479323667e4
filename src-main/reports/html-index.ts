import type { FileState } from '../../src-shared/file-state.ts';
import { methodTitle } from '../../src-shared/method-text.ts';
import { isWarning, type Notice } from '../../src-shared/notice.ts';
import {
  badge,
  doubts,
  facts,
  hash,
  page,
  reportPageParts,
  scaleText,
  score,
  time,
  type VerdictSign,
} from './html-page.ts';
import { type Html, html } from './html-template.ts';
import type { RunReport } from './run-report.ts';

/** One image on the index page. */
export interface Card {
  /** Path of its page, relative to the index. */
  readonly href: string;
  /** Path of its thumbnail; null when the image could not be read. */
  readonly thumbnail: string | null;
  readonly name: string;
  readonly file: FileState;
  readonly badge: VerdictSign;
  readonly notices: readonly Notice[];
  /** Null for images that failed. */
  readonly score: number | null;
  readonly width: number;
  readonly height: number;
  /** Path data of the regions' outlines in image pixels. */
  readonly outline: string;
  readonly regions: number;
  /** What the inspector said; null when not reviewed. */
  readonly human: string | null;
  readonly overturned: boolean;
  /** Why the image failed; null for those that did not. */
  readonly error: string | null;
}

const FILTERS: readonly (readonly [VerdictSign, string])[] = [
  ['reject', 'Reject'],
  ['warn', 'Warn'],
  ['accept', 'Accept'],
  ['failed', 'Failed'],
];

/** The overview: facts of the run, distribution of the scores, gallery by falling score. */
export function indexPage(report: RunReport, cards: readonly Card[]): string {
  const { batch, run } = report;
  const countOf = (kind: VerdictSign) => cards.filter((card) => card.badge === kind).length;
  const missing = report.total - report.finished;
  const doubtful = cards.filter(isDoubtful).length;
  const changed = cards.filter(({ file }) => file === 'changed').length;
  const gone = cards.filter(({ file }) => file === 'missing' || file === 'unreadable').length;
  return page(
    batch.name,
    reportPageParts(''),
    html`<body class="index">
<header class="top">
<div class="title"><p class="product">ClipSAM inspection</p><h1>${batch.name}</h1></div>
<ul class="counts">${FILTERS.map(
      ([kind, text]) => html`<li class="${kind}"><strong>${countOf(kind)}</strong><span>${text}</span></li>`,
    )}</ul>
</header>
${
  run.device.fallbackReason !== undefined &&
  html`<p class="notice">Asked for ${run.device.asked}, ran on ${run.device.running}: ${run.device.fallbackReason}</p>`
}
${missing > 0 && html`<p class="notice">${missing} of ${report.total} images have no result yet: the run is ${run.status}.</p>`}
${doubtful > 0 && html`<p class="notice">${doubtful === 1 ? '1 image has a notice that puts its' : `${doubtful} images have notices that put their`} verdict in doubt.</p>`}
${changed > 0 && html`<p class="notice">${changed === 1 ? '1 image file has' : `${changed} image files have`} changed since the inspection: the pictures are not shown.</p>`}
${gone > 0 && html`<p class="notice">${gone === 1 ? '1 image file is' : `${gone} image files are`} not there any more, or cannot be read.</p>`}
<section class="overview">
<figure>${histogram(report, cards)}<figcaption>Image scores. Thresholds: warn from ${report.recipe.warn}, reject from ${report.recipe.reject}.</figcaption></figure>
${runFacts(report)}
</section>
<nav class="filters" aria-label="Filter">
<button type="button" data-filter="" aria-pressed="true">All <b>${cards.length}</b></button>
${FILTERS.filter(([kind]) => countOf(kind) > 0).map(
  ([kind, text]) =>
    html`<button type="button" data-filter="${kind}" aria-pressed="false">${text} <b>${countOf(kind)}</b></button>`,
)}
${doubtful > 0 && html`<button type="button" data-filter="doubtful" aria-pressed="false">In doubt <b>${doubtful}</b></button>`}
<input type="search" placeholder="Search names" aria-label="Search names">
<span class="keys"><kbd>J</kbd> <kbd>K</kbd> next, previous · <kbd>Enter</kbd> open</span>
</nav>
<main class="gallery">${cards.map(cardOf)}</main>
<p class="empty" hidden>No image matches.</p>
</body>`,
  );
}

function isDoubtful({ notices }: Card): boolean {
  return notices.some(({ code }) => isWarning(code));
}

function cardOf(card: Card): Html {
  const picture =
    card.thumbnail === null
      ? html`<span class="nothing">${card.file === 'changed' ? 'changed since it was inspected' : 'no picture'}</span>`
      : html`<img src="${card.thumbnail}" alt="" loading="lazy" decoding="async">`;
  const outline =
    card.outline &&
    html`<svg viewBox="0 0 ${card.width} ${card.height}" aria-hidden="true"><path class="region model" d="${card.outline}"/></svg>`;
  return html`<a class="card" href="${card.href}" data-badge="${card.badge}"${isDoubtful(card) && html` data-doubtful`} data-name="${card.name.toLowerCase()}">
<span class="thumb">${picture}${outline}</span>
<span class="line">${badge(card.badge)}<span class="score">${card.score === null ? '' : score(card.score)}</span></span>
${isDoubtful(card) && html`<span class="badges">${doubts(card.notices)}</span>`}
<span class="name" title="${card.name}"><bdi>${card.name}</bdi></span>
${card.error !== null && html`<span class="reason" title="${card.error}">${card.error}</span>`}
<span class="note">${card.regions > 0 && `${card.regions} ${card.regions === 1 ? 'region' : 'regions'}`}${
    card.human !== null &&
    html`<span class="human${card.overturned ? ' overturned' : ''}">${card.overturned ? 'Overturned: ' : 'Inspector: '}${card.human}</span>`
  }</span>
</a>
`;
}

function runFacts({ batch, run, recipe, recipeRevision, total, finished }: RunReport): Html {
  const seconds = run.endedAt ? (Date.parse(run.endedAt) - Date.parse(run.startedAt)) / 1000 : 0;
  return facts([
    ['Object', batch.objectName || recipe.object],
    ['Part number', batch.partNumber],
    ['Revision', batch.revision],
    ['Lot', batch.lot],
    ['Order', batch.order],
    ['Images', finished === total ? total : `${finished} of ${total}`],
    ['Started', time(run.startedAt)],
    ['Duration', run.endedAt && `${seconds.toFixed(seconds < 10 ? 1 : 0)} s`],
    ['Device', run.device.running],
    ['Scale', scaleText(run.scale ?? batch.scale)],
    ['Recipe', html`${recipe.name} r${recipeRevision} ${hash(run.recipeHash)}`],
    ['Method', recipe.method ? methodTitle(recipe.method, 'en') : null],
    ['Model pack', html`${recipe.pack} ${hash(run.packHash)}`],
    ['Software', run.softwareVersion],
  ]);
}

const HISTOGRAM = { bins: 50, width: 600, height: 120 };

function histogram({ recipe }: RunReport, cards: readonly Card[]): Html {
  const { bins, width, height } = HISTOGRAM;
  const counts = new Array<number>(bins).fill(0);
  for (const card of cards) {
    if (card.score !== null) counts[Math.min(Math.floor(card.score * bins), bins - 1)]!++;
  }
  const most = Math.max(...counts, 1);
  const zone = (value: number) =>
    value >= recipe.reject ? 'reject' : value >= recipe.warn ? 'warn' : 'accept';
  const step = width / bins;
  const columns = counts.map((count, bin) => {
    const tall = (count / most) * (height - 8);
    return (
      count > 0 &&
      html`<rect class="${zone((bin + 0.5) / bins)}" x="${bin * step + 1}" y="${height - tall}" width="${step - 2}" height="${tall}" rx="1"><title>${count} of ${(bin / bins).toFixed(2)}–${((bin + 1) / bins).toFixed(2)}</title></rect>`
    );
  });
  const line = (value: number, kind: string) =>
    html`<path class="threshold ${kind}" d="M${value * width} 0V${height}"/>`;
  return html`<svg class="histogram" viewBox="0 0 ${width} ${height + 18}" preserveAspectRatio="xMinYMin" role="img" aria-label="Histogram of the image scores">
${line(recipe.warn, 'warn')}${line(recipe.reject, 'reject')}${columns}
<path class="axis" d="M0 ${height}H${width}"/>
${[0, 0.25, 0.5, 0.75, 1].map(
  (value) =>
    html`<text x="${value * width}" y="${height + 14}" text-anchor="${value === 0 ? 'start' : value === 1 ? 'end' : 'middle'}">${value}</text>`,
)}
</svg>`;
}
