import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type WeightTensor, writeSafetensors } from '../../src-main/graph/safetensors.ts';
import type { Pack } from '../../src-shared/pack.ts';
import { noise, packFile } from '../inference/tiny-pack.ts';

/** Weights of a linear layer per stage, the same for the same seed. */
export function randomLayers(
  stageWidths: readonly number[],
  textWidth: number,
  seed: number,
): Map<string, WeightTensor> {
  return new Map(
    stageWidths.flatMap<readonly [string, WeightTensor]>((width, stage) => [
      [
        `stage${stage}.weight`,
        { shape: [textWidth, width], data: noise(textWidth * width, seed + 2 * stage) },
      ],
      [`stage${stage}.bias`, { shape: [textWidth], data: noise(textWidth, seed + 2 * stage + 1) }],
    ]),
  );
}

/** Puts layers beside a pack's other files: an edit of its pack.json. */
export async function withLayers(
  folder: string,
  pack: Pack,
  layers: Partial<Record<keyof NonNullable<Pack['methodWeights']>, ReadonlyMap<string, WeightTensor>>>,
  scale = 10,
): Promise<Pack> {
  const files = { ...pack.files };
  const methodWeights: NonNullable<Pack['methodWeights']> = {};
  for (const [name, weights] of Object.entries(layers)) {
    const bytes = writeSafetensors(weights, { half: false });
    await writeFile(join(folder, `${name}.safetensors`), bytes);
    files[name] = packFile(`${name}.safetensors`, bytes);
    methodWeights[name as keyof typeof layers] = { file: name, scale };
  }
  const changed = { ...pack, files, methodWeights };
  await writeFile(join(folder, 'pack.json'), JSON.stringify(changed));
  return changed;
}
