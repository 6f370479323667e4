import { join } from 'node:path';
import { Random } from '../../src-shared/random.ts';
import { encodeGrey8, encodeRgb } from '../codec/image-codec.ts';
import { writeFileAtomically } from '../files/atomic-write.ts';
import type { SyntheticSample } from './synthetic/image.ts';
import { renderSample } from './synthetic/sample.ts';

/**
 * Takes are numbered tries of the same subject. Those listed show, with {@link SAMPLE_SEED}, a plain good part and a
 * visible defect, most of them such as the default pack judges rightly: they are a demonstration, no measurement.
 */
interface SampleCategory {
  readonly name: string;
  /** What the generator calls it. */
  readonly kind: string;
  readonly width: number;
  readonly height: number;
  readonly good: number;
  readonly defect: string;
  readonly defectTake: number;
}

/** The seed of the samples that come with the workstation. */
export const SAMPLE_SEED = 'clipsam';

const CATEGORIES: readonly SampleCategory[] = [
  {
    name: 'machined_metal',
    kind: 'machined metal',
    width: 640,
    height: 480,
    good: 7,
    defect: 'scratch',
    defectTake: 9,
  },
  {
    name: 'cast_metal',
    kind: 'cast metal',
    width: 640,
    height: 480,
    good: 6,
    defect: 'crack',
    defectTake: 9,
  },
  {
    name: 'cable',
    kind: 'cable end',
    width: 560,
    height: 560,
    good: 4,
    defect: 'missing component',
    defectTake: 14,
  },
  { name: 'tablet', kind: 'tablet', width: 560, height: 560, good: 2, defect: 'chip', defectTake: 13 },
  { name: 'fabric', kind: 'fabric', width: 560, height: 560, good: 4, defect: 'stain', defectTake: 7 },
  { name: 'pcb', kind: 'pcb', width: 640, height: 480, good: 8, defect: 'missing component', defectTake: 6 },
];

const BIGGEST_FILE = 58_000;

/**
 * Writes sample images, a good and a defective one per category, in the layout of MVTec AD:
 * `<category>/test/good`, `<category>/test/<defect>` and `<category>/ground_truth/<defect>/<name>_mask.png` (8-bit,
 * 0 or 255). The same seed gives the same pixels.
 * @returns paths of the images, without the masks
 * @throws ClipSamError `disk-full`, `path-denied` when the folder can't be written
 */
export async function writeSamples(folder: string, seed = SAMPLE_SEED): Promise<string[]> {
  const written: string[] = [];
  for (const { name, kind, width, height, good, defect, defectTake } of CATEGORIES) {
    const render = (take: number, wanted: string | null) =>
      renderSample(kind, new Random(`${seed}/${name}/${take}`), { width, height }, { defect: wanted });
    const perfect = join(folder, name, 'test', 'good', '000.jpg');
    await writeFileAtomically(perfect, await toJpeg(render(good, null)));
    const damaged = firstDamaged(defectTake, (take) => render(take, defect));
    const type = defect.replaceAll(' ', '_');
    const path = join(folder, name, 'test', type, '000.jpg');
    await writeFileAtomically(path, await toJpeg(damaged));
    const mask = join(folder, name, 'ground_truth', type, '000_mask.png');
    await writeFileAtomically(mask, await encodeGrey8(width, height, damaged.mask));
    written.push(perfect, path);
  }
  return written;
}

/** The first take, from the given one on, on which the defect is visible: with a few seeds it is not. */
function firstDamaged(from: number, render: (take: number) => SyntheticSample): SyntheticSample {
  let sample = render(from);
  for (let take = from + 1; sample.defect === null && take < from + 20; take++) sample = render(take);
  return sample;
}

async function toJpeg({ image }: SyntheticSample): Promise<Uint8Array> {
  let quality = 85;
  let bytes = await encodeRgb(image, { format: 'jpeg', quality });
  while (bytes.length > BIGGEST_FILE && quality > 50) {
    quality -= 5;
    bytes = await encodeRgb(image, { format: 'jpeg', quality });
  }
  return bytes;
}
