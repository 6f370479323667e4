// Makes figures of generated maps in a process of its own, and tells what it took: see bench-metrics.ts.
import { Random } from '../../../src-shared/random.ts';
import { countImage, imageTruth } from '../../pipeline/image-counts.ts';
import { drawResamples } from '../../pipeline/resampling.ts';
import type { MetricsCost } from './bench-metrics.ts';
import { MethodTally, tallyFigures } from './methods/category-figures.ts';
import { methodDifferences, methodMeans } from './methods/compare-methods.ts';
import { MeasuredFolder } from './methods/measured-folder.ts';
import type { FigureName } from './methods/method-figures.ts';
import { peakMemory } from './peak-memory.ts';

const [folder = '', ...sizes] = process.argv.slice(2);
const [images = 0, side = 0, methods = 0, resamples = 0] = sizes.map(Number);
const startBytes = process.memoryUsage.rss();

/** Normal numbers, looked up: drawing one for every pixel would take longest. */
const NORMAL = Float32Array.from({ length: 65_536 }, nextNormal(new Random('bench/metrics')));

function nextNormal(random: Random): () => number {
  return () => random.normal();
}

/** Spots on every other image. */
function maskOf(image: number): Uint8Array {
  const mask = new Uint8Array(side * side);
  const random = new Random(`bench/metrics/mask/${image}`);
  for (let spot = 0; image % 2 === 1 && spot < 3; spot++) {
    const radius = random.range(side / 60, side / 20);
    const [cx, cy] = [random.range(radius, side - radius), random.range(radius, side - radius)];
    for (let y = Math.ceil(cy - radius); y < cy + radius; y++) {
      const half = Math.sqrt(Math.max(0, radius ** 2 - (y - cy) ** 2));
      mask.fill(1, y * side + Math.ceil(cx - half), y * side + Math.floor(cx + half) + 1);
    }
  }
  return mask;
}

/** Noise on good ground, higher on defects; later methods are better. */
function mapOf(image: number, method: number, mask: Uint8Array): Uint16Array {
  const map = new Uint16Array(side * side);
  const start = new Random(`bench/metrics/map/${image}`).int(0, 65_535);
  for (let i = 0; i < map.length; i++) {
    const noise = NORMAL[(start + i * 40_503 + (i >> 9)) & 65_535]!;
    map[i] = 65_535 / (1 + Math.exp(2 - noise - (mask[i] ? 1 + method / methods : 0)));
  }
  return map;
}

const names = Array.from({ length: methods }, (_, method) => `method ${method}`);
const { measured } = await MeasuredFolder.open(folder, {});
const tallies = names.map(() => new MethodTally());
const countStart = performance.now();
for (let image = 0; image < images; image++) {
  const truth = imageTruth(maskOf(image), side, side);
  for (const [method, tally] of tallies.entries()) {
    const counts = countImage(mapOf(image, method, truth.mask), truth);
    const score = (counts.scores.at(-1) ?? 0) / 65_535;
    const kept = { counts, score, seconds: 1, maskValues: [] };
    const key = { image, method };
    await measured.keep(key, kept);
    tally.add(key, kept, truth.regions.length > 0);
  }
}
const figureStart = performance.now();
const defective = tallies[0]!.images.map((image) => image.defective);
const drawn = drawResamples(defective, resamples, 'bench');
const all = [];
for (const [method, tally] of tallies.entries()) {
  all.push(await tallyFigures(names[method]!, tally, drawn, { folder: measured }));
}
const resampled = [all.map((one) => one.resampled)];
methodMeans(names, resampled);
methodDifferences(names, resampled);
const errors = all.flatMap(({ figures }) =>
  Object.entries(figures.grouped).map(([name, value]) =>
    Math.abs((value ?? 0) - (figures.figures[name as FigureName] ?? 0)),
  ),
);
const end = performance.now();
const cost: MetricsCost = {
  startBytes,
  peakBytes: await peakMemory(),
  countSeconds: (figureStart - countStart) / 1000,
  figureSeconds: (end - figureStart) / 1000,
  groupedError: Math.max(...errors),
};
process.send!(cost);
process.disconnect();
