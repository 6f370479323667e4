import type { Recipe } from '../../../../src-shared/recipe.ts';
import { SOFTWARE_VERSION } from '../../../../src-shared/version.ts';
import { badge, facts, legend, page, score } from '../../../reports/html-page.ts';
import { type Html, html } from '../../../reports/html-template.ts';
import type { CasePictures } from './case-pictures.ts';
import type { CaseRole } from './choose-cases.ts';
import { caseCells } from './gallery-cells.ts';
import type { ChartPicture } from './gallery-charts.ts';
import type { CategoryPictures, MethodPictures, NotShown } from './gallery-parts.ts';
import { GENERATOR } from './picture-folder.ts';

const ROLES: Readonly<Record<CaseRole, string>> = {
  best: 'Best',
  median: 'Median',
  worst: 'Worst',
  only: 'Only defective image',
  'highest good': 'Good, highest score',
};

/**
 * The page of a gallery: by category and method, cases as rows of pictures. It needs no script, and nothing from outside its
 * folder.
 * @param notShown is listed
 * @param styles paths relative to the page
 */
export function galleryPage(
  categories: readonly CategoryPictures[],
  recipe: Recipe,
  notShown: NotShown,
  styles: readonly string[],
): string {
  return page(
    'Gallery of measured cases',
    { styles, generator: GENERATOR },
    html`<body class="cases">
<header class="top">
<div><p class="product">ClipSAM ${SOFTWARE_VERSION} · pack ${recipe.pack}</p><h1>Gallery of measured cases</h1></div>
${legend(recipe)}
</header>
${key()}
${contents(categories)}
${missing(notShown)}
<main>${categories.map((category, index) => categorySection(category, index, recipe))}</main>
</body>`,
  );
}

/** What the overlays mean. */
function key(): Html {
  return html`<ul class="key" aria-label="What is drawn">
<li><i class="swatch truth"></i>ground truth</li>
<li><i class="swatch coarse"></i>coarse map: what lies below θ fades</li>
<li><i class="swatch prompts"></i>box and points that SAM was asked with</li>
<li><i class="swatch outline"></i>final mask</li>
</ul>
<p class="quiet about">Cases of each method: the defective images with the best, the median and the worst pixel average precision (AP), and the good image with the highest score. Figures are in percent.</p>`;
}

function contents(categories: readonly CategoryPictures[]): Html {
  return html`<nav class="contents" aria-label="Contents"><h2>Contents</h2><p class="quiet">Pixel AP of each method</p><dl>${categories.map(
    ({ dataset, category, methods }, index) =>
      html`<div><dt><a href="#${sectionId(index)}">${dataset} / ${category}</a></dt><dd>${methods.map(
        ({ method, measured }, at) =>
          html`<a href="#${sectionId(index, at)}">${method} <b>${percent(measured.figures.pixelAp)}</b></a>`,
      )}</dd></div>`,
  )}</dl></nav>`;
}

/** Methods and images that are in no figure, and why. */
function missing({ unavailable, categories, failures, passedOver }: NotShown): Html {
  const lines = [
    ...unavailable.map(({ method, reason }) => `${method} was not measured: ${reason}`),
    ...categories.flatMap(({ dataset, category, without }) =>
      without.map(({ method, reason }) => `${method} has no figures on ${dataset} / ${category}: ${reason}`),
    ),
    ...failures.map(({ path, method, error }) => `${path} failed with ${method}: ${error.message}`),
    ...(passedOver.length > 0 ? [`${passedOver.length} pictures of kinds that are not read`] : []),
  ];
  if (lines.length === 0) return html``;
  return html`<section class="missing" aria-label="Not shown"><h2>Not shown</h2><ul>${lines
    .slice(0, MOST_LINES)
    .map((line) => html`<li>${line}</li>`)}</ul>${
    lines.length > MOST_LINES && html`<p class="quiet">and ${lines.length - MOST_LINES} more</p>`
  }</section>`;
}

/** Lines of what is not shown. */
const MOST_LINES = 40;

function categorySection(category: CategoryPictures, index: number, recipe: Recipe): Html {
  const { methods } = category;
  const name = `${category.dataset} / ${category.category}`;
  const [first] = methods;
  return html`<section class="category" id="${sectionId(index)}" aria-labelledby="${sectionId(index)}-name">
<h2 id="${sectionId(index)}-name">${name}${first && html` <small>images: ${scoresOf(first).defective.length} defective, ${scoresOf(first).good.length} good</small>`}</h2>
<div class="charts">
${chart(category.precisionRecall, 'Precision and recall of pixels, with average precision', `Precision–recall curves of ${name}`)}
${chart(category.roc, 'ROC of pixels, with the area under it', `ROC curves of ${name}`)}
</div>
${methods.map((method, at) => methodSection(method, sectionId(index, at), name, recipe))}
</section>`;
}

function methodSection(
  { method, measured, scores, cases }: MethodPictures,
  id: string,
  name: string,
  { theta }: Recipe,
): Html {
  const { figures, thresholds, seconds } = measured;
  return html`<section class="method" id="${id}" aria-labelledby="${id}-name">
<h3 id="${id}-name">${method} <small>${name}</small><span>pixel AP ${percent(figures.pixelAp)} · F1-max ${percent(figures.pixelF1Max)} · image AUROC ${percent(figures.imageAuroc)}</span></h3>
<div class="summary">
${facts([
  ['Pixel AP', percent(figures.pixelAp)],
  ['Pixel F1-max', f1Text(figures.pixelF1Max, thresholds.pixelF1Max)],
  ['Pixel AUROC', percent(figures.pixelAuroc)],
  ['PRO', percent(figures.pixelPro)],
  ['Image AUROC', percent(figures.imageAuroc)],
  ['Image AP', percent(figures.imageAp)],
  ['Image F1-max', f1Text(figures.imageF1Max, thresholds.imageF1Max)],
  ['Time', `${seconds.toFixed(2)} s per image`],
])}
${chart(scores, 'Image scores', `Histogram of the image scores of ${method}`)}
</div>
${cases.map((one) => caseRow(one, theta))}
</section>`;
}

function caseRow(shown: CasePictures, theta: number): Html {
  const { role, name, figures, verdict } = shown;
  const pixels =
    figures.pixelAp === null
      ? ''
      : html`<span>pixel AP ${percent(figures.pixelAp)}</span><span>F1-max ${percent(figures.pixelF1Max)}</span>`;
  return html`<article class="case${shown.width > 2 * shown.height ? ' wide' : ''}">
<h4><b>${ROLES[role]}</b><bdi>${name}</bdi>${pixels}<span>score ${score(figures.score)}</span>${badge(verdict)}</h4>
<div class="cells">${caseCells(shown, theta)}</div>
</article>`;
}

function scoresOf({ measured }: MethodPictures) {
  return measured.curves.scores;
}

/** A chart in the colours of the page; printed in those for paper. */
function chart({ light, dark, width, height }: ChartPicture, caption: string, alt: string): Html {
  return html`<figure class="chart"><picture><source srcset="${dark}" media="screen and (prefers-color-scheme: dark)"><img src="${light}" width="${width}" height="${height}" alt="${alt}" loading="lazy"></picture><figcaption>${caption}</figcaption></figure>`;
}

function sectionId(category: number, method?: number): string {
  return method === undefined ? `category-${category + 1}` : `category-${category + 1}-method-${method + 1}`;
}

function f1Text(f1: number | null, threshold: number | null): string {
  return threshold === null ? percent(f1) : `${percent(f1)} at ${threshold.toFixed(3)}`;
}

function percent(share: number | null): string {
  return share === null ? '–' : (100 * share).toFixed(1);
}
