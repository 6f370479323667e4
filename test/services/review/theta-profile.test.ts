import { rm } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { encodeGrey16 } from '../../../src-main/codec/image-codec.ts';
import { PROFILE_THETAS, thetaProfile } from '../../../src-main/services/review/theta-profile.ts';
import { createBatch } from '../../../src-main/store/batches.ts';
import { addImages } from '../../../src-main/store/images.ts';
import { saveRecipe } from '../../../src-main/store/recipes.ts';
import { recordOutcome } from '../../../src-main/store/results.ts';
import { startRun } from '../../../src-main/store/run-lifecycle.ts';
import { ClipSamError } from '../../../src-shared/errors.ts';
import { context, inspectionResult, recipe, temporaryWorkspace } from '../../store/fixtures.ts';

/** A map of 20 × 10 cells with single cells of these values, far from each other. */
function mapWith(values: readonly number[]): Promise<Uint8Array> {
  const data = new Uint16Array(200);
  for (const [i, value] of values.entries()) data[20 + i * 3] = Math.round(value * 65535);
  return encodeGrey16(20, 10, data);
}

async function runWith(maps: readonly (readonly number[])[]) {
  const workspace = await temporaryWorkspace();
  const { id } = await createBatch(workspace, { name: 'B' }, 'ana');
  const images = [...maps, []].map((_, i) => ({ path: `/photos/${i}.png`, contentHash: null, bytes: null }));
  await addImages(workspace, id, images, 'ana');
  // θ beside the profile's grid.
  const own = { ...recipe, theta: 0.505, minRegionArea: 0, maxRegions: 3 };
  const { hash } = await saveRecipe(workspace, own, { inspector: 'ana' });
  const claim = await startRun(workspace, id, hash, context);
  const files: string[] = [];
  for (const [i, values] of maps.entries()) {
    const coarseMap = await workspace.artifacts.put(await mapWith(values), 'image/png');
    files.push(workspace.artifacts.pathOf(coarseMap));
    const { artifacts } = inspectionResult();
    const result = inspectionResult({ artifacts: { ...artifacts, coarseMap } });
    await recordOutcome(workspace, claim, i + 1, { status: 'done', result });
  }
  const error = new ClipSamError('image-unreadable', 'x');
  await recordOutcome(workspace, claim, maps.length + 1, { status: 'failed', error });
  return { workspace, runId: claim.runId, files };
}

const at = (theta: number) => PROFILE_THETAS.indexOf(theta);

test('sums up, per image, what would appear and vanish against the run’s own threshold', async () => {
  const { workspace, runId } = await runWith([[0.9, 0.6, 0.3, 0.3, 0.3], [0.502], []]);
  const profile = await thetaProfile(workspace, runId);
  expect(profile).toMatchObject({ images: 3, thetas: PROFILE_THETAS });
  const row = (theta: number) => {
    const { regions, appearing, vanishing, imagesWithRegion } = profile;
    return [regions, appearing, vanishing, imagesWithRegion].map((column) => column[at(theta)]);
  };
  // At θ = 0.505 the first image has two regions, the others none. No image has more than three.
  expect(row(0.51)).toEqual([2, 0, 0, 1]);
  expect(row(0.5)).toEqual([3, 1, 0, 2]);
  expect(row(0.2)).toEqual([4, 2, 0, 2]);
  expect(row(0.7)).toEqual([1, 0, 1, 1]);
  expect(row(1)).toEqual([0, 0, 2, 0]);
});

test('measures the smallest region of a tiled image by its tiles', async () => {
  const workspace = await temporaryWorkspace();
  const { id } = await createBatch(workspace, { name: 'B' }, 'ana');
  const images = [1, 2].map((i) => ({ path: `/photos/${i}.png`, contentHash: null, bytes: null }));
  await addImages(workspace, id, images, 'ana');
  // Two of the map's 200 cells; of a tile that is a quarter of the image: one.
  const own = { ...recipe, theta: 0.5, minRegionArea: 0.01, maxRegions: 3 };
  const { hash } = await saveRecipe(workspace, own, { inspector: 'ana' });
  const claim = await startRun(workspace, id, hash, context);
  const coarseMap = await workspace.artifacts.put(await mapWith([0.9]), 'image/png');
  const { artifacts, width, height } = inspectionResult();
  const tiled = { code: 'tiled', tiles: 9, scale: 1, width: width / 2, height: height / 2 } as const;
  for (const [i, notices] of [[], [tiled]].entries()) {
    const result = inspectionResult({ artifacts: { ...artifacts, coarseMap }, notices });
    await recordOutcome(workspace, claim, i + 1, { status: 'done', result });
  }
  const profile = await thetaProfile(workspace, claim.runId);
  expect([profile.images, profile.regions[at(0.5)]]).toEqual([2, 1]);
});

test('counts once: the second time needs no map', async () => {
  const { workspace, runId, files } = await runWith([[0.9], [0.4, 0.7]]);
  const events: unknown[] = [];
  const first = await thetaProfile(workspace, runId, { onProgress: (event) => events.push(event) });
  expect(events).toEqual([
    { done: 0, total: 2 },
    { done: 2, total: 2 },
  ]);
  for (const file of files) await rm(file);
  expect(await thetaProfile(workspace, runId)).toEqual(first);
});

test('leaves out images whose map is lost', async () => {
  const { workspace, runId, files } = await runWith([[0.9], [0.4, 0.7]]);
  await rm(files[0]!);
  const profile = await thetaProfile(workspace, runId);
  expect([profile.images, profile.regions[at(0.6)]]).toEqual([1, 1]);
});

test('keeps what was counted before a cancel', async () => {
  const { workspace, runId } = await runWith(Array.from({ length: 150 }, (_, i) => [i / 150]));
  const abort = new AbortController();
  const onProgress = ({ done }: { readonly done: number }) => done > 0 && abort.abort();
  await expect(thetaProfile(workspace, runId, { signal: abort.signal, onProgress })).rejects.toMatchObject({
    code: 'cancelled',
  });
  const totals: number[] = [];
  const profile = await thetaProfile(workspace, runId, { onProgress: ({ total }) => totals.push(total) });
  expect(totals[0]).toBeLessThan(150);
  expect(profile.images).toBe(150);
});
