import { mkdir, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { encodeGrey8, encodeGrey16 } from '../../../../src-main/codec/image-codec.ts';
import { ArtifactStore } from '../../../../src-main/files/artifact-store.ts';
import { sha256OfFile } from '../../../../src-main/files/hash.ts';
import type { InspectJob } from '../../../../src-main/inference/inference-client.ts';
import type { EmbedJob } from '../../../../src-main/inference/inference-protocol.ts';
import { frameGrid } from '../../../../src-main/pipeline/frame.ts';
import type { MethodAbilities } from '../../../../src-main/services/evaluation/methods/method-abilities.ts';
import { ClipSamError, throwIfCancelled } from '../../../../src-shared/errors.ts';
import { frameFor } from '../../../../src-shared/frame.ts';
import type { Opinion } from '../../../../src-shared/opinion.ts';
import { Random } from '../../../../src-shared/random.ts';
import type { ArtifactRef, InspectionResult } from '../../../../src-shared/result.ts';
import { inspectionResult } from '../../../store/results-fixture.ts';

const SIDE = 32;

/** A category whose files hold their own names: a defect covers the first eighth of defective images. */
export async function makeCategory(
  path: string,
  count: { readonly train?: number; readonly good: number; readonly defective: number },
): Promise<string> {
  const put = async (file: string, content: Uint8Array | string) => {
    await mkdir(dirname(join(path, file)), { recursive: true });
    await writeFile(join(path, file), content);
  };
  const each = async (kind: string, images: number) => {
    for (let i = 0; i < images; i++) await put(join(kind, `${i}.jpg`), `${basename(path)}/${kind}/${i}`);
  };
  await each('train/good', count.train ?? 0);
  await each('test/good', count.good);
  await each('test/dent', count.defective);
  const mask = await encodeGrey8(SIDE, SIDE, new Uint8Array(SIDE * SIDE).fill(255, 0, (SIDE * SIDE) / 8));
  for (let i = 0; i < count.defective; i++) await put(`ground_truth/dent/${i}_mask.png`, mask);
  return path;
}

/** Painting and packing maps takes longest here, and most are asked for again. */
const paintedMaps = new Map<string, Promise<Uint8Array>>();

/** Noise of its own for each image, with a defect on the first eighth. */
function paintedMap(image: string, offset: number): Promise<Uint8Array> {
  const key = `${image} ${offset}`;
  const paint = () => {
    const { width, height } = frameGrid(frameFor(SIDE, SIDE), 256);
    const random = new Random(image);
    const values = Uint16Array.from({ length: width * height }, (_, i) => {
      const logit = random.normal() + (i < (width * height) / 8 ? offset : 0) - 1;
      return 65535 / (1 + Math.exp(-logit));
    });
    return encodeGrey16(width, height, values);
  };
  const painted = paintedMaps.get(key) ?? paint();
  paintedMaps.set(key, painted);
  return painted;
}

/** How far a method's scores of defects lie above those of good ground. */
export type Skill = Readonly<Record<string, number>>;

/**
 * Answers with noise of its own for each image, the same whatever method is asked, on which defects stand out as far as the
 * method's skill says. A method is named as in recipes, with `+mmr`; opinions by their names.
 */
export function fakeMethods(skill: Skill) {
  const inspected: InspectJob[] = [];
  const embedded: EmbedJob[] = [];
  const flags = {
    broken: undefined as string | undefined,
    silent: undefined as Opinion | undefined,
    unable: undefined as string | undefined,
  };

  const draw = async (store: ArtifactStore, path: string, name: string): Promise<ArtifactRef> => {
    const offset = isDefective(path) ? (skill[name] ?? 0) : 0;
    return store.put(await paintedMap(`${basename(dirname(path))}/${basename(path)}`, offset), 'image/png');
  };

  const inspect = async (job: InspectJob, signal?: AbortSignal): Promise<InspectionResult> => {
    throwIfCancelled(signal);
    inspected.push(job);
    if (flags.broken && job.path.includes(flags.broken)) {
      throw new ClipSamError('image-unreadable', `${job.path} is broken.`);
    }
    const store = new ArtifactStore(job.artifactRoot);
    const { name, refine } = job.recipe.method!;
    if (flags.unable === name) throw new ClipSamError('model-tensor-unknown', `Nothing to make ${name} of.`);
    const finalMap = await draw(store, job.path, refine ? `${name}+mmr` : name);
    const asked = (['consensus', 'references'] as const).filter(
      (opinion) =>
        opinion !== flags.silent &&
        (job.comparison?.[opinion === 'consensus' ? 'crowd' : opinion] ?? []).length > 0,
    );
    const maps: Record<string, ArtifactRef> = {};
    for (const opinion of asked) maps[`${opinion}Map`] = await draw(store, job.path, opinion);
    const scoreOf = (of: string) => 0.5 + (isDefective(job.path) ? 0.1 * (skill[of] ?? 0) : 0);
    const said: Opinion[] = ['language', ...asked];
    const opinions = said.map((opinion) => ({ opinion, score: scoreOf(opinion), weight: 1 / said.length }));
    const { timings, ...rest } = inspectionResult({ score: scoreOf(name), regions: [] });
    return {
      ...rest,
      ...{ width: SIDE, height: SIDE, timings: { ...timings, total: 1000 * name.length } },
      artifacts: { coarseMap: finalMap, finalMap, mask: finalMap, ...maps },
      ...(asked.length > 0 && { opinions }),
    };
  };
  const embed = async (job: EmbedJob) => {
    embedded.push(job);
    const contentHash = await sha256OfFile(job.path);
    const tokens = join(job.folder, contentHash);
    return { contentHash, key: contentHash, tokens, width: SIDE, height: SIDE, notices: [] };
  };
  const pose = async () => ({ doubt: 'no-contrast' }) as const;
  return { inference: { inspect, embed, pose, packHash: '2'.repeat(64) }, inspected, embedded, flags };
}

function isDefective(path: string): boolean {
  return path.includes('dent');
}

/** A pack that lacks what some methods want. */
export const ABILITIES: MethodAbilities = {
  lackOf: (name) => (name === 'april-gan' ? 'the pack has no linear layers for it.' : undefined),
  trainedParameters: (name) => (name === 'clipsam' ? 1_234_567 : 0),
};
