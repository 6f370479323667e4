import { stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { type RealIadSplit, realIadSplitSchema } from '../../../src-shared/real-iad-split.ts';
import { schemaIssues } from '../../../src-shared/schema-issues.ts';
import { readJsonFile } from '../../files/json-file.ts';
import {
  type DatasetFolder,
  listDatasetFolder,
  listIfThere,
  missingFiles,
  placeInside,
  stemOf,
} from './dataset-folder.ts';
import { termsOf } from './dataset-terms.ts';
import { type DefectCategory, GOOD_KIND, type TestImage } from './defect-category.ts';
import { type DatasetLayout, type LayoutClaim, layoutError, refuseWrongPaths } from './layout.ts';

const JSONS = 'realiad_jsons';
/** Folder of the images of one resolution. */
const RESOLUTION = /^realiad_(?!jsons)/i;
/** Bytes of a file that is opened only to see what it is: Real-IAD's have some millions. */
const LARGEST = 64 << 20;
const EXPECTED_JSON =
  '{"meta": {"prefix", "normal_class"}, "train": […], "test": [{"anomaly_class", "image_path", "mask_path"}, …]}';

/** A category by its file. */
interface SplitFile {
  readonly path: string;
  readonly category: string;
  readonly split: RealIadSplit;
}

/**
 * Real-IAD's layout: a JSON file for each category, which names test and training images, their kinds and their masks. The
 * files are in `realiad_jsons/realiad_jsons`, in `realiad_jsons`, or in the root itself; the images in `realiad_<resolution>`
 * or in the root. The root may also be one of several such folders of images.
 */
export const realIad: DatasetLayout = {
  name: 'real-iad',
  title: 'Real-IAD',
  holds: `${JSONS}/<category>.json and realiad_<resolution>/<category>/…, or both in one folder`,
  async claims(folder): Promise<LayoutClaim> {
    const { others, path } = await jsonFolder(folder);
    const first = others.find(isJson);
    if (first === undefined) return 'no';
    const file = join(path, first);
    const { size } = await stat(file);
    const json =
      size > LARGEST ? undefined : await readJsonFile(file, '', 'input-invalid').catch(() => undefined);
    return realIadSplitSchema.safeParse(json).success
      ? 'surely'
      : basename(path) === JSONS
        ? 'perhaps'
        : 'no';
  },
  async read(folder, signal) {
    const files = await splitFiles(folder);
    const imageRoot = await imageRootOf(folder, files);
    const present: SplitFile[] = [];
    const absent: string[] = [];
    for (const file of files) {
      const { folders, images } = await listIfThere(placeOf(imageRoot, file, ''));
      if (folders.length + images.length > 0) present.push(file);
      else absent.push(file.category);
    }
    const notes =
      absent.length > 0 ? [`Left out, since ${imageRoot} has no images of them: ${absent.join(', ')}.`] : [];
    const categories = present.map((file) => categoryOf(file, folder.path, imageRoot, notes));
    const named = categories.flatMap(({ images, training }) => [...images, ...training]);
    const paths = named.flatMap(({ path, mask }) => [path, ...(mask === undefined ? [] : [mask])]);
    const expected = `a file, as ${dirname(files[0]!.path)} names it`;
    refuseWrongPaths(
      realIad,
      await missingFiles(
        paths.map((path) => ({ path, problem: 'is not there', expected })),
        signal,
      ),
    );
    return categories;
  },
};

function isJson(name: string): boolean {
  return name.toLowerCase().endsWith('.json');
}

/** Where the JSON files are: with the root's own resolution, beside it. */
async function jsonFolder(folder: DatasetFolder): Promise<DatasetFolder> {
  const above = RESOLUTION.test(basename(folder.path)) ? [dirname(folder.path)] : [];
  for (const base of [folder.path, ...above]) {
    for (const place of [join(base, JSONS, JSONS), join(base, JSONS)]) {
      const listed = await listIfThere(place);
      if (listed.others.some(isJson)) return listed;
    }
  }
  return folder;
}

async function splitFiles(folder: DatasetFolder): Promise<SplitFile[]> {
  const { path: place, others } = await jsonFolder(folder);
  const files: SplitFile[] = [];
  for (const name of others.filter(isJson)) {
    const path = join(place, name);
    const json = await readJsonFile(path, 'The file', 'input-invalid').catch((cause: unknown) => {
      const problem = `can't be read as JSON`;
      throw layoutError(realIad, { path, problem, expected: EXPECTED_JSON }, { cause });
    });
    const parsed = realIadSplitSchema.safeParse(json);
    if (!parsed.success) {
      const problem = `is not of the expected form (${schemaIssues(parsed.error)})`;
      throw layoutError(realIad, { path, problem, expected: EXPECTED_JSON });
    }
    files.push({ path, category: stemOf(name), split: parsed.data });
  }
  if (files.length === 0) {
    const expected = `a folder with <category>.json: ${EXPECTED_JSON}`;
    throw layoutError(realIad, { path: join(folder.path, JSONS), problem: 'has no JSON files', expected });
  }
  return files;
}

/** The folder that paths in the files start from. */
async function imageRootOf(folder: DatasetFolder, files: readonly SplitFile[]): Promise<string> {
  const resolutions = folder.folders.filter((name) => RESOLUTION.test(name));
  const candidates: string[] = [];
  for (const root of [folder.path, ...resolutions.map((name) => join(folder.path, name))]) {
    const { folders, images } = await listDatasetFolder(root);
    const has = files.some(({ split }) => {
      const [first = ''] = `${split.meta.prefix}${split.test[0]?.image_path ?? ''}`.split('/');
      return folders.includes(first) || images.includes(first);
    });
    if (has) candidates.push(root);
  }
  const [only, second] = candidates;
  if (only === undefined) {
    const path = join(folder.path, resolutions[0] ?? 'realiad_1024', files[0]!.split.meta.prefix);
    const expected = `a folder with the images that ${files[0]!.path} names`;
    throw layoutError(realIad, { path, problem: 'is not there', expected });
  }
  if (second !== undefined) {
    const expected = `the only folder of images in ${folder.path}; to choose one of several, name it as the root`;
    throw layoutError(realIad, { path: second, problem: `is there beside ${only}`, expected });
  }
  return only;
}

function placeOf(imageRoot: string, { path, split }: SplitFile, name: string): string {
  const full = placeInside(imageRoot, `${split.meta.prefix}${name}`);
  if (full !== undefined) return full;
  const problem = `leads out of ${imageRoot} ("${split.meta.prefix}${name}")`;
  throw layoutError(realIad, { path, problem, expected: 'a file of paths below the folder of images' });
}

function categoryOf(
  file: SplitFile,
  root: string,
  imageRoot: string,
  notes: readonly string[],
): DefectCategory {
  const { split, category, path: json } = file;
  const imagesOf = (part: 'train' | 'test'): TestImage[] => {
    const all = split[part].map(({ anomaly_class: kind, image_path, mask_path }, index): TestImage => {
      const path = placeOf(imageRoot, file, image_path);
      if (kind === split.meta.normal_class) return { path, mask: undefined, kind: GOOD_KIND };
      if (mask_path) return { path, mask: placeOf(imageRoot, file, mask_path), kind };
      const problem = `has no mask_path in ${part}[${index}], whose anomaly_class is "${kind}"`;
      throw layoutError(realIad, { path: json, problem, expected: EXPECTED_JSON });
    });
    return [...all.filter(({ mask }) => !mask), ...all.filter(({ mask }) => mask)];
  };
  const images = imagesOf('test');
  if (images.length === 0) {
    throw layoutError(realIad, { path: json, problem: 'names no test images', expected: EXPECTED_JSON });
  }
  const dataset = basename(root);
  const named = [dataset, basename(dirname(root))].find((name) => termsOf(name).name !== null) ?? dataset;
  return {
    ...{ dataset, category, folder: imageRoot, layout: 'real-iad', images, training: imagesOf('train') },
    split: `Test and training images are those of ${json}.`,
    ...{ terms: termsOf(named), passedOver: [], notes },
  };
}
