import { scoreColour } from '../../src-shared/colour-map.ts';
import { isWarning, type Notice } from '../../src-shared/notice.ts';
import { noticeName, noticeText } from '../../src-shared/notice-text.ts';
import type { Recipe } from '../../src-shared/recipe.ts';
import type { Scale } from '../../src-shared/scale.ts';
import { type Html, html } from './html-template.ts';
import type { ReportImage } from './run-report.ts';

export type VerdictSign = 'accept' | 'warn' | 'reject' | 'failed';

const BADGES: Readonly<Record<VerdictSign, { readonly sign: string; readonly text: string }>> = {
  accept: { sign: '✓', text: 'Accept' },
  warn: { sign: '!', text: 'Warn' },
  reject: { sign: '✕', text: 'Reject' },
  failed: { sign: '–', text: 'Failed' },
};

/** The model's verdict on an image, or that it failed. */
export function badgeOf(image: ReportImage): VerdictSign {
  return image.status === 'done' ? image.result.verdict : 'failed';
}

/** The style that all pages have. Spelled out, so that a bundler finds the file. */
export const REPORT_STYLE = { name: 'report.css', url: new URL('./report.css', import.meta.url) } as const;

/** A verdict as sign, colour and word. */
export function badge(kind: VerdictSign): Html {
  const { sign, text } = BADGES[kind];
  return html`<span class="badge ${kind}"><span aria-hidden="true">${sign}</span>${text}</span>`;
}

/** Names of the notices that put a verdict in doubt, to stand beside it. */
export function doubts(notices: readonly Notice[]): Html {
  const codes = new Set(notices.map(({ code }) => code).filter(isWarning));
  return html`${[...codes].map((code) => html`<span class="doubt"><span aria-hidden="true">!</span>${noticeName(code, 'en')}</span>`)}`;
}

/** What all notices say, those that put the verdict in doubt first. */
export function noticeList(notices: readonly Notice[]): Html {
  if (notices.length === 0) return html``;
  const sorted = [...notices].sort((a, b) => Number(isWarning(b.code)) - Number(isWarning(a.code)));
  return html`<ul class="notices">${sorted.map(
    (notice) =>
      html`<li class="${isWarning(notice.code) ? 'warning' : 'information'}">${noticeText(notice, 'en')}</li>`,
  )}</ul>`;
}

/** What a page loads beside its pictures: paths relative to it. */
export interface PageParts {
  readonly styles: readonly string[];
  /** Undefined: nothing may run. */
  readonly script?: string;
  /** What made the page, where it is to be known again. */
  readonly generator?: string;
}

/** Of a page of a run's report. @param root path to the folder with `report.css`, empty or ending with `/` */
export function reportPageParts(root: '' | '../'): PageParts {
  return { styles: [`${root}${REPORT_STYLE.name}`], script: `${root}report.js` };
}

/**
 * A whole page. Nothing is fetched from elsewhere and nothing inline runs; `file:` stands beside 'self' because
 * browsers disagree on what 'self' is for a page opened from disk.
 */
export function page(title: string, { styles, script, generator }: PageParts, body: Html): string {
  const scripts = script !== undefined && html` script-src 'self' file:;`;
  return `<!doctype html>
${html`<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; img-src 'self' file:; style-src 'self' file:;${scripts} base-uri 'none'; form-action 'none'">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="no-referrer">${generator !== undefined && html`\n<meta name="generator" content="${generator}">`}
<title>${title}</title>
${styles.map((style) => html`<link rel="stylesheet" href="${style}">`)}${
  script !== undefined && html`\n<script src="${script}" defer></script>`
}
</head>
${body}
</html>
`}`;
}

const LEGEND = { width: 400, bar: 12, top: 20 };

/** The colour scale of all maps, 0 to 1 for every image, with θ above it and the two score thresholds below. */
export function legend({ theta, warn, reject }: Pick<Recipe, 'theta' | 'warn' | 'reject'>): Html {
  const { width, bar, top } = LEGEND;
  const stops = Array.from({ length: 17 }, (_, i) => {
    const [r, g, b] = scoreColour(i / 16);
    return html`<stop offset="${i / 16}" stop-color="rgb(${r},${g},${b})"/>`;
  });
  const at = (value: number) => Math.round(value * width);
  const mark = (value: number, from: number, to: number) =>
    html`<path class="mark" d="M${at(value)} ${from}V${to}"/>`;
  const label = (value: number, y: number, text: string, anchor: string) =>
    html`<text x="${at(value)}" y="${y}" text-anchor="${anchor}">${text}</text>`;
  const warnLabel = `warn ${warn}`;
  const rejectLabel = `reject ${reject}`;
  const crowdedRight = reject > 0.85 && reject - warn < 0.25;
  const crowdedLeft = warn < 0.15 && reject - warn < 0.25;
  const verdicts =
    crowdedRight || crowdedLeft
      ? label(
          crowdedRight ? reject : warn,
          48,
          `${warnLabel}, ${rejectLabel}`,
          crowdedRight ? 'end' : 'start',
        )
      : html`${label(warn, 48, warnLabel, warn < 0.15 ? 'start' : 'end')}
${label(reject, 48, rejectLabel, reject > 0.85 ? 'end' : 'start')}`;
  const thetaAnchor = theta < 0.1 ? 'start' : theta > 0.9 ? 'end' : 'middle';
  return html`<svg class="legend" viewBox="-2 0 ${width + 4} 50" role="img" aria-label="Colour scale from 0 to 1, region threshold ${theta}, warn from ${warn}, reject from ${reject}">
<defs><linearGradient id="scale">${stops}</linearGradient></defs>
<rect x="0" y="${top}" width="${width}" height="${bar}" rx="2" fill="url(#scale)"/>
<text x="0" y="14">0</text><text x="${width}" y="14" text-anchor="end">1</text>
${mark(theta, top - 4, top + bar)}${label(theta, 14, `θ ${theta}`, thetaAnchor)}
${mark(warn, top, top + bar + 4)}${mark(reject, top, top + bar + 4)}
${verdicts}
</svg>`;
}

/** A horizontal bar, `value` of 0..1 filled. */
export function bar(value: number, className: string): Html {
  return html`<svg class="bar ${className}" viewBox="0 0 100 6" preserveAspectRatio="none" aria-hidden="true"><rect class="track" width="100" height="6"/><rect class="value" width="${Math.round(Math.min(Math.max(value, 0), 1) * 1000) / 10}" height="6"/></svg>`;
}

/** "Name: value" rows; those without a value are left out. */
export function facts(
  rows: readonly (readonly [name: string, value: Html | string | number | null])[],
): Html {
  const shown = rows.filter(([, value]) => value !== null && value !== '');
  return html`<dl class="facts">${shown.map(([name, value]) => html`<div><dt>${name}</dt><dd>${value}</dd></div>`)}</dl>`;
}

/** 2024-05-01 09:30 UTC */
export function time(iso: string): Html {
  return html`<time datetime="${iso}">${iso.slice(0, 10)} ${iso.slice(11, 16)} UTC</time>`;
}

/** The first characters of a hash, the rest on pointing. */
export function hash(value: string): Html {
  return html`<code title="${value}">${value.slice(0, 12)}</code>`;
}

/** An image or region score, three digits. */
export function score(value: number): string {
  return value.toFixed(3);
}

/** How large a pixel is, or that sizes are in pixels. */
export function scaleText(scale: Scale | null): string {
  return scale ? `${scale.millimetresPerPixel} mm per pixel` : 'not known: sizes are in pixels';
}
