import { Random } from '../../src-shared/random.ts';
import type { FeatureRecord } from './feature-file.ts';

/** Chooses the picture for place `index` of step `step`. @param random of that place */
export type PictureOrder = (step: number, index: number, random: Random) => FeatureRecord;

/** Draws pictures: a group by its size, then defective or good, six to four. */
export function drawnOrder(records: readonly FeatureRecord[]): PictureOrder {
  const groups = [...Map.groupBy(records, (record) => record.group).values()].map((list) => ({
    weight: list.length,
    good: list.filter((record) => record.area === 0),
    bad: list.filter((record) => record.area > 0),
  }));
  const total = groups.reduce((sum, { weight }) => sum + weight, 0);
  return (_step, _index, random) => {
    let at = random.next() * total;
    const group = groups.find(({ weight }) => {
      at -= weight;
      return at < 0;
    })!;
    const wanted = random.chance(0.6) ? group.bad : group.good;
    return random.pick(wanted.length > 0 ? wanted : [...group.good, ...group.bad]);
  };
}

/** Every picture once in each epoch, shuffled anew; a batch at an epoch's end goes on with the next one. */
export function epochOrder(records: readonly FeatureRecord[], batch: number, seed: string): PictureOrder {
  const shuffles = new Map<number, readonly FeatureRecord[]>();
  const shuffleOf = (epoch: number) => {
    const known = shuffles.get(epoch);
    if (known) return known;
    const list = shuffled(records, new Random(`${seed}/epoch/${epoch}`));
    // A batch lies in two epochs at most.
    for (const old of shuffles.keys()) if (old < epoch - 1) shuffles.delete(old);
    shuffles.set(epoch, list);
    return list;
  };
  return (step, index) => {
    const place = step * batch + index;
    return shuffleOf(Math.floor(place / records.length))[place % records.length]!;
  };
}

function shuffled<T>(list: readonly T[], random: Random): T[] {
  const out = [...list];
  for (let i = out.length - 1; i > 0; i--) {
    const j = random.int(0, i);
    [out[i], out[j]] = [out[j]!, out[i]!];
  }
  return out;
}
