import { expect, it } from 'vitest';
import { spreadLabels } from '../../../src-renderer/viewer/label-layout.ts';

it('leaves labels alone that do not meet', () => {
  expect(spreadLabels([20, 60, 100], 15, 168)).toEqual([20, 60, 100]);
});

it('moves labels that meet apart, both by the same way', () => {
  expect(spreadLabels([80, 85], 15, 168)).toEqual([75, 90]);
});

it('keeps the order of what is named, and of equal ones the given one', () => {
  expect(spreadLabels([85, 80], 15, 168)).toEqual([90, 75]);
  expect(spreadLabels([50, 50, 50], 10, 100)).toEqual([40, 50, 60]);
});

it('stays on the line', () => {
  expect(spreadLabels([0, 2, 168], 15, 168)).toEqual([7.5, 22.5, 160.5]);
  expect(spreadLabels([168, 166, 167], 15, 168)).toEqual([160.5, 130.5, 145.5]);
});

it('never lets two overlap, wherever the thresholds are', () => {
  for (let i = 0; i < 300; i++) {
    const wanted = [(i * 37) % 169, (i * 61) % 169, (i * 13) % 169];
    const placed = spreadLabels(wanted, 15, 168).sort((a, b) => a - b);
    expect(placed[1]! - placed[0]!).toBeGreaterThanOrEqual(15 - 1e-9);
    expect(placed[2]! - placed[1]!).toBeGreaterThanOrEqual(15 - 1e-9);
    expect(placed[0]).toBeGreaterThanOrEqual(7.5);
    expect(placed[2]).toBeLessThanOrEqual(160.5);
  }
});
