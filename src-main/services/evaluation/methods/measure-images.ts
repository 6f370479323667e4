import { blamesNoImage } from '../../../../src-shared/error-codes.ts';
import type { ErrorRecord } from '../../../../src-shared/error-record.ts';
import { throwIfCancelled, toErrorRecord } from '../../../../src-shared/errors.ts';
import { frameFor } from '../../../../src-shared/frame.ts';
import type { InspectionArea } from '../../../../src-shared/inspection-area.ts';
import type { ArtifactRef, InspectionResult } from '../../../../src-shared/result.ts';
import { ArtifactStore } from '../../../files/artifact-store.ts';
import type { InferenceClient } from '../../../inference/inference-client.ts';
import { countImage, type ImageTruth, imageTruth } from '../../../pipeline/image-counts.ts';
import { readMap, readTruth } from '../category-tally.ts';
import { refuseSeveral } from '../evaluate.ts';
import { type MethodSpec, opinionsOf } from '../method-spec.ts';
import { knownFiles } from '../reference-draw.ts';
import type { CategoryDraw, DrawnJob } from './category-draws.ts';
import type { MeasuredFolder } from './measured-folder.ts';
import type { MeasuredImage } from './measured-image.ts';
import { blamesMethod, type MethodJob, type UnableJobs } from './method-jobs.ts';

export interface MeasureImagesOptions {
  readonly inference: Pick<InferenceClient, 'inspect'>;
  readonly area?: InspectionArea | undefined;
  readonly folder: MeasuredFolder;
  /** True: results and maps are kept with the counts. */
  readonly keepsMaps: boolean;
  readonly signal?: AbortSignal | undefined;
  /** Jobs that the pack turned out to be unable to run, and why; more are added. */
  readonly unable: UnableJobs;
  /** All of the measurement. */
  readonly jobs: readonly MethodJob[];
  /** One image was run with one job, or need not be. */
  readonly onRun: (path: string, isKnown: boolean) => void;
}

/** What a method said of an image, and the name under which it is kept. */
interface Answer {
  readonly key: unknown;
  readonly measured: MeasuredImage;
}

/** An image that every method answered. */
export interface AnsweredImage {
  readonly path: string;
  readonly mask: string | undefined;
  /** Where its maps are. */
  readonly artifactRoot: string;
  /** By text of spec; a method whose opinion was not formed has none. */
  readonly answers: ReadonlyMap<string, Answer>;
}

/** An image that is in no figure of any method. */
export interface FailedImage {
  readonly path: string;
  /** Text of the first spec that is read from the run that failed. */
  readonly method: string;
  readonly error: ErrorRecord;
}

type Drawn = Pick<CategoryDraw, 'images' | 'jobs' | 'ranges'>;

/**
 * Runs all jobs on an image before the next: what the towers say of it is computed once. An image is answered by all methods
 * or by none. One run is under way at a time, so that its time is its own.
 * @throws ClipSamError `cancelled`; errors that every further image would meet too
 */
export async function* measureImages(
  { images, jobs, ranges }: Drawn,
  options: MeasureImagesOptions,
): AsyncGenerator<AnsweredImage | FailedImage> {
  const { folder, signal, keepsMaps } = options;
  for (const image of images) {
    throwIfCancelled(signal);
    const { path, mask } = image;
    const range = ranges.of(path);
    const mapsOf = { path, image: image.contentHash ?? null };
    let running = jobs[0]!;
    try {
      const [truth] = mask === undefined ? [] : await knownFiles([mask], signal);
      const names = {
        image: image.contentHash ?? null,
        mask: truth?.contentHash ?? null,
        range: range ?? null,
      };
      const artifactRoot = folder.artifactRoot(mapsOf);
      const measurement = new ImageMeasurement({ path, mask, range, names, artifactRoot }, options);
      try {
        for (const job of jobs) {
          running = job;
          await runIfAble(measurement, job, options);
        }
      } finally {
        await measurement.settled();
      }
      yield { path, mask, artifactRoot, answers: await measurement.answers() };
    } catch (cause) {
      throwIfCancelled(signal);
      const error = toErrorRecord(cause);
      if (blamesNoImage(error.code) || blamesMethod(error.code)) throw cause;
      yield { path, method: running.job.specs[0]!.text, error };
    }
    if (!keepsMaps) await folder.removeMaps(mapsOf);
  }
}

/** @throws ClipSamError what the pack lacks, where none of the methods can be run */
async function runIfAble(
  measurement: ImageMeasurement,
  job: DrawnJob,
  { unable, signal, jobs }: MeasureImagesOptions,
): Promise<void> {
  if (unable.has(job.job)) return;
  try {
    await measurement.run(job);
  } catch (cause) {
    throwIfCancelled(signal);
    const error = toErrorRecord(cause);
    if (!blamesMethod(error.code) || unable.size + 1 === jobs.length) throw cause;
    unable.set(job.job, error);
  }
}

interface ImageToMeasure extends Pick<Drawn['images'][number], 'path' | 'mask'> {
  readonly range: ReturnType<Drawn['ranges']['of']>;
  /** What decides its results, by content. */
  readonly names: Readonly<Record<string, unknown>>;
  readonly artifactRoot: string;
}

/** One image under way. What is counted is counted beside the next run. */
class ImageMeasurement {
  readonly #image: ImageToMeasure;
  readonly #options: MeasureImagesOptions;
  readonly #answers: Promise<readonly [string, Answer | undefined]>[] = [];
  #truth: Promise<{ readonly truth: ImageTruth; readonly values: readonly string[] }> | undefined;

  constructor(image: ImageToMeasure, options: MeasureImagesOptions) {
    this.#image = image;
    this.#options = options;
  }

  /** Runs a job, unless all that is read from it is known. */
  async run({ job, recipe, comparison }: DrawnJob): Promise<void> {
    const { path, range, names, artifactRoot } = this.#image;
    const { inference, folder, area, keepsMaps, signal, onRun } = this.#options;
    const known = new Map<string, Answer>();
    const keys = new Map<string, unknown>();
    for (const spec of job.specs) {
      const { object, method } = recipe;
      const compared = comparison?.hash ?? null;
      const key = { ...names, object, method, compared, read: readFrom(spec) };
      keys.set(spec.text, key);
      const measured = await folder.find(key);
      const isWhole = measured && (!keepsMaps || (await hasMaps(measured.result, artifactRoot)));
      if (isWhole) known.set(spec.text, { key, measured });
    }
    if (known.size === job.specs.length) {
      for (const entry of known) this.#answers.push(Promise.resolve(entry));
      onRun(path, true);
      return;
    }
    const asked = { path, recipe, artifactRoot, range, area, comparison, sideBySide: true };
    const result = await inference.inspect(asked, signal);
    refuseSeveral(path, result);
    for (const spec of job.specs) {
      const counted = this.#count(spec, result, keys.get(spec.text), recipe.maxPixels);
      // Heard of by `answers`: a rejection in the meantime is no surprise.
      counted.catch(() => undefined);
      this.#answers.push(counted.then((answer) => [spec.text, answer] as const));
      this.#answers.at(-1)!.catch(() => undefined);
    }
    onRun(path, false);
  }

  /** When nothing is under way any more, whatever became of it. */
  async settled(): Promise<void> {
    await Promise.allSettled(this.#answers);
  }

  async answers(): Promise<ReadonlyMap<string, Answer>> {
    const answers = await Promise.all(this.#answers);
    return new Map(answers.flatMap(([text, answer]) => (answer ? [[text, answer] as const] : [])));
  }

  async #count(
    spec: MethodSpec,
    result: InspectionResult,
    key: unknown,
    maxPixels: number,
  ): Promise<Answer | undefined> {
    const said = saidBy(spec, result);
    if (!said) return undefined;
    const { folder, keepsMaps } = this.#options;
    const { width, height } = result;
    this.#truth ??= readTruth(this.#image, width, height, maxPixels).then(({ data, values }) => ({
      truth: imageTruth(data, width, height),
      values,
    }));
    const { truth, values } = await this.#truth;
    const store = new ArtifactStore(this.#image.artifactRoot);
    const map = await readMap(store, said.map, frameFor(width, height));
    const measured: MeasuredImage = {
      counts: countImage(map, truth),
      score: said.score,
      seconds: result.timings.total / 1000,
      maskValues: values,
      ...(keepsMaps && { result }),
    };
    await folder.keep(key, measured);
    return { key, measured };
  }
}

function readFrom({ method, consensus }: MethodSpec): 'result' | 'consensus' | 'references' {
  return method ? 'result' : consensus ? 'consensus' : 'references';
}

/** The map and score that a spec is measured by; undefined: an opinion that belongs to it was not formed. */
export function saidBy(
  spec: MethodSpec,
  { artifacts, opinions = [], score }: InspectionResult,
): { readonly map: ArtifactRef; readonly score: number } | undefined {
  const formed = new Map(opinions.map((one) => [one.opinion, one.score]));
  for (const opinion of opinionsOf(spec)) {
    if (opinion !== 'language' && !formed.has(opinion)) return undefined;
  }
  const from = readFrom(spec);
  if (from === 'result') return { map: artifacts.finalMap, score };
  const map = from === 'consensus' ? artifacts.consensusMap : artifacts.referencesMap;
  return map && { map, score: formed.get(from)! };
}

async function hasMaps(result: InspectionResult | undefined, artifactRoot: string): Promise<boolean> {
  if (!result) return false;
  const store = new ArtifactStore(artifactRoot);
  for (const artifact of Object.values(result.artifacts)) {
    if (artifact && !(await store.has(artifact.sha256))) return false;
  }
  return true;
}
