import { expect, it } from 'vitest';
import { connectedComponents } from '../../src-main/pipeline/connected-components.ts';
import { Random } from '../../src-shared/random.ts';

/** Labels by repeated relabelling until nothing changes: slow, and obviously right. */
function naiveComponents(mask: Uint8Array, width: number, height: number): string[] {
  const labels = Array.from(mask, (value, i) => (value ? i : -1));
  for (let changed = true; changed; ) {
    changed = false;
    for (let a = 0; a < labels.length; a++) {
      for (let b = 0; b < labels.length; b++) {
        const dx = Math.abs((a % width) - (b % width));
        const dy = Math.abs(Math.floor(a / width) - Math.floor(b / width));
        if (labels[a]! >= 0 && labels[b]! > labels[a]! && dx <= 1 && dy <= 1) {
          labels[b] = labels[a]!;
          changed = true;
        }
      }
    }
  }
  expect(labels.length).toBe(width * height);
  const groups = Map.groupBy(labels.keys(), (i) => labels[i]!);
  return [...groups].filter(([label]) => label >= 0).map(([, cells]) => cells.join());
}

it.each([
  [1, 1, 1],
  [9, 7, 0.25],
  [12, 10, 0.4],
  [13, 1, 0.5],
  [1, 13, 0.5],
  [8, 8, 0.6],
])('agrees with a naive labelling on %i × %i, density %d', (width, height, density) => {
  const random = new Random(`${width}x${height}`);
  for (let round = 0; round < 5; round++) {
    const mask = Uint8Array.from({ length: width * height }, () => (random.next() < density ? 255 : 0));
    const found = connectedComponents(mask, width, height).map((cells) =>
      [...cells].sort((a, b) => a - b).join(),
    );
    expect(found).toEqual(naiveComponents(mask, width, height));
  }
});

it('does not wrap around the edges, and joins diagonals', () => {
  const mask = Uint8Array.from([0, 0, 1, 1, 0, 0, 0, 1, 0]);
  expect(connectedComponents(mask, 3, 3).map((cells) => [...cells])).toEqual([[2], [3, 7]]);
});

it('takes a spiral of a million pixels without recursion', () => {
  const side = 1001;
  const mask = new Uint8Array(side * side);
  // Concentric walls joined by gaps: one component with a very long path.
  for (let y = 0; y < side; y += 2) mask.fill(1, y * side, (y + 1) * side);
  for (let y = 1; y < side; y += 2) mask[y * side + (y % 4 === 1 ? side - 1 : 0)] = 1;
  expect(connectedComponents(mask, side, side)).toHaveLength(1);
});
