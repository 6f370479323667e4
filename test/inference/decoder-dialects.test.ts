import { describe, expect, it } from 'vitest';
import { decoderRuns } from '../../src-main/inference/decoder-dialects.ts';
import { placedPrompts, pointsOnly } from '../../src-main/pipeline/decoder-prompts.ts';
import { towerFrame } from '../../src-main/pipeline/fit.ts';
import { frameFor } from '../../src-shared/frame.ts';

const frame = frameFor(2048, 1024);
const tower = towerFrame(frame, { fit: 'longest-side-pad', inputSize: 1024 });
const points = [
  { x: 100, y: 50, label: 1 },
  { x: 10, y: 1000, label: 0 },
] as const;
const box = { x: 20, y: 40, width: 200, height: 100 };

const metaFeeds = (prompts: Parameters<typeof placedPrompts>[0]) => {
  const { feeds } = decoderRuns('meta', [placedPrompts(prompts, frame, tower)], frame)[0]!;
  const { point_coords, point_labels, orig_im_size } = feeds;
  expect(point_coords!.dims).toEqual([1, point_labels!.data.length, 2]);
  expect([...orig_im_size!.data]).toEqual([1024, 2048]);
  return { coords: [...point_coords!.data], labels: [...point_labels!.data] };
};

describe('Meta’s decoder', () => {
  it('gets points in the frame, and the box as corners 2 and 3', () => {
    const { coords, labels } = metaFeeds({ points, box });
    expect(coords).toEqual([50, 25, 5, 500, 10, 20, 110, 70]);
    expect(labels).toEqual([1, 0, 2, 3]);
  });

  it('gets a (0, 0) point of label −1 when there is no box', () => {
    const { coords, labels } = metaFeeds({ points: points.slice(0, 1), box: null });
    expect(coords).toEqual([50, 25, 0, 0]);
    expect(labels).toEqual([1, -1]);
  });
});

describe('a box for a decoder that takes points only', () => {
  it('gives way to points on the object', () => {
    expect(pointsOnly({ points, box })).toEqual({ prompts: { points, box: null }, boxUse: 'left-out' });
    expect(pointsOnly({ points, box: null }).boxUse).toBeUndefined();
  });

  it('becomes points within it when there are none on the object; those beside it stay', () => {
    const beside = { x: 10, y: 1000, label: 0 } as const;
    const { prompts, boxUse } = pointsOnly({ points: [beside], box });
    expect(boxUse).toBe('as-points');
    expect(prompts.box).toBeNull();
    expect(prompts.points).toHaveLength(6);
    expect(prompts.points[0]).toEqual({ x: 120, y: 90, label: 1 });
    expect(prompts.points[1]).toEqual({ x: 70, y: 65, label: 1 });
    expect(prompts.points[4]).toEqual({ x: 170, y: 115, label: 1 });
    expect(prompts.points[5]).toEqual(beside);
  });
});
