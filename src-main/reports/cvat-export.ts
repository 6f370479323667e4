import { createReadStream } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { SOFTWARE_VERSION } from '../../src-shared/version.ts';
import { writeFileAtomically } from '../files/atomic-write.ts';
import { pixelMask } from '../pipeline/polygon-raster.ts';
import { LabelNames } from './label-names.ts';
import { type LabellingNotes, labellingImages, labellingNotes, noted, PICTURES } from './labelling-images.ts';
import { plainRings } from './plain-rings.ts';
import { ClassNumbers, type ReviewedRegion, reviewedRegions } from './reviewed-regions.ts';
import { rowRuns } from './row-runs.ts';
import type { DoneImage, ExportContext, RunReport } from './run-report.ts';
import { xmlText } from './xml-text.ts';

/** Characters that CVAT allows in the name of a label. */
const LONGEST_LABEL = 64;
const ATTRIBUTES = ['region', 'score', 'inspector'] as const;

/**
 * `cvat/`: `annotations.xml` in the format "CVAT for images 1.1", `labels.json` for the task's labels (tab "Raw"),
 * `notes.json`, and pictures of images that are pages of a file. Regions are polygons, those of one region with one
 * `group_id`; what polygons cannot say is a mask. Coordinates are those of the picture turned by its EXIF orientation, as
 * CVAT shows it. Inspectors' verdicts on whole images have no place in that format.
 */
export async function exportCvat(report: RunReport, context: ExportContext): Promise<string> {
  const folder = join(context.folder, 'cvat');
  const labels = new LabelNames(LONGEST_LABEL);
  for (const [name] of new ClassNumbers().entries()) labels.of(name);
  const notes = labellingNotes();
  // The head names the labels, which are known when the last image is.
  const body = join(folder, 'images.part');
  const count = { images: 0 };
  await writeFileAtomically(body, imageElements(report, context, folder, labels, notes, count));
  await writeFileAtomically(join(folder, 'annotations.xml'), document(report, labels, count.images, body));
  await rm(body);
  const raw = labels.all().map((name) => ({
    name,
    type: 'any',
    attributes: ATTRIBUTES.map((attribute) => ({
      ...{ name: attribute, input_type: 'text', mutable: false, default_value: '', values: [''] },
    })),
  }));
  await writeFileAtomically(join(folder, 'labels.json'), `${JSON.stringify(raw, null, 1)}\n`);
  const told = {
    format: 'clipsam-cvat-notes',
    howTo: [
      'Make a task: paste labels.json under "Raw", and choose the images, with their folders below imageRoot.',
      `Where pictures are listed here, add the folder ${PICTURES} beside them.`,
      'In the task: Actions, Upload annotations, CVAT 1.1, annotations.xml.',
    ],
    imageRoot: report.imageRoot,
    labels: labels.changed(),
    ...notes,
  };
  await writeFileAtomically(join(folder, 'notes.json'), `${JSON.stringify(told, null, 1)}\n`);
  return folder;
}

async function* document(
  report: RunReport,
  labels: LabelNames,
  images: number,
  body: string,
): AsyncGenerator<string> {
  const attributes = ATTRIBUTES.map(
    (name) =>
      `<attribute><name>${name}</name><mutable>False</mutable><input_type>text</input_type><default_value></default_value><values></values></attribute>`,
  ).join('');
  const all = labels
    .all()
    .map(
      (name) =>
        `<label><name>${xmlText(name)}</name><type>any</type><attributes>${attributes}</attributes></label>`,
    );
  const { batch, run } = report;
  const task = [
    `<id>${run.id}</id><name>${xmlText(batch.name)}</name><size>${images}</size><mode>annotation</mode>`,
    `<overlap>0</overlap><flipped>False</flipped><created>${xmlText(run.startedAt)}</created>`,
    `<updated>${xmlText(run.endedAt ?? run.startedAt)}</updated>`,
    `<labels>\n${all.join('\n')}\n</labels>`,
  ];
  yield '<?xml version="1.0" encoding="utf-8"?>\n<annotations>\n<version>1.1</version>\n';
  yield `<meta><task>${task.join('')}</task><dumped>${xmlText(run.endedAt ?? run.startedAt)}</dumped></meta>\n`;
  yield `<!-- ClipSAM Workstation ${SOFTWARE_VERSION} -->\n`;
  for await (const piece of createReadStream(body, 'utf8')) yield String(piece);
  yield '</annotations>\n';
}

async function* imageElements(
  report: RunReport,
  context: ExportContext,
  folder: string,
  labels: LabelNames,
  notes: LabellingNotes,
  count: { images: number },
): AsyncGenerator<string> {
  for await (const { image, file } of labellingImages(report, context, notes, folder, () => true)) {
    const { width, height } = image.result;
    const shapes = reviewedRegions(image).flatMap((region, i) =>
      shapesOf(region, i + 1, image, labels, notes),
    );
    yield `<image id="${count.images++}" name="${xmlText(file)}" width="${width}" height="${height}">\n${shapes.join('')}</image>\n`;
  }
}

function shapesOf(
  region: ReviewedRegion,
  number: number,
  image: DoneImage,
  labels: LabelNames,
  notes: LabellingNotes,
): string[] {
  const { polygons, score, regionIndex, inspector } = region;
  const label = xmlText(labels.of(region.className));
  const values = { region: regionIndex ?? '', score: score ?? '', inspector: inspector ?? '' };
  const attributes = ATTRIBUTES.map(
    (name) => `<attribute name="${name}">${xmlText(String(values[name]))}</attribute>`,
  ).join('');
  const common = `label="${label}" source="${inspector === null ? 'auto' : 'manual'}" occluded="0"`;
  const rings = plainRings(polygons);
  if (rings) {
    const group = rings.length > 1 ? ` group_id="${number}"` : '';
    return rings.map((ring) => {
      const points = ring.map(([x, y]) => `${coordinate(x)},${coordinate(y)}`).join(';');
      return `<polygon ${common} points="${points}" z_order="0"${group}>${attributes}</polygon>\n`;
    });
  }
  const { width, height } = image.result;
  const mask = pixelMask(polygons, width, height);
  const { box } = mask;
  const told = { ...noted(image), region: `${region.className} ${regionIndex ?? ''}`.trim() };
  if (mask.area === 0) {
    notes.tooSmall.push(told);
    return [];
  }
  notes.masks.push(told);
  const runs = rowRuns(mask, box).join(', ');
  return [
    `<mask ${common} rle="${runs}" left="${box.x}" top="${box.y}" width="${box.width}" height="${box.height}" z_order="0">${attributes}</mask>\n`,
  ];
}

/** Pixels, two digits as CVAT writes them. */
function coordinate(value: number): string {
  return value.toFixed(2);
}
