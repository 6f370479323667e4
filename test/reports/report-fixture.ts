import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import sharp from 'sharp';
import { encodeGrey8, encodeGrey16 } from '../../src-main/codec/image-codec.ts';
import { ArtifactStore } from '../../src-main/files/artifact-store.ts';
import { sha256OfFile } from '../../src-main/files/hash.ts';
import type { DoneImage, ReportImage, RunReport } from '../../src-main/reports/run-report.ts';
import type { Annotation } from '../../src-shared/annotation.ts';
import type { Polygon } from '../../src-shared/geometry.ts';
import type { Region } from '../../src-shared/result.ts';
import type { VerdictEntry } from '../../src-shared/verdict.ts';
import { inspectionResult, recipe, region, temporaryFolder } from '../store/fixtures.ts';

export const WIDTH = 64;
export const HEIGHT = 48;

/** A square ring with a square hole. */
export const holed: Polygon = [
  [
    [40, 8],
    [60, 8],
    [60, 28],
    [40, 28],
    [40, 8],
  ],
  [
    [45, 13],
    [45, 23],
    [55, 23],
    [55, 13],
    [45, 13],
  ],
];

export function regionOf(index: number, polygons: readonly Polygon[], peak: number): Region {
  return { ...region, index, polygons, peak };
}

export function annotation(changes: Partial<Annotation>): Annotation {
  return {
    id: 1,
    runId: 1,
    imageId: 1,
    kind: 'false-positive',
    regionIndex: null,
    polygons: null,
    defectClass: '',
    comment: '',
    inspector: 'ana',
    createdAt: '2024-05-01T09:30:00.000Z',
    ...changes,
  };
}

export function verdict(changes: Partial<VerdictEntry>): VerdictEntry {
  return {
    id: 1,
    runId: 1,
    imageId: 1,
    verdict: 'accept',
    defectClass: '',
    severity: null,
    overturnReason: '',
    comment: '',
    inspector: 'ana',
    createdAt: '2024-05-01T09:30:00.000Z',
    supersedes: null,
    ...changes,
  };
}

/** Artifacts and image files in a temporary folder; images are made from what differs between them. */
export async function reportFixture() {
  const folder = await temporaryFolder();
  const store = new ArtifactStore(join(folder, 'artifacts'));
  const photos = join(folder, 'photos');
  await mkdir(photos);
  const mask = new Uint8Array(WIDTH * HEIGHT);
  for (let y = 10; y < 20; y++) mask.fill(255, y * WIDTH + 10, y * WIDTH + 30);
  const map = Uint16Array.from({ length: WIDTH * HEIGHT }, (_, i) => (i % WIDTH) * 1000);
  const artifacts = {
    coarseMap: await store.put(await encodeGrey16(WIDTH, HEIGHT, map), 'image/png'),
    finalMap: await store.put(await encodeGrey16(WIDTH, HEIGHT, map), 'image/png'),
    mask: await store.put(await encodeGrey8(WIDTH, HEIGHT, mask), 'image/png'),
  };
  const picture = { width: WIDTH, height: HEIGHT, channels: 3 as const, background: '#a0a5b0' };
  const path = join(photos, 'part.png');
  await sharp({ create: picture }).png().toFile(path);
  const content = await sha256OfFile(path);

  let images = 0;
  const common = (name: string) => ({
    resultId: `ws/1/${name}`,
    imageId: ++images,
    contentHash: content,
    file: 'same' as const,
    path,
    name,
    page: null,
    range: null,
    finishedAt: '2024-05-01T09:30:00.000Z',
    verdict: null,
    annotations: [],
  });
  const done = (
    name: string,
    changes: Partial<DoneImage> & Partial<{ score: number; regions: Region[] }> = {},
  ) => {
    const { score = 0.9, regions = [region], ...rest } = changes;
    const result = inspectionResult({
      score,
      regions,
      artifacts,
      contentHash: content,
      verdict: score >= 0.6 ? 'reject' : 'accept',
    });
    return { ...common(name), status: 'done', result, ...rest } satisfies DoneImage;
  };
  const failed = (name: string, message: string) =>
    ({
      ...common(name),
      path: join(photos, 'missing.png'),
      file: 'missing',
      status: 'failed',
      error: { code: 'image-unreadable', message },
    }) satisfies ReportImage;

  const report = (contained: readonly ReportImage[], changes: Partial<RunReport> = {}): RunReport => ({
    workspaceId: 'ws',
    jobId: 'ws/1',
    batch: {
      id: 1,
      name: 'Lot 7',
      objectName: 'metal nut',
      partNumber: 'PN-1',
      revision: 'B',
      lot: 'L7',
      order: 'O9',
      recipeHash: null,
      createdAt: '2024-05-01T09:00:00.000Z',
      archivedAt: null,
      sampleRanges: { integer: null, float: null },
      scale: null,
    },
    run: {
      id: 1,
      batchId: 1,
      recipeHash: 'b'.repeat(64),
      packHash: 'c'.repeat(64),
      device: { asked: 'cpu', running: 'cpu' },
      softwareVersion: '0.1.0',
      sampleRanges: { integer: null, float: null },
      scale: null,
      comparison: null,
      status: 'done',
      startedAt: '2024-05-01T09:29:00.000Z',
      endedAt: '2024-05-01T09:30:00.000Z',
      error: null,
    },
    recipe,
    recipeRevision: 3,
    imageRoot: photos,
    total: contained.length,
    finished: contained.length,
    async *images() {
      yield* contained;
    },
    artifactPath: (ref) => store.pathOf(ref),
    async writePdf(path, step) {
      for (const _ of contained) step();
      await writeFile(path, '%PDF-');
    },
    ...changes,
  });
  return { out: join(folder, 'out'), done, failed, report };
}

/** Even-odd test of a single point, ring by ring: the plainest way to say what a polygon covers. */
export function covers(polygons: readonly Polygon[], x: number, y: number): boolean {
  return polygons.some((rings) => {
    let inside = false;
    for (const ring of rings) {
      for (let i = 0; i < ring.length; i++) {
        const [ax, ay] = ring[i]!;
        const [bx, by] = ring[(i + 1) % ring.length]!;
        if (ay > y !== by > y && x < ((bx - ax) * (y - ay)) / (by - ay) + ax) inside = !inside;
      }
    }
    return inside;
  });
}
