import { mkdir, writeFile } from 'node:fs/promises';
import { basename, dirname, join, relative } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { encodeGrey8, encodeGrey16 } from '../../../src-main/codec/image-codec.ts';
import { ArtifactStore } from '../../../src-main/files/artifact-store.ts';
import { sha256, sha256OfFile } from '../../../src-main/files/hash.ts';
import type { InspectJob } from '../../../src-main/inference/inference-client.ts';
import type { EmbedJob, PoseJob } from '../../../src-main/inference/inference-protocol.ts';
import { frameGrid } from '../../../src-main/pipeline/frame.ts';
import type { PartPose } from '../../../src-main/pipeline/part-pose.ts';
import {
  type EvaluateOpinionsOptions,
  evaluateOpinions,
} from '../../../src-main/services/evaluation/evaluate-opinions.ts';
import { ClipSamError } from '../../../src-shared/errors.ts';
import { frameFor } from '../../../src-shared/frame.ts';
import { DEFAULT_OPINION_SETTINGS, type Opinion } from '../../../src-shared/opinion.ts';
import type { InspectionResult } from '../../../src-shared/result.ts';
import { inspectionResult, recipe } from '../../store/results-fixture.ts';
import { tempFolder } from '../../temp-folder.ts';

const SIDE = 64;

let folder: string;
beforeEach(async () => {
  // What is drawn follows from the data set's name: that of a temporary folder would draw anew in every run.
  folder = join(await tempFolder(), 'parts');
});

async function put(path: string, content: Uint8Array | string) {
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, content);
}

/** A category whose files hold their own names. */
async function makeCategory(
  name: string,
  count: { readonly train?: number; readonly good: number; readonly defective: number },
) {
  const path = join(folder, name);
  const each = async (kind: string, images: number) => {
    for (let i = 0; i < images; i++) await put(join(path, kind, `${i}.jpg`), `${kind}/${i}`);
  };
  await each('train/good', count.train ?? 0);
  await each('test/good', count.good);
  await each('test/dent', count.defective);
  const mask = await encodeGrey8(SIDE, SIDE, new Uint8Array(SIDE * SIDE).fill(255, 0, 2 * SIDE));
  for (let i = 0; i < count.defective; i++) await put(join(path, `ground_truth/dent/${i}_mask.png`), mask);
  return path;
}

/** Each opinion's score of an image, from what the image is and what it is compared with. */
type Say = (job: InspectJob) => Readonly<Partial<Record<Opinion, number>>>;

const maps = new Map<string, Promise<Uint8Array>>();

/** A map that is high in its upper part alone, or everywhere else. Each is encoded once. */
function mapPng(width: number, height: number, isRight: boolean): Promise<Uint8Array> {
  const name = [width, height, isRight].join();
  const [on, off] = isRight ? [60_000, 0] : [0, 60_000];
  const values = () =>
    new Uint16Array(width * height).fill(off).fill(on, 0, Math.ceil((width * height) / 32));
  const png = maps.get(name) ?? encodeGrey16(width, height, values());
  maps.set(name, png);
  return png;
}

/** Draws maps that are right where an opinion's score is above one half, and wrong elsewhere. */
function fake(say: Say, poseOf?: (path: string) => PartPose) {
  const embedded: EmbedJob[] = [];
  const inspected: InspectJob[] = [];
  const embed = async (job: EmbedJob) => {
    embedded.push(job);
    const contentHash = await sha256OfFile(job.path);
    if (job.path.includes('broken')) throw new ClipSamError('image-unreadable', 'Broken.');
    const tokens = join(job.folder, contentHash);
    return { contentHash, key: contentHash, tokens, width: SIDE, height: SIDE, notices: [] };
  };
  const inspect = async (job: InspectJob): Promise<InspectionResult> => {
    inspected.push(job);
    if (job.path.includes('broken')) throw new ClipSamError('image-unreadable', 'Broken.');
    const store = new ArtifactStore(job.artifactRoot);
    const frame = frameFor(SIDE, SIDE);
    const draw = async ({ width, height }: { width: number; height: number }, score: number) =>
      store.put(await mapPng(width, height, score > 0.5), 'image/png');
    const said = Object.entries(say(job)) as [Opinion, number][];
    const score = said.reduce((sum, [, value]) => sum + value, 0) / said.length;
    const maps = Object.fromEntries(
      await Promise.all(
        said.map(async ([opinion, value]) => [`${opinion}Map`, await draw(frameGrid(frame, 256), value)]),
      ),
    );
    const coarseMap = await draw(frameGrid(frame, 256), score);
    const finalMap = await draw(frame, score);
    return {
      ...inspectionResult({ score, regions: [] }),
      ...{ width: SIDE, height: SIDE },
      artifacts: { coarseMap, finalMap, mask: finalMap, ...maps },
      opinions: said.map(([opinion, value]) => ({ opinion, score: value, weight: 1 / said.length })),
    };
  };
  const pose = async ({ path }: PoseJob) => poseOf?.(path) ?? ({ doubt: 'no-contrast' } as const);
  return { inference: { inspect, embed, pose, packHash: '2'.repeat(64) }, embedded, inspected };
}

const isDefective = ({ path }: InspectJob) => path.includes('dent');
/** Language guesses, references know. */
const knowing: Say = (job) => ({ language: 0.4, references: isDefective(job) ? 0.9 : 0.1 });

function measure(
  { inference }: ReturnType<typeof fake>,
  options: Partial<EvaluateOpinionsOptions> & Pick<EvaluateOpinionsOptions, 'opinions'>,
) {
  return evaluateOpinions(folder, {
    ...{ inference, recipe, temporaryRoot: folder, seeds: [0, 1, 2] },
    ...options,
  });
}

const ALL: ReadonlySet<Opinion> = new Set(['language', 'consensus', 'references']);
const REFERENCES: ReadonlySet<Opinion> = new Set(['language', 'references']);

describe('references', () => {
  it('are drawn from train/good: every test image is measured', async () => {
    const category = await makeCategory('nut', { train: 9, good: 4, defective: 3 });
    const model = fake(knowing);
    const { categories, references } = await measure(model, { opinions: REFERENCES, references: 4 });
    expect(references).toBe(4);
    const [{ draws }] = categories as [(typeof categories)[number]];
    expect(draws.map(({ good, defective, crowd }) => [good, defective, crowd])).toEqual(
      Array(3).fill([4, 3, 0]),
    );
    for (const draw of draws) {
      expect(new Set(draw.references).size).toBe(4);
      expect(draw.references.every((path) => path.startsWith(join('train', 'good')))).toBe(true);
    }
    expect(new Set(draws.map((draw) => draw.references.toSorted().join())).size).toBe(3);
    // The same again, and wherever the data lie.
    const again = await measure(fake(knowing), { opinions: REFERENCES, references: 4 });
    expect(again.categories[0]!.draws.map((draw) => draw.references)).toEqual(
      draws.map((draw) => draw.references),
    );
    for (const { comparison } of model.inspected) {
      const drawn = draws.find(({ references: paths }) => {
        const keys = paths.map((path) =>
          sha256(relative('', path).replaceAll('\\', '/').replace('.jpg', '')),
        );
        return (
          keys.sort().join() ===
          comparison!.references
            .map(({ key }) => key)
            .sort()
            .join()
        );
      });
      expect(drawn, category).toBeDefined();
    }
  });

  it('are drawn from test/good where there is nothing else, and are then in no figure, nor are copies of them', async () => {
    const category = await makeCategory('nut', { good: 8, defective: 3 });
    await put(join(category, 'test/good/copy.jpg'), 'test/good/0');
    const model = fake(knowing);
    const { categories } = await measure(model, {
      opinions: REFERENCES,
      references: 2,
      seeds: [0, 1, 2, 3, 4],
    });
    for (const draw of categories[0]!.draws) {
      // Counted by hand: files of test/good whose content none of the references has.
      const contents = new Set(
        draw.references.map((path) => (path.endsWith('copy.jpg') ? '0.jpg' : basename(path))),
      );
      expect(contents.size).toBe(2);
      const left = ['0.jpg', '0.jpg', ...[1, 2, 3, 4, 5, 6, 7].map((i) => `${i}.jpg`)].filter(
        (name) => !contents.has(name),
      );
      expect([draw.good, draw.defective]).toEqual([left.length, 3]);
    }
    for (const { path, comparison } of model.inspected) {
      expect(comparison!.references.map(({ key }) => key)).not.toContain(await sha256OfFile(path));
    }
  });

  it('take more good images than are drawn', async () => {
    await makeCategory('nut', { good: 4, defective: 1 });
    await expect(measure(fake(knowing), { opinions: REFERENCES, references: 4 })).rejects.toThrow(
      /has 4 different good images, and 4 references take 5/,
    );
  });

  it('that cannot be read end it: nobody would know what was measured', async () => {
    const category = await makeCategory('nut', { good: 1, defective: 1 });
    await put(join(category, 'train/good/broken.jpg'), 'broken');
    await expect(measure(fake(knowing), { opinions: REFERENCES, references: 1 })).rejects.toMatchObject({
      code: 'image-unreadable',
    });
  });
});

describe('figures', () => {
  it('are of the fused maps and of each opinion alone', async () => {
    await makeCategory('nut', { train: 3, good: 2, defective: 2 });
    const { mean, deviation, categories } = await measure(fake(knowing), {
      opinions: REFERENCES,
      references: 2,
    });
    // Language says the same of all; references are right. Both: (0.4 + 0.9) / 2 of defective ones.
    expect(mean.opinions.language!.image.auroc).toBe(0.5);
    expect(mean.opinions.language!.map.auroc).toBeLessThan(0.5);
    expect(mean.opinions.references!.image.auroc).toBe(1);
    expect(mean.image).toMatchObject({ auroc: 1, f1Max: 1, f1Threshold: 0.65 });
    expect(mean.opinions.consensus).toBeUndefined();
    expect(deviation.image.auroc).toBe(0);
    expect(categories[0]!.mean).toEqual(mean);
  });

  it('are mean and deviation over draws, over the categories of each draw first', async () => {
    await makeCategory('one', { train: 6, good: 1, defective: 1 });
    await makeCategory('two', { train: 6, good: 1, defective: 1 });
    // Right where the first of two references has an even number.
    const say: Say = (job) => {
      const knows = Number.parseInt(job.comparison!.references[0]!.key.slice(0, 2), 16) % 2 === 0;
      return { language: 0.1, references: knows === isDefective(job) ? 0.9 : 0.2 };
    };
    const seeds = [0, 1, 2, 3, 4, 5];
    const { categories, mean, deviation } = await measure(fake(say), {
      ...{ opinions: REFERENCES, references: 1, seeds },
    });
    const perDraw = seeds.map(
      (_, at) => categories.reduce((sum, { draws }) => sum + draws[at]!.image.auroc!, 0) / 2,
    );
    const middle = perDraw.reduce((sum, value) => sum + value, 0) / 6;
    const square = perDraw.reduce((sum, value) => sum + (value - middle) ** 2, 0);
    expect(mean.image.auroc).toBeCloseTo(middle, 12);
    expect(deviation.image.auroc).toBeCloseTo(Math.sqrt(square / 5), 12);
    expect(deviation.image.auroc).toBeGreaterThan(0);
  });

  it('leave out images that fail, which are named', async () => {
    const category = await makeCategory('nut', { train: 3, good: 2, defective: 2 });
    await put(join(category, 'test/good/broken.jpg'), 'broken');
    const told: string[] = [];
    const { categories, failures } = await measure(fake(knowing), {
      opinions: REFERENCES,
      references: 2,
      onProgress: (event) => event.kind === 'image' && told.push(`${event.done} of ${event.total}`),
    });
    expect(failures).toMatchObject([{ path: join(category, 'test/good/broken.jpg') }]);
    expect(categories[0]!.draws[0]).toMatchObject({ good: 2, defective: 2, failed: 1 });
    expect(told.at(-1)).toBe('5 of 5');
  });
});

it('looks where it is told, and says where', async () => {
  await makeCategory('nut', { train: 2, good: 1, defective: 1 });
  const model = fake(knowing);
  const area = { schemaVersion: 1, width: 64, height: 64, include: [], ignore: [], part: null } as const;
  const measured = await measure(model, { opinions: REFERENCES, references: 1, area });
  expect(measured.area).toEqual(area);
  expect(model.inspected.every((job) => job.area === area)).toBe(true);
});

describe('the crowd', () => {
  it('is of the images that are measured, references not among them', async () => {
    await makeCategory('nut', { good: 12, defective: 8 });
    const model = fake((job) => ({ ...knowing(job), consensus: 0.3 }));
    const { categories } = await measure(model, { opinions: ALL, references: 2, seeds: [0] });
    const [draw] = categories[0]!.draws;
    expect(draw).toMatchObject({ good: 10, defective: 8, crowd: 16 });
    const [{ comparison }] = model.inspected as [InspectJob];
    const keys = comparison!.crowd.map(({ key }) => key);
    expect(new Set(keys).size).toBe(16);
    for (const { key } of comparison!.references) expect(keys).not.toContain(key);
    expect(draw!.opinions.consensus!.image.auroc).toBe(0.5);
  });

  it('of few images is all of them: what is the same in every draw is computed once', async () => {
    await makeCategory('nut', { good: 5, defective: 4 });
    const model = fake((job) => ({ language: 0.4, consensus: isDefective(job) ? 0.8 : 0.2 }));
    const { categories, deviation } = await measure(model, { opinions: new Set(['language', 'consensus']) });
    expect(categories[0]!.draws.map(({ crowd }) => crowd)).toEqual([9, 9, 9]);
    expect(model.inspected).toHaveLength(9);
    expect(deviation.image.auroc).toBe(0);
  });

  it('is aligned with the first reference where the recipe says so', async () => {
    await makeCategory('nut', { train: 3, good: 4, defective: 4 });
    const model = fake((job) => ({ ...knowing(job), consensus: 0.3 }));
    const settings = { ...DEFAULT_OPINION_SETTINGS, alignment: 'on' as const };
    const own = { ...recipe, opinions: settings };
    const { categories } = await measure(model, { opinions: ALL, references: 1, seeds: [0], recipe: own });
    const [reference] = categories[0]!.draws[0]!.references;
    const template = { path: join(folder, 'nut', reference!) };
    expect(model.embedded.every((job) => job.template?.path === template.path)).toBe(true);
    expect(model.inspected[0]!.comparison!.template).toEqual(template);
    expect(categories[0]!.draws[0]!.alignment).toBe('on');
  });

  it('is aligned by itself where parts lie in different poses', async () => {
    await makeCategory('nut', { good: 6, defective: 4 });
    const lies = { centre: { x: 30, y: 30 }, length: 40, width: 10, elongation: 4 };
    const pose = (path: string): PartPose => ({
      ...{ ...lies, from: 'axis', certainty: 1, asItLies: 0.3 },
      angle: Number.parseInt(basename(path), 10),
    });
    const model = fake((job) => ({ language: 0.4, consensus: isDefective(job) ? 0.8 : 0.2 }), pose);
    const { categories } = await measure(model, { opinions: new Set(['language', 'consensus']), seeds: [0] });
    expect(categories[0]!.draws[0]!.alignment).toBe('differ');
    const { template, settings } = model.inspected[0]!.comparison!;
    expect(settings.alignment).toBe('on');
    expect(model.embedded.every((job) => job.template?.path === template!.path)).toBe(true);
  });
});
