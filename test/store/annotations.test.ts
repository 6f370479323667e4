import { expect, test } from 'vitest';
import { addAnnotation, listAnnotations, retractAnnotation } from '../../src-main/store/annotations.ts';
import { ANNOTATION_LIMITS } from '../../src-shared/annotation-limits.ts';
import type { Polygon } from '../../src-shared/geometry.ts';
import { workspaceWithResult } from './fixtures.ts';

const ring = (points: number, rise: number): Polygon[] => [
  [Array.from({ length: points }, (_, i) => [i % 50, (i % 2) * rise] as const)],
];

test('the annotations of an image that count have limits together; one that was taken back makes room', async () => {
  const { workspace, runId, imageId } = await workspaceWithResult();
  const annotate = (points: number, rise = 0) => {
    const polygons = ring(points, rise);
    return addAnnotation(workspace, { runId, imageId, inspector: 'ana', kind: 'missed-defect', polygons });
  };
  await expect(annotate(ANNOTATION_LIMITS.points + 1)).rejects.toMatchObject({
    details: { case: 'annotation-too-fine' },
  });
  const first = await annotate(ANNOTATION_LIMITS.points);
  for (let i = 0; i < 3; i++) await annotate(ANNOTATION_LIMITS.points);
  await expect(annotate(3)).rejects.toMatchObject({
    code: 'input-invalid',
    details: { case: 'annotations-too-fine', points: 200_003, limit: 200_000 },
  });
  expect(await listAnnotations(workspace, runId)).toHaveLength(4);
  await retractAnnotation(workspace, first.id, 'ana');
  await annotate(3);
  expect(await listAnnotations(workspace, runId)).toHaveLength(4);
  // 1,000 points with 1,000 pixels between two of them, twice; then nothing more goes up and down.
  for (let i = 0; i < 2; i++) await annotate(1000, 1000);
  await expect(annotate(4, 1)).rejects.toMatchObject({
    details: { case: 'annotations-too-long', pixels: 2_000_004, limit: 2_000_000 },
  });
});
