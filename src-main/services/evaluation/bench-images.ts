import { join } from 'node:path';
import { throwIfCancelled } from '../../../src-shared/errors.ts';
import { Random } from '../../../src-shared/random.ts';
import { encodeRgb } from '../../codec/image-codec.ts';
import { writeFileAtomically } from '../../files/atomic-write.ts';
import { renderSample } from '../../training/synthetic/sample.ts';
import { OBJECTS, SURFACES } from '../../training/synthetic/scene.ts';

/** Most different images that are rendered; beyond, they repeat. */
const DIFFERENT = 50;
const SIZES = [
  { width: 1000, height: 750 },
  { width: 640, height: 640 },
  { width: 700, height: 1050 },
];

/**
 * Good and defective ones of all kinds; the same on every machine.
 * @param different how many are rendered at most; they are all there are
 */
export async function generateImages(
  folder: string,
  count: number,
  signal: AbortSignal | undefined,
  different = DIFFERENT,
): Promise<string[]> {
  const kinds = [...SURFACES, ...OBJECTS];
  const paths: string[] = [];
  for (let i = 0; i < Math.min(count, different); i++) {
    throwIfCancelled(signal);
    const kind = kinds[(i * 7) % kinds.length]!;
    const { image } = renderSample(kind, new Random(`bench/${i}`), SIZES[i % SIZES.length]!);
    const path = join(folder, 'generated', `${i}.png`);
    await writeFileAtomically(path, await encodeRgb(image, { format: 'png' }));
    paths.push(path);
  }
  return paths;
}
