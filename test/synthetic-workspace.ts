// A workspace full of results that nobody computed, for tests and measurements of everything behind the inference:
// `node test/synthetic-workspace.ts <folder> [images]`.
import { link, mkdir, readFile, writeFile } from 'node:fs/promises';
import { basename, extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import Database from 'better-sqlite3';
import { encodeGrey8, encodeGrey16, readRgb } from '../src-main/codec/image-codec.ts';
import { hashOfJson } from '../src-main/files/canonical-json.ts';
import { sha256 } from '../src-main/files/hash.ts';
import { listImageFiles } from '../src-main/files/image-files.ts';
import { describePack } from '../src-main/inference/pack-loader.ts';
import { createBatch } from '../src-main/store/batches.ts';
import { openWorkspace } from '../src-main/store/open-workspace.ts';
import { saveRecipe } from '../src-main/store/recipes.ts';
import type { Workspace } from '../src-main/store/workspace.ts';
import { frameFor } from '../src-shared/frame.ts';
import type { Box, Polygon } from '../src-shared/geometry.ts';
import { type OpinionScore, opinionDisagreement } from '../src-shared/opinion.ts';
import { Random } from '../src-shared/random.ts';
import type { InspectionResult, Region, ResultArtifacts } from '../src-shared/result.ts';
import { modelVerdict } from '../src-shared/verdict.ts';

const SAMPLES = fileURLToPath(new URL('../resources/samples/', import.meta.url));
const INSPECTOR = 'synthetic';
const CLASSES = ['scratch', 'dent', 'stain', 'crack', 'missing part'];
const LOOKS = 5;

export interface SyntheticOptions {
  readonly images?: number;
  readonly name?: string;
  /** Shares of the images, 0..1. */
  readonly reviewed?: number;
  readonly failed?: number;
  readonly pending?: number;
  readonly seed?: string;
  /** True: batch and references said something of every image too. */
  readonly opinions?: boolean;
  /** Made up the batch's part number, which says of which product it is. */
  readonly partNumber?: string;
  /** Files that the images are links to, and that name them. Default: the bundled samples, under numbers. */
  readonly files?: readonly string[];
}

/** An image file with maps and regions that it can be given. */
interface Original {
  readonly path: string;
  readonly contentHash: string;
  readonly bytes: number;
  readonly width: number;
  readonly height: number;
  /** One without a defect, then some with. */
  readonly looks: readonly {
    readonly score: number;
    readonly regions: readonly Region[];
    readonly artifacts: ResultArtifacts;
    /** What the opinions are about it; none: language alone was asked. */
    readonly opinions: readonly OpinionScore[];
  }[];
}

/** What the synthetic results were compared with. */
const COMPARISON: InspectionResult['comparison'] = {
  hash: 'd'.repeat(64),
  crowd: 24,
  references: 8,
  harmless: 1,
  counterExamples: 0,
};

/**
 * Fills a new or existing workspace with a batch and a finished run over it. The files are links to a few real ones,
 * so tens of thousands take seconds and hardly any room. The same seed gives the same rows.
 */
export async function addSyntheticBatch(
  folder: string,
  options: SyntheticOptions = {},
): Promise<{ readonly batchId: number; readonly runId: number }> {
  const { images = 20_000, name = 'Synthetic', seed = 'synthetic' } = options;
  const { reviewed = 0.1, failed = 0.01, pending = 0, opinions = false, partNumber = '' } = options;
  const workspace = await openWorkspace(folder, { create: true });
  try {
    const random = new Random(seed);
    const { pack } = await describePack('lite');
    const recipe = pack.defaultRecipe;
    const { hash: recipeHash } = await saveRecipe(workspace, recipe, { inspector: INSPECTOR });
    const { id: batchId } = await createBatch(workspace, { name, recipeHash, partNumber }, INSPECTOR);
    // Painting maps takes longest: images of the same size share them.
    const looks = new Map<string, Promise<Original['looks']>>();
    const looksOf = (width: number, height: number) => {
      const key = `${width}×${height}`;
      const made = looks.get(key) ?? makeLooks(workspace, width, height, { random, opinions });
      looks.set(key, made);
      return made;
    };
    const originals: Original[] = [];
    const files = options.files ?? (await sampleFiles());
    for (const file of files) {
      originals.push(await describeOriginal(workspace, file, looksOf));
    }
    const photos = join(workspace.folder, 'photos', String(batchId));
    const paths: string[] = [];
    for (let i = 0; i < images; i++) {
      const part = `part-${String(Math.floor(i / 1000)).padStart(3, '0')}`;
      if (i % 1000 === 0) await mkdir(join(photos, part), { recursive: true });
      const { path } = originals[i % originals.length]!;
      const end = options.files ? `-${basename(files[i % files.length]!)}` : extname(path);
      const file = join(part, `${String(i).padStart(6, '0')}${end}`);
      await link(path, join(photos, file)).catch(unlessThere);
      paths.push(`photos/${batchId}/${file.replaceAll('\\', '/')}`);
    }

    const db = new Database(join(workspace.folder, 'workspace.sqlite'));
    try {
      const now = new Date().toISOString();
      const packHash = hashOfJson(pack);
      const device = { asked: 'cpu', running: 'cpu' };
      const timings = {
        read: 8,
        encode: 120,
        umci: 6,
        compare: 0,
        regions: 2,
        decode: 30,
        fuse: 9,
        write: 7,
        total: 182,
      };
      const insert = (table: string, columns: string) =>
        db.prepare(
          `insert into ${table} (${columns}) values (${columns.split(',').map((column) => `@${column.trim()}`)})`,
        );
      const addImage = insert('images', 'batch_id, path, content_hash, bytes, width, height, added_at');
      const addRun = insert(
        'runs',
        'batch_id, recipe_hash, pack_hash, device_asked, device_running, software_version, status, last_image_id, owner_token, owner_pid, owner_host, heartbeat_at, started_at, ended_at',
      );
      const addResult = insert(
        'results',
        'run_id, image_id, status, finished_at, error_code, error_message, content_hash, width, height, score, verdict, artifacts, timings, device, recipe_hash, pack_hash, software_version, disagreement, other_fields',
      );
      const addRegion = insert(
        'regions',
        'result_id, region_index, box, area, peak, mean, polygons, prompts, levels, opinions',
      );
      const addVerdict = insert(
        'verdicts',
        'run_id, image_id, verdict, defect_class, severity, overturn_reason, comment, inspector, created_at',
      );
      const addAnnotation = insert(
        'annotations',
        'run_id, image_id, kind, region_index, defect_class, comment, inspector, created_at',
      );
      let runId = 0;
      db.transaction(() => {
        const ids = paths.map((path, i) => {
          const { contentHash, bytes, width, height } = originals[i % originals.length]!;
          const size = { content_hash: contentHash, bytes, width, height };
          return Number(addImage.run({ batch_id: batchId, path, ...size, added_at: now }).lastInsertRowid);
        });
        const run = {
          batch_id: batchId,
          recipe_hash: recipeHash,
          pack_hash: packHash,
          device_asked: 'cpu',
          device_running: 'cpu',
          software_version: '0.1.0',
          status: pending > 0 ? 'interrupted' : 'done',
          last_image_id: ids.at(-1),
          owner_token: 'synthetic',
          owner_pid: 0,
          owner_host: 'synthetic',
          heartbeat_at: now,
          started_at: now,
          ended_at: now,
        };
        runId = Number(addRun.run(run).lastInsertRowid);
        ids.forEach((imageId, i) => {
          if (random.next() < pending) return;
          const key = { run_id: runId, image_id: imageId };
          const nothing = {
            error_code: null,
            error_message: null,
            content_hash: null,
            width: null,
            height: null,
            score: null,
            verdict: null,
            artifacts: null,
            timings: null,
            device: null,
            recipe_hash: null,
            pack_hash: null,
            software_version: null,
            disagreement: null,
            other_fields: null,
          };
          if (random.next() < failed) {
            const error = {
              error_code: 'image-unreadable',
              error_message: `${paths[i]} is damaged (made up).`,
            };
            addResult.run({ ...key, ...nothing, ...error, status: 'failed', finished_at: now });
            return;
          }
          const original = originals[i % originals.length]!;
          const look = original.looks[random.next() < 0.6 ? 0 : 1 + Math.floor(random.next() * (LOOKS - 1))]!;
          const score = Math.min(1, Math.max(0, look.score + 0.2 * (random.next() - 0.5)));
          const verdict = modelVerdict(score, recipe);
          const { lastInsertRowid } = addResult.run({
            ...key,
            ...nothing,
            status: 'done',
            finished_at: now,
            content_hash: original.contentHash,
            width: original.width,
            height: original.height,
            score,
            verdict,
            artifacts: JSON.stringify(look.artifacts),
            timings: JSON.stringify(timings),
            device: JSON.stringify(device),
            recipe_hash: recipeHash,
            pack_hash: packHash,
            software_version: '0.1.0',
            ...(look.opinions.length > 0 && {
              disagreement: opinionDisagreement(look.opinions),
              other_fields: JSON.stringify({ opinions: look.opinions, comparison: COMPARISON }),
            }),
          });
          for (const { index, box, polygons, prompts, levels, opinions: found, ...numbers } of look.regions) {
            addRegion.run({
              result_id: lastInsertRowid,
              region_index: index,
              ...numbers,
              box: JSON.stringify(box),
              polygons: JSON.stringify(polygons),
              prompts: JSON.stringify(prompts),
              levels: JSON.stringify(levels),
              opinions: found ? JSON.stringify(found) : null,
            });
          }
          if (random.next() >= reviewed) return;
          const said = { inspector: INSPECTOR, created_at: now, comment: '' };
          const human = random.next() < 0.8 ? (score < recipe.warn ? 'accept' : 'reject') : 'uncertain';
          const isReject = human === 'reject';
          const defectClass = isReject ? CLASSES[Math.floor(random.next() * CLASSES.length)] : '';
          addVerdict.run({
            ...key,
            ...said,
            verdict: human,
            defect_class: defectClass,
            severity: isReject ? 'major' : null,
            overturn_reason: '',
          });
          if (look.regions.length > 0 && random.next() < 0.2) {
            addAnnotation.run({ ...key, ...said, kind: 'false-positive', region_index: 1, defect_class: '' });
          }
        });
      })();
      return { batchId, runId };
    } finally {
      db.close();
    }
  } finally {
    await workspace.close();
  }
}

async function sampleFiles(): Promise<string[]> {
  const files: string[] = [];
  for await (const entry of listImageFiles([SAMPLES])) {
    if (entry.kind === 'image' && !entry.path.endsWith('_mask.png')) files.push(entry.path);
  }
  return files;
}

async function describeOriginal(
  workspace: Workspace,
  source: string,
  looksOf: (width: number, height: number) => Promise<Original['looks']>,
): Promise<Original> {
  const bytes = await readFile(source);
  const contentHash = sha256(bytes);
  const { width, height } = await readRgb(source, { maxPixels: 1e9 });
  const looks = await looksOf(width, height);
  // Links do not cross disks, so the workspace gets a copy of each.
  const path = join(workspace.folder, 'photos', 'originals', `${contentHash.slice(0, 16)}${extname(source)}`);
  await mkdir(join(workspace.folder, 'photos', 'originals'), { recursive: true });
  await writeFile(path, bytes, { flag: 'wx' }).catch(unlessThere);
  return { path, contentHash, bytes: bytes.length, width, height, looks };
}

interface LookOptions {
  readonly random: Random;
  readonly opinions: boolean;
}

async function makeLooks(workspace: Workspace, width: number, height: number, options: LookOptions) {
  const looks: Original['looks'][number][] = [];
  for (let look = 0; look < LOOKS; look++) {
    looks.push(await makeLook(workspace, width, height, look, options));
  }
  return looks;
}

/** How strongly each opinion sees the spots, and its share in the fused map. */
const OPINIONS = [
  { opinion: 'language', sees: 0.45, weight: 0.2 },
  { opinion: 'consensus', sees: 1.1, weight: 0.3 },
  { opinion: 'references', sees: 1, weight: 0.5 },
] as const;

/** What each opinion says where the strongest value is `peak`; those of good parts are closer together. */
function opinionsAt(peak: number): OpinionScore[] {
  return OPINIONS.map(({ opinion, sees, weight }) => ({
    opinion,
    weight,
    score: Math.min(1, peak < 0.2 ? peak + weight / 5 : peak * sees),
  }));
}

/** Maps with as many round spots as the number of the look, and what MMR would have made of them. */
async function makeLook(
  workspace: Workspace,
  width: number,
  height: number,
  spots: number,
  { random, opinions }: LookOptions,
): Promise<Original['looks'][number]> {
  const frame = frameFor(width, height);
  const cells = { width: Math.ceil(frame.width / 4), height: Math.ceil(frame.height / 4) };
  const peak = spots === 0 ? 0.15 : 0.45 + 0.5 * random.next();
  const centres = Array.from({ length: Math.max(spots, 1) }, () => ({
    x: 0.15 + 0.7 * random.next(),
    y: 0.15 + 0.7 * random.next(),
    radius: 0.04 + 0.05 * random.next(),
  }));
  const paint = (w: number, h: number, sharpness: number, sees = 1) => {
    const data = new Uint16Array(w * h);
    for (let y = 0, i = 0; y < h; y++) {
      for (let x = 0; x < w; x++, i++) {
        let value = 0.08 + 0.04 * Math.sin(x / 9) * Math.cos(y / 11);
        for (const { x: cx, y: cy, radius } of centres) {
          const distance = Math.hypot((x + 0.5) / w - cx, ((y + 0.5) / h - cy) * (h / w)) / radius;
          value = Math.max(value, peak * Math.exp(-(distance ** sharpness)));
        }
        data[i] = Math.round(65535 * Math.min(1, value * sees));
      }
    }
    return data;
  };
  const put = async (png: Promise<Uint8Array>) => workspace.artifacts.put(await png, 'image/png');
  const mask = new Uint8Array(width * height);
  const said = opinions ? opinionsAt(peak) : [];
  const found = Object.fromEntries(said.map(({ opinion, score }) => [opinion, score]));
  const regions: Region[] =
    spots === 0
      ? []
      : centres.map((spot, k) => ({
          ...makeRegion(spot, k, width, height, peak),
          ...(opinions && { opinions: found }),
        }));
  const coarse = (sees: number) =>
    put(encodeGrey16(cells.width, cells.height, paint(cells.width, cells.height, 2, sees)));
  for (const { box } of regions) {
    for (let y = Math.floor(box.y); y < Math.min(height, box.y + box.height); y++) {
      mask.fill(
        255,
        y * width + Math.floor(box.x),
        y * width + Math.min(width, Math.floor(box.x + box.width)),
      );
    }
  }
  return {
    score: peak,
    regions,
    opinions: said,
    artifacts: {
      coarseMap: await coarse(1),
      ...(opinions && {
        languageMap: await coarse(OPINIONS[0].sees),
        consensusMap: await coarse(OPINIONS[1].sees),
        referencesMap: await coarse(OPINIONS[2].sees * 0.9),
      }),
      finalMap: await put(encodeGrey16(frame.width, frame.height, paint(frame.width, frame.height, 6))),
      mask: await put(encodeGrey8(width, height, mask)),
    },
  };
}

function makeRegion(
  spot: { readonly x: number; readonly y: number; readonly radius: number },
  index: number,
  width: number,
  height: number,
  peak: number,
): Region {
  const [x, y, radius] = [spot.x * width, spot.y * height, spot.radius * width];
  const circle = (r: number): Polygon => {
    const ring = Array.from({ length: 25 }, (_, i): [number, number] => [
      x + r * Math.cos((i * Math.PI) / 12),
      y + r * Math.sin((i * Math.PI) / 12),
    ]);
    return [ring];
  };
  const boxOf = (r: number): Box => ({ x: x - r, y: y - r, width: 2 * r, height: 2 * r });
  return {
    index: index + 1,
    polygons: [circle(radius)],
    box: boxOf(radius),
    area: Math.PI * radius ** 2,
    peak,
    mean: peak * 0.7,
    prompts: { box: boxOf(radius * 1.1), points: [{ x, y, label: 1 }] },
    levels: ([1, 2, 3] as const).map((level) => {
      const r = radius * (0.6 + 0.3 * level);
      return { level, quality: 0.95 - level / 10, area: Math.PI * r ** 2, polygons: [circle(r)] };
    }),
  };
}

function unlessThere(error: NodeJS.ErrnoException): void {
  if (error.code !== 'EEXIST') throw error;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const [folder = 'synthetic-workspace', images = '20000'] = process.argv.slice(2);
  const start = performance.now();
  const made = await addSyntheticBatch(folder, { images: Number(images) });
  console.log({ ...made, seconds: (performance.now() - start) / 1000 });
}
