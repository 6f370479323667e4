import { link, mkdir, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { throwIfCancelled } from '../../../src-shared/errors.ts';
import type { Box } from '../../../src-shared/geometry.ts';
import type { Region } from '../../../src-shared/result.ts';
import { readRgb } from '../../codec/image-codec.ts';
import { sha256 } from '../../files/hash.ts';
import { readEvidence } from '../../reports/evidence-picture.ts';
import { addMadeUpBatches } from '../../store/made-up-batches.ts';
import { openWorkspace } from '../../store/open-workspace.ts';
import { saveRecipe } from '../../store/recipes.ts';
import type { MeasureContext, Measured } from './bench-context.ts';
import { generateImages } from './bench-images.ts';
import { measuredApart } from './measured-apart.ts';

interface ReportSize {
  readonly images: number;
  /** Different ones among them. */
  readonly different: number;
  readonly pictures: number;
}

const SIZE: ReportSize = { images: 5000, different: 12, pictures: 1000 };
/** Regions of an image at most; all lie within 640 × 640 pixels. */
const REGIONS = 6;
/** Pictures that are read alone at most. */
const ALONE = 200;
/** Megabytes that the process may take. */
const BAR = 600;

/** What a process that made a report says of it. */
export interface ReportCost {
  readonly seconds: number;
  /** Resident memory: before the workspace was opened, and at most. */
  readonly startBytes: number;
  readonly peakBytes: number;
  readonly pages: number;
  readonly fileBytes: number;
  readonly pictures: number;
  /** Defects whose image could not be read. */
  readonly withoutPicture: number;
}

/**
 * Makes the report of a batch in a process of its own, whose memory is measured; its time for each picture
 * beside reading one alone. Every image has a verdict, and six defects at most.
 */
export async function measureReport(
  { chosen, signal }: Pick<MeasureContext, 'chosen' | 'signal'>,
  size = SIZE,
): Promise<Omit<Measured, 'name'>> {
  const folder = await mkdtemp(join(tmpdir(), 'clipsam-bench-'));
  try {
    const sources = await generateImages(folder, size.different, signal);
    const files = await Promise.all(sources.map(describe));
    await mkdir(join(folder, 'images', '0'), { recursive: true });
    for (let i = 0; i < size.images; i++) {
      if (i % 100 === 0) throwIfCancelled(signal);
      await link(sources[i % sources.length]!, join(folder, 'images', '0', `${i}.png`));
    }
    const regions = Array.from({ length: REGIONS }, (_, i) => madeUpRegion(i));
    const workspaceFolder = join(folder, 'workspace');
    const workspace = await openWorkspace(workspaceFolder, { create: true });
    try {
      const { hash } = await saveRecipe(workspace, chosen.recipe, { inspector: 'bench' });
      const pictures = { folder: join(folder, 'images'), files, regions };
      await addMadeUpBatches(workspace, hash, { batches: 1, images: size.images, pictures });
    } finally {
      await workspace.close();
    }
    const cost = await measuredApart<ReportCost>(
      new URL('./report-process.ts', import.meta.url),
      [workspaceFolder, String(size.pictures)],
      'makes the report',
      signal,
    );
    const pictureMs = await readAlone(sources, files, regions, Math.min(ALONE, size.pictures), signal);
    const peakMegabytes = cost.peakBytes / (1 << 20);
    return {
      figures: {
        images: size.images,
        pictures: cost.pictures,
        withoutPicture: cost.withoutPicture,
        pages: cost.pages,
        fileMegabytes: cost.fileBytes / (1 << 20),
        peakMegabytes,
        startMegabytes: cost.startBytes / (1 << 20),
        seconds: cost.seconds,
        pictureMs,
        ratio: (1000 * cost.seconds) / cost.pictures / pictureMs,
      },
      bar: `peak ≤ ${BAR} MB, every picture asked for`,
      passed: peakMegabytes <= BAR && cost.pictures === size.pictures,
    };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function describe(path: string) {
  const content = await readFile(path);
  const { width, height } = await readRgb(path, { maxPixels: 1e8 });
  return { contentHash: sha256(content), bytes: content.length, width, height };
}

/** A round one, with the three masks that SAM would have given. */
function madeUpRegion(i: number): Region {
  const radius = 24 + 6 * i;
  const [x, y] = [100 + 200 * (i % 3), 150 + 300 * Math.floor(i / 3)];
  const circle = (r: number): [number, number][] =>
    Array.from({ length: 40 }, (_, k) => [
      x + r * Math.cos((k * Math.PI) / 20),
      y + r * Math.sin((k * Math.PI) / 20),
    ]);
  const box: Box = { x: x - radius, y: y - radius, width: 2 * radius, height: 2 * radius };
  const area = Math.PI * radius ** 2;
  return {
    ...{ index: i + 1, box, area, peak: 0.9 - i / 20, mean: 0.6 - i / 20, polygons: [[circle(radius)]] },
    prompts: { box, points: [{ x, y, label: 1 }] },
    levels: ([1, 2, 3] as const).map((level) => ({
      ...{ level, quality: 0.9, area: (area * level) / 2 },
      polygons: [[circle(radius * Math.sqrt(level / 2))]],
    })),
  };
}

/** Reads pictures as the report does, one after the other. @returns milliseconds for each */
async function readAlone(
  sources: readonly string[],
  files: readonly { readonly contentHash: string }[],
  regions: readonly Region[],
  count: number,
  signal: AbortSignal | undefined,
): Promise<number> {
  const start = performance.now();
  for (let i = 0; i < count; i++) {
    throwIfCancelled(signal);
    const { contentHash } = files[i % files.length]!;
    const { box } = regions[i % regions.length]!;
    const place = { path: sources[i % sources.length]!, page: null, range: null };
    const source = { ...place, maxPixels: 1e8, contentHash, outlineOf: () => [] };
    await readEvidence(source, box, 480);
  }
  return (performance.now() - start) / count;
}
