import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { colourise } from '../../src-shared/colour-map.ts';
import type { ArtifactRef } from '../../src-shared/result.ts';
import { overturns } from '../../src-shared/verdict.ts';
import { encodeRgba } from '../codec/encode-rgba.ts';
import { decodeGrey16, thumbnail } from '../codec/image-codec.ts';
import { writeFileAtomically } from '../files/atomic-write.ts';
import { dequantiseMap } from '../pipeline/map-codec.ts';
import { imagePage } from './html-image-page.ts';
import { type Card, indexPage } from './html-index.ts';
import { badgeOf, REPORT_STYLE } from './html-page.ts';
import { FALSE_POSITIVE, reviewedRegions } from './reviewed-regions.ts';
import type { ExportContext, ReportImage, RunReport } from './run-report.ts';
import { contentSeen, unlessUnreadable } from './seen-content.ts';
import { svgPath } from './svg-overlay.ts';

/** Longest sides in pixels of what the pages show. */
const THUMBNAIL = 360;
const PICTURE = 1600;
const MAP = 512;
/** Opacity of score 1 on the heat maps. */
const HEAT = 0.85;
/** In larger runs the gallery shows no outlines: the index would not open in reasonable time. */
const OUTLINES_UP_TO = 2000;

/**
 * `html/`: `index.html` and a page per image, to be opened from disk or served. It needs nothing from outside its
 * folder, so it can be sent or archived as it is.
 */
export async function exportHtml(report: RunReport, context: ExportContext): Promise<string> {
  const folder = join(context.folder, 'html');
  const ranks = await ranksByScore(report);
  const fileOf = (rank: number) => String(rank + 1).padStart(5, '0');
  const cards: Card[] = [];
  for await (const image of report.images()) {
    const rank = ranks.get(image.resultId);
    if (rank === undefined) continue;
    context.step();
    const stem = fileOf(rank);
    const assets = await writeAssets(report, image, folder, stem);
    const linkTo = (other: number) => (other >= 0 && other < ranks.size ? `${fileOf(other)}.html` : null);
    const upOne = (path: string | null) => path && `../${path}`;
    const text = imagePage(report, image, {
      position: rank + 1,
      count: ranks.size,
      previous: linkTo(rank - 1),
      next: linkTo(rank + 1),
      picture: upOne(assets.picture),
      coarseMap: upOne(assets.coarseMap),
      finalMap: upOne(assets.finalMap),
    });
    await writeFileAtomically(join(folder, 'images', `${stem}.html`), text);
    cards[rank] = cardOf(image, `images/${stem}.html`, assets.thumbnail, ranks.size <= OUTLINES_UP_TO);
  }
  for (const [name, url] of Object.entries(PAGE_FILES)) {
    await writeFileAtomically(join(folder, name), await readFile(url));
  }
  await writeFileAtomically(join(folder, 'index.html'), indexPage(report, cards));
  return join(folder, 'index.html');
}

/** What the pages load. Spelled out, so that a bundler finds the files. */
const PAGE_FILES = {
  [REPORT_STYLE.name]: REPORT_STYLE.url,
  'report.js': new URL('./report.js', import.meta.url),
};

/**
 * The position of each result when sorted by falling score, those that failed last. A run at work stores more while its
 * pages are written: what has no position here is left to the next export.
 */
async function ranksByScore(report: RunReport): Promise<Map<string, number>> {
  const found: { readonly id: string; readonly score: number }[] = [];
  for await (const image of report.images()) {
    found.push({ id: image.resultId, score: image.status === 'done' ? image.result.score : -1 });
  }
  found.sort((a, b) => b.score - a.score);
  return new Map(found.map(({ id }, rank) => [id, rank]));
}

interface Assets {
  readonly thumbnail: string | null;
  readonly picture: string | null;
  readonly coarseMap: string | null;
  readonly finalMap: string | null;
}

/** Writes an image's pictures. Paths are relative to the export's folder. */
async function writeAssets(
  report: RunReport,
  image: ReportImage,
  folder: string,
  stem: string,
): Promise<Assets> {
  const write = async (name: string, bytes: Uint8Array | null) => {
    if (!bytes) return null;
    await writeFileAtomically(join(folder, 'assets', name), bytes);
    return `assets/${name}`;
  };
  const { maxPixels } = report.recipe;
  const view = { maxPixels, page: image.page?.index, range: image.range ?? undefined };
  const seen = await contentSeen(image);
  const artifacts = image.status === 'done' ? image.result.artifacts : undefined;
  const [small, picture, coarse, final] = await Promise.all([
    seen && unlessUnreadable(thumbnail(seen, THUMBNAIL, view)),
    seen && unlessUnreadable(thumbnail(seen, PICTURE, view)),
    artifacts ? unlessUnreadable(heatMap(report, artifacts.coarseMap)) : null,
    artifacts ? unlessUnreadable(heatMap(report, artifacts.finalMap)) : null,
  ]);
  return {
    thumbnail: await write(`${stem}-thumbnail.jpg`, small),
    picture: await write(`${stem}.jpg`, picture),
    coarseMap: await write(`${stem}-coarse.png`, coarse),
    finalMap: await write(`${stem}-final.png`, final),
  };
}

async function heatMap(report: RunReport, ref: ArtifactRef): Promise<Uint8Array> {
  const { width, height, data } = await decodeGrey16(await readFile(report.artifactPath(ref)));
  const rgba = colourise(dequantiseMap(data, width, height), { opacity: HEAT });
  return encodeRgba(width, height, rgba, MAP);
}

function cardOf(image: ReportImage, href: string, thumbnailPath: string | null, withOutline: boolean): Card {
  const { name, verdict } = image;
  const common = {
    href,
    thumbnail: thumbnailPath,
    name,
    file: image.file,
    badge: badgeOf(image),
    notices: image.status === 'done' ? image.result.notices : [],
    human: verdict?.verdict ?? null,
  };
  if (image.status === 'failed') {
    const { message } = image.error;
    // The name stands above it: the path in front would leave no room for the reason.
    const error = message.startsWith(image.path) ? message.slice(image.path.length).trim() : message;
    return { ...common, score: null, width: 0, height: 0, outline: '', regions: 0, overturned: false, error };
  }
  const { score, width, height } = image.result;
  const shown = reviewedRegions(image).filter(({ className }) => className !== FALSE_POSITIVE);
  return {
    ...common,
    score,
    width,
    height,
    outline: withOutline ? svgPath(shown.flatMap(({ polygons }) => polygons)) : '',
    regions: shown.length,
    overturned: verdict !== null && overturns(verdict.verdict, image.result.verdict),
    error: null,
  };
}
