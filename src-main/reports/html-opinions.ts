import type { Opinion, RegionOpinions } from '../../src-shared/opinion.ts';
import type { InspectionResult } from '../../src-shared/result.ts';
import { bar } from './html-page.ts';
import { type Html, html } from './html-template.ts';

const NAMES: Readonly<Record<Opinion, string>> = {
  language: 'language',
  consensus: 'batch',
  references: 'references',
};

/** What each opinion says of an image and how much it counts, and what it was compared with; nothing without second ones. */
export function opinionsSection({ opinions = [], comparison }: InspectionResult): Html {
  if (opinions.length === 0) return html``;
  return html`<section><h2>Opinions</h2>
<table><thead><tr><th>opinion</th><th>score</th><th class="number">share</th></tr></thead><tbody>${opinions.map(
    ({ opinion, score, weight }) =>
      html`<tr><td>${NAMES[opinion]}</td><td>${bar(score, 'quality')}${score.toFixed(2)}</td><td class="number">${Math.round(weight * 100)} %</td></tr>`,
  )}</tbody></table>${comparison && html`<p class="quiet">Compared with ${comparedWith(comparison)}.</p>`}${perPosition(opinions)}</section>`;
}

/** Where maps and scores are in different units: which. */
function perPosition(opinions: NonNullable<InspectionResult['opinions']>): Html {
  const names = opinions.filter((of) => of.perPosition).map(({ opinion }) => NAMES[opinion]);
  if (names.length === 0) return html``;
  const list = new Intl.ListFormat('en').format(names);
  return html`<p class="quiet">On these maps 0.5 is as far as good ones go at each position, in the scores as they go anywhere: ${list}.</p>`;
}

function comparedWith(comparison: NonNullable<InspectionResult['comparison']>): string {
  const { crowd, references, harmless, counterExamples } = comparison;
  const parts = [
    [crowd, 'image of the batch', 'images of the batch'],
    [references, 'reference', 'references'],
    [harmless, 'harmless mark', 'harmless marks'],
    [counterExamples, 'counter-example', 'counter-examples'],
  ] as const;
  const shown = parts
    .filter(([count]) => count > 0)
    .map(([count, one, many]) => `${count} ${count === 1 ? one : many}`);
  return shown.length === 0 ? 'nothing' : new Intl.ListFormat('en').format(shown);
}

/** Which opinions found a region, the strongest first; nothing where language alone was asked. */
export function foundBy(opinions: RegionOpinions | undefined): Html {
  const found = Object.entries(opinions ?? {}) as [Opinion, number][];
  if (found.length === 0) return html``;
  const list = found
    .sort((a, b) => b[1] - a[1])
    .map(([opinion, value]) => `${NAMES[opinion]} ${value.toFixed(2)}`);
  return html`<p>found by: ${list.join(' · ')}</p>`;
}
