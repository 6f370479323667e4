import { basename, join } from 'node:path';
import { writeFileAtomically } from '../files/atomic-write.ts';
import { pixelMask } from '../pipeline/polygon-raster.ts';
import { brushRuns } from './brush-runs.ts';
import { imageKey } from './image-key.ts';
import { LabelNames } from './label-names.ts';
import { type LabellingNotes, labellingImages, labellingNotes, noted, PICTURES } from './labelling-images.ts';
import { plainRings } from './plain-rings.ts';
import { ClassNumbers, type ReviewedRegion, reviewedRegions } from './reviewed-regions.ts';
import { rowRuns } from './row-runs.ts';
import type { DoneImage, ExportContext, RunReport } from './run-report.ts';
import { xmlText } from './xml-text.ts';

const LONGEST_LABEL = 500;
/** Names of the tags of `labels.xml` that results refer to. */
const [IMAGE, POLYGONS, BRUSH, VERDICT] = ['image', 'label', 'brush', 'verdict'];

/**
 * `label-studio/`: `tasks.json` (the model's regions as predictions, what inspectors said as an annotation),
 * `labels.xml` (the labelling interface for it), `notes.json`, and pictures of images that browsers cannot show: pages
 * and TIFF. Points are percent of the picture turned by its EXIF orientation, as browsers show it. What polygons cannot
 * say is a brush mask. Images are addressed as files of a local storage whose document root is the folder above
 * `imageRoot`.
 */
export async function exportLabelStudio(report: RunReport, context: ExportContext): Promise<string> {
  const folder = join(context.folder, 'label-studio');
  const labels = new LabelNames(LONGEST_LABEL);
  for (const [name] of new ClassNumbers().entries()) labels.of(name);
  const notes = labellingNotes();
  await writeFileAtomically(join(folder, 'tasks.json'), tasks(report, context, folder, labels, notes));
  await writeFileAtomically(join(folder, 'labels.xml'), labellingInterface(labels));
  const root = rootName(report);
  const told = {
    format: 'clipsam-label-studio-notes',
    howTo: [
      'Start Label Studio with LABEL_STUDIO_LOCAL_FILES_SERVING_ENABLED=true and LABEL_STUDIO_LOCAL_FILES_DOCUMENT_ROOT set to the folder that holds imageRoot.',
      'Make a project, paste labels.xml as the code of its labelling interface, and add imageRoot under Cloud storage as a local source storage (without syncing it).',
      ...(root === ''
        ? []
        : [`Addresses of images begin with "${root}": keep that name when you copy them.`]),
      `Where pictures are listed here, copy the folder ${PICTURES} into imageRoot first.`,
      'Import tasks.json.',
    ],
    imageRoot: report.imageRoot,
    labels: labels.changed(),
    ...notes,
  };
  await writeFileAtomically(join(folder, 'notes.json'), `${JSON.stringify(told, null, 1)}\n`);
  return folder;
}

async function* tasks(
  report: RunReport,
  context: ExportContext,
  folder: string,
  labels: LabelNames,
  notes: LabellingNotes,
): AsyncGenerator<string> {
  let separator = '[\n';
  const isShown = (name: string) => !/\.tiff?$/i.test(name);
  for await (const { image, file } of labellingImages(report, context, notes, folder, isShown)) {
    yield `${separator}${JSON.stringify(taskOf(report, image, file, labels, notes))}`;
    separator = ',\n';
  }
  yield separator === '[\n' ? '[]\n' : '\n]\n';
}

function taskOf(
  report: RunReport,
  image: DoneImage,
  file: string,
  labels: LabelNames,
  notes: LabellingNotes,
) {
  const { result, verdict, annotations } = image;
  const ofModel = reviewedRegions({ result, annotations: [] });
  const wasReviewed = verdict !== null || annotations.length > 0;
  const reviewed = wasReviewed ? reviewedRegions(image) : [];
  const told = wasReviewed ? reviewed : ofModel;
  tellShapes(told, image, notes);
  const choices = { accept: 'accept', reject: 'reject', uncertain: 'uncertain', withdrawn: null } as const;
  const choice = verdict && choices[verdict.verdict];
  return {
    data: {
      [IMAGE!]: addressOf(report, file),
      name: image.name.toWellFormed(),
      key: imageKey(image.name),
      image_id: image.imageId,
      result: image.resultId,
      model_verdict: result.verdict,
    },
    predictions: [
      {
        model_version: `ClipSAM Workstation ${result.softwareVersion}, ${report.recipe.name} r${report.recipeRevision}`,
        score: result.score,
        result: ofModel.flatMap((region, i) => resultsOf(region, `m${i + 1}`, image, labels)),
      },
    ],
    ...(wasReviewed && {
      annotations: [
        {
          was_cancelled: false,
          ground_truth: false,
          result: [
            ...reviewed.flatMap((region, i) => resultsOf(region, `r${i + 1}`, image, labels)),
            ...(choice
              ? [
                  {
                    ...{ id: 'v1', type: 'choices', from_name: VERDICT, to_name: IMAGE },
                    value: { choices: [choice] },
                  },
                ]
              : []),
          ],
        },
      ],
    }),
  };
}

function tellShapes(regions: readonly ReviewedRegion[], image: DoneImage, notes: LabellingNotes): void {
  for (const { polygons, className, regionIndex } of regions) {
    if (plainRings(polygons)) continue;
    const told = { ...noted(image), region: `${className} ${regionIndex ?? ''}`.trim() };
    const { area } = pixelMask(polygons, image.result.width, image.result.height);
    (area === 0 ? notes.tooSmall : notes.masks).push(told);
  }
}

/** A region as results: polygons, or a brush mask. */
function resultsOf(region: ReviewedRegion, id: string, image: DoneImage, labels: LabelNames): object[] {
  const { width, height } = image.result;
  const label = labels.of(region.className);
  const common = {
    ...{ to_name: IMAGE, original_width: width, original_height: height, image_rotation: 0 },
    ...(region.score !== null && { score: region.score }),
    ...(region.inspector !== null && { meta: { text: [region.inspector] } }),
  };
  const rings = plainRings(region.polygons);
  if (rings) {
    return rings.map((ring, i) => ({
      id: rings.length > 1 ? `${id}-${i + 1}` : id,
      ...{ type: 'polygonlabels', from_name: POLYGONS },
      ...common,
      value: {
        points: ring.map(([x, y]) => [(100 * x) / width, (100 * y) / height]),
        closed: true,
        polygonlabels: [label],
      },
    }));
  }
  const mask = pixelMask(region.polygons, width, height);
  if (mask.area === 0) return [];
  const rle = brushRuns(rowRuns(mask, { x: 0, y: 0, width, height }));
  return [
    {
      ...{ id, type: 'brushlabels', from_name: BRUSH },
      ...common,
      value: { format: 'rle', rle, brushlabels: [label] },
    },
  ];
}

/** The address of a file in a local storage of Label Studio. */
function addressOf(report: RunReport, file: string): string {
  const parts = [rootName(report), ...file.split('/')].filter((part) => part !== '');
  return `/data/local-files/?d=${parts.map((part) => encodeURIComponent(part.toWellFormed())).join('/')}`;
}

/** Name of the images' folder; empty where it is the root of the disk. */
function rootName({ imageRoot }: RunReport): string {
  return basename(imageRoot);
}

function labellingInterface(labels: LabelNames): string {
  const all = labels.all().map((name) => `    <Label value="${xmlText(name)}"/>`);
  return [
    '<View>',
    `  <Image name="${IMAGE}" value="$${IMAGE}" zoom="true" zoomControl="true"/>`,
    `  <PolygonLabels name="${POLYGONS}" toName="${IMAGE}">`,
    ...all,
    '  </PolygonLabels>',
    `  <BrushLabels name="${BRUSH}" toName="${IMAGE}">`,
    ...all,
    '  </BrushLabels>',
    `  <Choices name="${VERDICT}" toName="${IMAGE}" choice="single">`,
    ...['accept', 'reject', 'uncertain'].map((value) => `    <Choice value="${value}"/>`),
    '  </Choices>',
    '</View>',
    '',
  ].join('\n');
}
