import { describe, expect, it } from 'vitest';
import { contentLattice, frameSide, onLattice, seesFrame, towerFrame } from '../../src-main/pipeline/fit.ts';
import { frameFor } from '../../src-shared/frame.ts';

const pad = { fit: 'longest-side-pad', inputSize: 1024 } as const;
const squash = { fit: 'squash', inputSize: 518 } as const;

describe('how a tower sees a frame', () => {
  it('is the frame itself for a tower that keeps the aspect ratio in the same square', () => {
    const frame = frameFor(3000, 1000);
    expect(seesFrame(frame, towerFrame(frame, pad))).toBe(true);
    expect(frameSide(pad)).toBe(1024);
    expect(frameSide({ ...pad, inputSize: 640 })).toBe(640);
  });

  it('is the whole square for a tower that squashes, whatever the aspect ratio', () => {
    const frame = frameFor(200, 4000);
    expect(towerFrame(frame, squash)).toEqual({ size: 518, width: 518, height: 518 });
    expect(frameSide(squash)).toBe(1024);
  });

  it('is as SAM scales images for a smaller square that keeps the aspect ratio', () => {
    const frame = frameFor(2048, 1400);
    const { width, height } = frameFor(2048, 1400, 640);
    expect(towerFrame(frame, { ...pad, inputSize: 640 })).toMatchObject({ size: 640, width, height });
  });
});

describe('values of one lattice on another', () => {
  const frames = [
    ['square', 1000, 1000],
    ['wide, 1:20', 4000, 200],
    ['high, 1:20', 200, 4000],
    ['photograph', 1500, 1000],
  ] as const;

  it.each(frames)('keep a ramp over the image where it is: %s', (_name, width, height) => {
    const frame = frameFor(width, height);
    const from = contentLattice(towerFrame(frame, squash), 37 * 4);
    const to = contentLattice(frame, 256);
    // A value per cell: how far right its centre lies in the image, and how far down.
    const ramp = new Float32Array(from.width * from.height * 2);
    for (let y = 0; y < from.height; y++)
      for (let x = 0; x < from.width; x++) {
        ramp[(y * from.width + x) * 2] = (x + 0.5) / from.perWidth;
        ramp[(y * from.width + x) * 2 + 1] = (y + 0.5) / from.perHeight;
      }
    const moved = onLattice(ramp, 2, from, to);
    expect(moved).toHaveLength(to.width * to.height * 2);
    for (let y = 0; y < to.height; y++)
      for (let x = 0; x < to.width; x++) {
        const at = [(x + 0.5) / to.perWidth, (y + 0.5) / to.perHeight] as const;
        // At the border values are replicated: within half a cell of the coarser lattice.
        const edge = [1 / Math.min(from.perWidth, to.perWidth), 1 / Math.min(from.perHeight, to.perHeight)];
        at.forEach((place, axis) => {
          const found = moved[(y * to.width + x) * 2 + axis]!;
          const isInside = place > edge[axis]! && place < 1 - edge[axis]!;
          expect(Math.abs(found - place)).toBeLessThan(isInside ? 1e-4 : edge[axis]!);
        });
      }
  });

  it('lose nothing that is small where there are fewer cells: the mean stays', () => {
    const from = { width: 148, height: 148, perWidth: 148, perHeight: 148 };
    const to = { width: 148, height: 8, perWidth: 148, perHeight: 7.4 };
    const data = new Float32Array(148 * 148);
    for (let x = 60; x < 70; x++) data[80 * 148 + x] = 1;
    const moved = onLattice(data, 1, from, to);
    const row = (y: number) => moved.slice(y * 148, (y + 1) * 148);
    const rows = Array.from({ length: 8 }, (_, y) => Math.max(...row(y)));
    // Row 80 of 148 lies at 4.03 of 7.4: nearest to the centre of the fifth.
    expect(rows.indexOf(Math.max(...rows))).toBe(4);
    const sum = moved.reduce((total, value) => total + value, 0);
    expect(sum).toBeCloseTo(10 / 20, 2);
  });

  it('are the very same values where both lattices are', () => {
    const lattice = contentLattice(frameFor(1024, 700), 256);
    const data = new Float32Array(lattice.width * lattice.height);
    expect(onLattice(data, 1, lattice, { ...lattice })).toBe(data);
  });
});
