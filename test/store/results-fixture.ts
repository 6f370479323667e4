import type { RunContext } from '../../src-main/store/run-lifecycle.ts';
import type { Recipe } from '../../src-shared/recipe.ts';
import type { InspectionResult, Region } from '../../src-shared/result.ts';

export const recipe: Recipe = {
  schemaVersion: 1,
  name: 'Default',
  pack: 'lite',
  object: 'metal nut',
  prompts: { normal: ['flawless {}'], abnormal: ['damaged {}'], templates: ['a photo of a {}.'] },
  theta: 0.5,
  minRegionArea: 0.0005,
  maxRegions: 8,
  pointsPerRegion: 3,
  lambda: 1,
  warn: 0.4,
  reject: 0.6,
  maxPixels: 100_000_000,
};

export const context: RunContext = {
  packHash: 'c'.repeat(64),
  device: { asked: 'webgpu', running: 'cpu', fallbackReason: 'no adapter' },
  softwareVersion: '0.1.0',
  inspector: 'ana',
};

export const region: Region = {
  index: 1,
  polygons: [
    [
      [
        [10, 10],
        [30, 10],
        [30, 20],
        [10, 20],
        [10, 10],
      ],
    ],
  ],
  box: { x: 10, y: 10, width: 20, height: 10 },
  area: 200,
  peak: 0.9,
  mean: 0.7,
  prompts: { box: { x: 9, y: 9, width: 22, height: 12 }, points: [{ x: 20, y: 15, label: 1 }] },
  levels: [1, 2, 3].map((level) => ({
    level: level as 1 | 2 | 3,
    quality: 0.9 - level / 10,
    area: 200 * level,
    polygons: [
      [
        [
          [10, 10],
          [30, 10],
          [30, 20],
          [10, 10],
        ],
      ],
    ],
  })),
};

const artifact = (digit: string) => ({
  sha256: digit.repeat(64),
  bytes: 10,
  mediaType: 'image/png' as const,
});

export function inspectionResult(changes: Partial<InspectionResult> = {}): InspectionResult {
  return {
    contentHash: 'a'.repeat(64),
    width: 64,
    height: 48,
    score: 0.9,
    verdict: 'reject',
    regions: [region],
    notices: [],
    artifacts: { coarseMap: artifact('1'), finalMap: artifact('2'), mask: artifact('3') },
    timings: { read: 1, encode: 2, umci: 3, compare: 0, regions: 4, decode: 5, fuse: 6, write: 7, total: 28 },
    device: context.device,
    recipeHash: 'b'.repeat(64),
    packHash: context.packHash,
    softwareVersion: '0.1.0',
    ...changes,
  };
}
