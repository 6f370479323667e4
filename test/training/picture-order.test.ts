import { describe, expect, it } from 'vitest';
import type { FeatureRecord } from '../../src-main/training/feature-file.ts';
import { drawnOrder, epochOrder } from '../../src-main/training/picture-order.ts';
import { Random } from '../../src-shared/random.ts';

const grid = { height: 1, width: 1, mapHeight: 4, mapWidth: 4 };
const record = (id: string, group: string, area: number): FeatureRecord => ({
  ...{ id, group, area, grid },
  names: [group],
  defects: [],
});
const records = [
  ...Array.from({ length: 6 }, (_, i) => record(`tile${i}`, 'tile', i < 2 ? 0.1 : 0)),
  ...Array.from({ length: 3 }, (_, i) => record(`nut${i}`, 'nut', 0)),
];

describe('epochOrder', () => {
  const random = new Random(1);
  const places = (seed: string, batch: number, steps: number, first = 0) => {
    const order = epochOrder(records, batch, seed);
    return Array.from({ length: (steps - first) * batch }, (_, i) => {
      return order(first + Math.floor(i / batch), i % batch, random).id;
    });
  };

  it('has every picture once in each epoch, in another order each time', () => {
    const ids = places('a', 4, 9);
    const epochs = [0, 1, 2, 3].map((epoch) => ids.slice(epoch * 9, epoch * 9 + 9));
    for (const epoch of epochs) expect(epoch.toSorted()).toEqual(records.map(({ id }) => id).sort());
    expect(new Set(epochs.map((epoch) => epoch.join())).size).toBe(4);
  });

  it('depends on the seed alone, wherever it begins', () => {
    expect(places('a', 4, 9, 5)).toEqual(places('a', 4, 9).slice(20));
    expect(places('b', 4, 9)).not.toEqual(places('a', 4, 9));
  });

  it('takes batches larger than the data', () => {
    expect(places('a', 20, 1).slice(0, 9).toSorted()).toEqual(records.map(({ id }) => id).sort());
  });
});

describe('drawnOrder', () => {
  it('draws groups by their size, and defects six times of ten where there are some', () => {
    const order = drawnOrder(records);
    const drawn = Array.from({ length: 3000 }, (_, i) => order(0, 0, new Random(`${i}`)));
    const tiles = drawn.filter(({ group }) => group === 'tile');
    expect(tiles.length / drawn.length).toBeCloseTo(2 / 3, 1);
    expect(tiles.filter(({ area }) => area > 0).length / tiles.length).toBeCloseTo(0.6, 1);
  });
});
