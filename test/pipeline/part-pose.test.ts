import { describe, expect, it } from 'vitest';
import { partPose, poseSpread, poseTemplate } from '../../src-main/pipeline/part-pose.ts';
import { type PartSilhouette, partSilhouette } from '../../src-main/pipeline/part-silhouette.ts';
import { capsule, type Drawing, drawPart, notched, nut, screw, turnBetween } from './drawn-part.ts';

const DEGREE = Math.PI / 180;

function part(drawing: Partial<Drawing> & Pick<Drawing, 'shape'>): PartSilhouette {
  const found = partSilhouette(drawPart({ width: 380, height: 340, ...drawing }));
  if ('doubt' in found) throw new Error(`No part was found: ${found.doubt}.`);
  return found;
}

describe('a screw', () => {
  it.each([0, 31, 90, 134, 180, -122, -90, -47])(
    'lies along its axis, tip ahead, wherever it is and however large (%i°)',
    (degrees) => {
      const angle = degrees * DEGREE;
      const centre = { x: 183.3, y: 166.8 };
      const scale = 1.21;
      const pose = partPose(part({ shape: screw, centre, angle, scale, noise: 5 }));
      expect(turnBetween(pose.angle, angle)).toBeLessThan(0.5 * DEGREE);
      // A pixel of the thumbnail has one and a half of the picture's, and the last of the tip is thinner.
      expect(Math.hypot(pose.centre.x - centre.x, pose.centre.y - centre.y)).toBeLessThan(2.5);
      expect(Math.abs(pose.length - 200 * scale)).toBeLessThan(5);
      expect(Math.abs(pose.width - 68 * scale)).toBeLessThan(4);
      expect(pose).toMatchObject({ from: 'axis', certainty: 1, asItLies: 1 });
    },
  );
});

describe('a part whose ends have one outline', () => {
  const template = poseTemplate(part({ shape: capsule, angle: 20 * DEGREE }));

  it('is not sure of its direction alone', () => {
    expect(template.pose.from).toBe('axis');
    expect(template.pose.certainty).toBeLessThan(0.3);
  });

  it.each([-165, -100, -20, 5, 20, 85, 140, 200])(
    'is turned the way that its colours lie (%i°)',
    (degrees) => {
      const pose = partPose(part({ shape: capsule, angle: degrees * DEGREE, noise: 5 }), template);
      // Which of its ends the template calls ahead is open, the same for all.
      const ahead = Math.cos(template.pose.angle - 20 * DEGREE) > 0 ? 0 : Math.PI;
      expect(turnBetween(pose.angle, degrees * DEGREE + ahead)).toBeLessThan(1 * DEGREE);
      expect(pose.certainty).toBeGreaterThan(0.9);
    },
  );
});

describe('a part that is nearly round', () => {
  it.each([
    ['notched', notched],
    ['nut', nut],
  ])('is turned as the template lies, at any angle, place and size: %s', (_, shape) => {
    const first = { x: 188, y: 171 };
    const template = poseTemplate(part({ shape, angle: 10 * DEGREE, centre: first, noise: 4 }));
    expect(template.pose).toMatchObject({ angle: 0, from: 'likeness', certainty: 1, asItLies: 1 });
    // The template's middle in the part's own axes.
    const [dx, dy] = [template.pose.centre.x - first.x, template.pose.centre.y - first.y];
    const [cos10, sin10] = [Math.cos(10 * DEGREE), Math.sin(10 * DEGREE)];
    const [u, v] = [dx * cos10 + dy * sin10, dy * cos10 - dx * sin10];
    for (const [degrees, scale, x, y] of [
      [10, 1, 188, 171],
      [14.5, 1, 195, 160],
      [97, 0.8, 150, 190],
      [190, 1.2, 190, 168],
      [-61, 1.35, 191.4, 169.6],
      [-133, 0.6, 240, 120],
    ] as const) {
      const angle = degrees * DEGREE;
      const pose = partPose(part({ shape, angle, scale, centre: { x, y }, noise: 4 }), template);
      expect(turnBetween(pose.angle, angle - 10 * DEGREE)).toBeLessThan(0.7 * DEGREE);
      expect(pose.centre.x).toBeCloseTo(x + scale * (u * Math.cos(angle) - v * Math.sin(angle)), -0.4);
      expect(pose.centre.y).toBeCloseTo(y + scale * (u * Math.sin(angle) + v * Math.cos(angle)), -0.4);
      expect(Math.abs(pose.length - template.pose.length * scale)).toBeLessThan(5);
      expect(pose.certainty).toBeGreaterThan(0.95);
    }
  });

  it('is not spun by noise where it looks the same at any angle', () => {
    const disc = (u: number, v: number) => (Math.hypot(u, v) < 90 ? 80 : undefined);
    const template = poseTemplate(part({ shape: disc, noise: 8, angle: 1 }));
    for (const seed of [2, 3, 4]) {
      expect(
        turnBetween(partPose(part({ shape: disc, noise: 8, angle: seed }), template).angle, 0),
      ).toBeLessThan(3 * DEGREE);
    }
  });

  it('follows a template that is just long enough to have an axis of its own', () => {
    const egg = (ratio: number) => (u: number, v: number) =>
      (u / 100) ** 2 + (v / (100 / ratio) / (1 - u / 400)) ** 2 < 1 ? (v > 20 ? 60 : 110) : undefined;
    const template = poseTemplate(part({ shape: egg(1.6), angle: 50 * DEGREE }));
    expect(template.pose.from).toBe('axis');
    const pose = partPose(part({ shape: egg(1.4), angle: -70 * DEGREE }), template);
    expect(pose.from).toBe('likeness');
    expect(turnBetween(pose.angle - template.pose.angle, -120 * DEGREE)).toBeLessThan(2 * DEGREE);
  });
});

describe('poseSpread', () => {
  const template = poseTemplate(part({ shape: nut, noise: 4 }));
  const spread = (...drawings: Partial<Drawing>[]) =>
    poseSpread(drawings.map((drawing) => partPose(part({ shape: nut, noise: 4, ...drawing }), template)));

  it('sees no difference between parts that lie alike, and between fewer than two', () => {
    const alike = spread({ noise: 3 }, { noise: 5 }, { noise: 4 });
    expect(alike.differs).toBe(false);
    expect(alike.turn).toBeLessThan(0.02);
    expect(spread({ angle: 1 }).differs).toBe(false);
    expect(poseSpread([])).toEqual({ turn: 0, shift: 0, scale: 0, differs: false });
  });

  it('sees parts that are turned, shifted or nearer', () => {
    expect(spread({}, { angle: 0.4 }, { angle: -0.3 })).toMatchObject({ differs: true });
    const shifted = spread({ centre: { x: 160, y: 170 } }, { centre: { x: 220, y: 170 } });
    expect(shifted.shift).toBeCloseTo(30 / 174, 1);
    expect(shifted.differs).toBe(true);
    const nearer = spread({ scale: 0.8 }, { scale: 1.2 });
    expect(nearer.scale).toBeCloseTo(0.2, 1);
    expect(nearer.differs).toBe(true);
  });

  it('measures angles around the circle, by hand', () => {
    const [pose] = [template.pose];
    const turned = (degrees: number) => ({ ...pose, angle: degrees * DEGREE, asItLies: 0.5 });
    // Mean direction of ±10° about 180°: the length of the mean vector is cos 10°.
    const { turn, shift, scale } = poseSpread([turned(170), turned(-170)]);
    expect(turn).toBeCloseTo(Math.sqrt(-2 * Math.log(Math.cos(10 * DEGREE))), 9);
    expect([shift, scale]).toEqual([expect.closeTo(0, 9), expect.closeTo(0, 9)]);
  });

  it('does not offer to turn what correlates as it lies', () => {
    const turned = (angle: number) => ({ ...template.pose, angle, asItLies: 0.995 });
    expect(poseSpread([turned(0), turned(1), turned(2)]).differs).toBe(false);
  });
});
