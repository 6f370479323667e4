import { describe, expect, it } from 'vitest';
import {
  alignmentOf,
  alignPicture,
  fromAligned,
  mapFromAligned,
  toAligned,
} from '../../src-main/pipeline/alignment.ts';
import { partPose } from '../../src-main/pipeline/part-pose.ts';
import { partSilhouette } from '../../src-main/pipeline/part-silhouette.ts';
import type { Alignment } from '../../src-shared/alignment.ts';
import { frameFor } from '../../src-shared/frame.ts';
import { Random } from '../../src-shared/random.ts';
import { drawPart, screw } from './drawn-part.ts';
import { sampleBilinear } from './naive-bilinear.ts';

const pose = {
  angle: 0.7,
  centre: { x: 130, y: 90 },
  length: 180,
  width: 40,
  elongation: 4,
  from: 'axis',
  certainty: 1,
  asItLies: 1,
} as const;
const BACKGROUND = [9, 19, 29] as const;

function noise(width: number, height: number) {
  const random = new Random(`${width}×${height}`);
  return { width, height, data: Uint8Array.from({ length: width * height * 3 }, () => random.int(0, 255)) };
}
/** One channel of a picture. */
function channelOf(image: { readonly data: Uint8Array }, channel: number) {
  return Float32Array.from({ length: image.data.length / 3 }, (_, i) => image.data[i * 3 + channel]!);
}

describe('alignmentOf', () => {
  it('puts the part’s middle in the middle, its length across with a margin, its tip to the right', () => {
    const alignment = alignmentOf(pose, 500);
    const end = (sign: number) =>
      toAligned({ x: 130 + sign * 90 * Math.cos(0.7), y: 90 + sign * 90 * Math.sin(0.7) }, alignment);
    expect(toAligned(pose.centre, alignment)).toEqual({ x: 250, y: 250 });
    for (const sign of [1, -1]) {
      expect(end(sign).x).toBeCloseTo(250 + (sign * 250) / 1.12, 6);
      expect(end(sign).y).toBeCloseTo(250, 6);
    }
    expect(alignmentOf({ ...pose, width: 360 }, 500).scale).toBeCloseTo(2 * alignment.scale, 9);
  });

  it('turns points there and back', () => {
    const random = new Random('points');
    const alignment = alignmentOf(pose);
    for (let i = 0; i < 100; i++) {
      const point = { x: random.range(-50, 400), y: random.range(-50, 400) };
      const back = fromAligned(toAligned(point, alignment), alignment);
      expect(Math.hypot(back.x - point.x, back.y - point.y)).toBeLessThan(1e-9);
    }
  });
});

describe('alignPicture', () => {
  it.each([0, 1.1, -2.4])('samples between the source’s pixels by the definition, turned by %d', (angle) => {
    const source = noise(70, 50);
    const alignment: Alignment = { size: 60, centre: { x: 30, y: 25 }, angle, scale: 0.8 };
    const aligned = alignPicture(source, { width: 70, height: 50 }, alignment, BACKGROUND);
    expect([aligned.width, aligned.height]).toEqual([60, 60]);
    let outside = 0;
    let furthest = 0;
    for (let channel = 0; channel < 3; channel++) {
      const plane = channelOf(source, channel);
      for (let i = 0; i < 3600; i++) {
        const { x, y } = fromAligned({ x: (i % 60) + 0.5, y: Math.floor(i / 60) + 0.5 }, alignment);
        const isOutside = x < 0 || y < 0 || x > 70 || y > 50;
        if (isOutside) outside++;
        const value = isOutside ? BACKGROUND[channel]! : sampleBilinear(plane, 70, 50, x - 0.5, y - 0.5);
        furthest = Math.max(furthest, Math.abs(aligned.data[i * 3 + channel]! - value));
      }
    }
    // Rounded.
    expect(furthest).toBeLessThanOrEqual(0.501);
    expect(outside > 0).toBe(angle !== 0);
  });

  it('takes the detail of a larger original of the same frame', () => {
    const frame = frameFor(800, 400, 200);
    const original = drawPart({ width: 800, height: 400, shape: screw, scale: 2, angle: 0.4 });
    const alignment: Alignment = { size: 320, centre: { x: 100, y: 50 }, angle: 0.4, scale: 0.25 };
    const aligned = alignPicture(original, frame, alignment, [210, 200, 205]);
    // The aligned picture has the original's resolution: the screw as it would be drawn there, head and tip cut off.
    const expected = drawPart({ width: 320, height: 320, shape: screw, scale: 2 });
    const off = aligned.data.reduce((sum, value, i) => sum + Math.abs(value - expected.data[i]!), 0);
    expect(off / aligned.data.length).toBeLessThan(0.5);
  });

  it('shows the mean of what a pixel covers where the picture shrinks, not one of many', () => {
    // Stripes of one pixel: sampled alone they would be black or white.
    const source = { width: 400, height: 400, data: new Uint8Array(400 * 400 * 3) };
    for (let i = 0; i < 400 * 400; i++) source.data.fill(i % 2 ? 255 : 0, i * 3, i * 3 + 3);
    const alignment: Alignment = { size: 32, centre: { x: 200, y: 200 }, angle: 0.5, scale: 8.3 };
    const aligned = alignPicture(source, source, alignment, BACKGROUND);
    expect(Math.max(...aligned.data.map((value) => Math.abs(value - 127.5)))).toBeLessThan(12);
  });

  it('agrees with the unshrunk picture on where things lie', () => {
    const source = drawPart({ width: 640, height: 600, shape: screw, scale: 2.5, angle: -2, noise: 3 });
    const alignment: Alignment = { size: 100, centre: { x: 320, y: 300 }, angle: -2, scale: 6 };
    const aligned = alignPicture(source, source, alignment, [210, 200, 205]);
    const expected = drawPart({ width: 100, height: 100, shape: screw, scale: 2.5 / 6 });
    const off = aligned.data.reduce((sum, value, i) => sum + Math.abs(value - expected.data[i]!), 0);
    expect(off / aligned.data.length).toBeLessThan(2.5);
  });

  it('is all background beside the source', () => {
    for (const scale of [0.5, 4]) {
      const alignment: Alignment = { size: 8, centre: { x: 900, y: -700 }, angle: 0.3, scale };
      const aligned = alignPicture(noise(20, 20), { width: 20, height: 20 }, alignment, BACKGROUND);
      expect([...aligned.data]).toEqual(Array.from({ length: 64 }, () => BACKGROUND).flat());
    }
  });

  it('makes screws that lie in any way look like one', () => {
    const frame = { width: 400, height: 360 };
    const aligned = [-2.6, -0.9, 0.4, 1.9].map((angle, i) => {
      const centre = { x: 190 + 5 * i, y: 175 + 3 * i };
      const picture = drawPart({ ...frame, shape: screw, angle, centre, scale: 1 + i / 10, noise: 3 });
      const part = partSilhouette(picture);
      if ('doubt' in part) throw new Error(part.doubt);
      return alignPicture(picture, frame, alignmentOf(partPose(part), 200), part.background);
    });
    for (const { data } of aligned) {
      const off = data.reduce((sum, value, i) => sum + Math.abs(value - aligned[0]!.data[i]!), 0);
      expect(off / data.length).toBeLessThan(3);
    }
  });
});

describe('mapFromAligned', () => {
  const frame = frameFor(300, 170); // content 1024 × 580
  const alignment: Alignment = { size: 1024, centre: { x: 480, y: 300 }, angle: 0.9, scale: 0.45 };

  it('brings a plane back as it was, and what is not shown gets the value that was asked for', () => {
    const plane = (x: number, y: number) => 0.1 + 0.0004 * x + 0.0003 * y;
    const data = Float32Array.from({ length: 64 * 64 }, (_, i) => {
      const { x, y } = fromAligned({ x: 16 * (i % 64) + 8, y: 16 * Math.floor(i / 64) + 8 }, alignment);
      return plane(x, y);
    });
    const map = mapFromAligned({ width: 64, height: 64, data }, alignment, frame, 256, -1);
    expect([map.width, map.height]).toEqual([256, 145]);
    let [shown, wrong, furthest] = [0, 0, 0];
    for (let i = 0; i < map.data.length; i++) {
      const [x, y] = [4 * (i % 256) + 2, 4 * Math.floor(i / 256) + 2];
      const { x: u, y: v } = toAligned({ x, y }, alignment);
      if (map.data[i]! < 0 === (u >= 0 && v >= 0 && u <= 1024 && v <= 1024)) wrong++;
      // Beyond the middles of the outermost cells they are repeated.
      if (u < 16 || v < 16 || u > 1008 || v > 1008) continue;
      furthest = Math.max(furthest, Math.abs(map.data[i]! - plane(x, y)));
      shown++;
    }
    expect([wrong, furthest]).toEqual([0, expect.closeTo(0, 6)]);
    expect(shown).toBeGreaterThan(1000);
  });

  it('brings each cell back to where it was cut, within half a pixel of the frame', () => {
    for (const [column, row] of [
      [10, 20],
      [33, 31],
      [50, 45],
    ] as const) {
      const data = new Float32Array(64 * 64);
      data[row * 64 + column] = 1;
      const map = mapFromAligned({ width: 64, height: 64, data }, alignment, frame, 1024);
      let [sum, x, y] = [0, 0, 0];
      for (let i = 0; i < map.data.length; i++) {
        sum += map.data[i]!;
        x += map.data[i]! * ((i % map.width) + 0.5);
        y += map.data[i]! * (Math.floor(i / map.width) + 0.5);
      }
      const there = fromAligned({ x: 16 * column + 8, y: 16 * row + 8 }, alignment);
      expect(Math.hypot(x / sum - there.x, y / sum - there.y)).toBeLessThan(0.5);
    }
  });

  it('interpolates as the definition says, on a map that is not square in cells', () => {
    const random = new Random('map');
    const data = Float32Array.from({ length: 40 * 30 }, () => random.next());
    const map = mapFromAligned({ width: 40, height: 30, data }, alignment, frame, 256);
    let furthest = 0;
    for (let i = 0; i < map.data.length; i++) {
      const at = { x: 4 * (i % 256) + 2, y: 4 * Math.floor(i / 256) + 2 };
      const { x, y } = toAligned(at, alignment);
      const isShown = x >= 0 && y >= 0 && x <= 1024 && y <= 1024;
      const value = sampleBilinear(data, 40, 30, (x * 40) / 1024 - 0.5, (y * 30) / 1024 - 0.5);
      furthest = Math.max(furthest, Math.abs(map.data[i]! - (isShown ? value : 0)));
    }
    expect(furthest).toBeLessThan(1e-6);
  });

  it('loses no small defect where the part is small in the frame', () => {
    // Cells of the map have a fifth of a frame cell's side: sampled once, four of five would be missed.
    const small: Alignment = { size: 1024, centre: { x: 480, y: 300 }, angle: 0.3, scale: 0.05 };
    for (let i = 0; i < 10; i++) {
      const data = new Float32Array(64 * 64);
      data[(20 + i) * 64 + 30] = 1;
      const map = mapFromAligned({ width: 64, height: 64, data }, small, frame, 256);
      const total = map.data.reduce((sum, value) => sum + value, 0);
      // Its area in frame cells.
      expect(total / ((16 * 0.05) / 4) ** 2).toBeGreaterThan(0.6);
    }
  });
});
