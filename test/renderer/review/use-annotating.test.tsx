// @vitest-environment happy-dom
import { cleanup, renderHook, screen } from '@testing-library/react';
import { beforeAll, expect, test } from 'vitest';
import { startI18n } from '../../../src-renderer/i18n/index.ts';
import type { ReviewEdits } from '../../../src-renderer/review/review-edits.ts';
import { useAnnotating } from '../../../src-renderer/review/use-annotating.ts';
import { PointerGuide } from '../../../src-renderer/viewer/pointer-guide.tsx';
import { createPointerStore } from '../../../src-renderer/viewer/pointer-state.ts';
import { useViewer } from '../../../src-renderer/viewer/use-viewer.ts';
import type { ViewerProps } from '../../../src-renderer/viewer/viewer-props.ts';
import type { Annotation } from '../../../src-shared/annotation.ts';
import type { Polygon } from '../../../src-shared/geometry.ts';
import type { ReviewRow } from '../../../src-shared/review-table.ts';
import { renderPart } from '../render.tsx';

beforeAll(() => startI18n('en'));

const AT = { imageId: 3, runId: 7 };
const DRAWN: readonly Polygon[] = [
  [
    [
      [1, 1],
      [9, 1],
      [9, 9],
    ],
  ],
];

/** What the viewer shows of the annotations while an area awaits its form, or after. */
function shown(drawn: readonly Polygon[] | null) {
  const selection = { imageId: AT.imageId, region: null, annotation: null, pointed: null, drawn };
  return renderHook(() => {
    const annotating = useAnnotating({
      row: { imageId: AT.imageId } as ReviewRow,
      runId: AT.runId,
      annotations: [],
      selection,
      select: () => {},
      barred: null,
      edits: {} as ReviewEdits,
      sam: { asked: null, ask: () => {}, choose: () => {} },
      rememberClass: () => {},
      onTaken: () => {},
    });
    const thresholds = { theta: 0.5, warn: 0.5, reject: 0.7 };
    const props = { ...AT, file: null, outcome: null, candidate: null, tool: 'pan', thresholds };
    return useViewer({ ...props, annotations: annotating.shown } as unknown as ViewerProps).annotations;
  }).result.current;
}

test('an area that was drawn stays in the image while its form is filled in, and goes when it is dropped', () => {
  expect(shown(DRAWN)).toMatchObject([{ polygons: DRAWN }]);
  expect(shown(null)).toEqual([]);
});

/** The note at the pointer over an annotation. */
async function noteOf(annotation: Annotation) {
  const pointer = createPointerStore(AT.imageId);
  pointer.setState({ position: { x: 5, y: 3, score: null }, annotation: annotation.id });
  const stage = { image: { width: 10, height: 10 }, screen: { width: 100, height: 100 }, ratio: 1 };
  await renderPart(<PointerGuide tool="pan" stage={stage} annotations={[annotation]} pointer={pointer} />);
  return screen.getByRole('tooltip').textContent;
}

test('the note at the pointer says who saved an annotation and when, and neither of one that is not saved', async () => {
  const [unsaved] = shown(DRAWN);
  expect(await noteOf(unsaved!)).toBe('Missed defect');
  cleanup();
  const saved = { ...unsaved!, id: 1, inspector: 'Ada', createdAt: '2026-03-04T10:00:00.000Z' };
  expect(await noteOf(saved)).toMatch(/Ada · .*2026/);
});
