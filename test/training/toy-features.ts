import { mkdir, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { type FeatureRecord, featurePath, packFeatures } from '../../src-main/training/feature-file.ts';
import { numbers } from '../graph/graph-check.ts';

export const TOY_WIDTHS = [4, 3];

/**
 * Writes features of pictures in which a defect is what a head must learn: a patch of tokens whose first channel is
 * raised, in every stage. Every second picture is good; grids of three shapes, one with content that ends inside
 * its last tokens.
 */
export async function writeToyFeatures(
  folder: string,
  pictures: number,
  seed: number,
): Promise<FeatureRecord[]> {
  const records: FeatureRecord[] = [];
  for (let picture = 0; picture < pictures; picture++) {
    const [height, width, mapHeight] = (
      [
        [6, 6, 24],
        [4, 7, 16],
        [6, 5, 22],
      ] as const
    )[picture % 3]!;
    const grid = { height, width, mapHeight, mapWidth: width * 4 };
    const defective = picture % 2 === 1;
    const [place] = numbers([1], seed * 1000 + picture).data;
    const top = Math.floor(((place! + 1) / 2) * (height - 2));
    const left = picture % (width - 2);
    const hit = (y: number, x: number) => defective && y >= top && y < top + 2 && x >= left && x < left + 2;
    const stages = TOY_WIDTHS.map((channels, stage) => {
      const noise = numbers([height * width * channels], seed * 1000 + picture * 10 + stage).data;
      return Float32Array.from(noise, (value, i) => {
        const token = Math.floor(i / channels);
        return value + (i % channels === 0 && hit(Math.floor(token / width), token % width) ? 3 : 0);
      });
    });
    const mask = Uint8Array.from({ length: mapHeight * grid.mapWidth }, (_, i) => {
      const [y, x] = [Math.floor(i / grid.mapWidth), i % grid.mapWidth];
      return hit(Math.floor(y / 4), Math.floor(x / 4)) ? 255 : 0;
    });
    const channels = TOY_WIDTHS.reduce((sum, count) => sum + count, 0);
    const content = new Float32Array(channels);
    const region = new Float32Array(channels).fill(defective ? 1 : 0);
    const id = `${seed.toString(16).padStart(2, '0')}${picture}`;
    await mkdir(dirname(featurePath(folder, id)), { recursive: true });
    await writeFile(featurePath(folder, id), packFeatures(stages, mask, content, region));
    records.push({
      id,
      group: picture % 4 < 2 ? 'tiles' : 'nuts',
      names: [picture % 4 < 2 ? 'tile' : 'nut'],
      defects: defective ? ['bump'] : [],
      grid,
      area: defective ? 4 / (height * width) : 0,
    });
  }
  return records;
}
