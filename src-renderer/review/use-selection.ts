import { useState } from 'react';
import type { Polygon } from '../../src-shared/geometry.ts';

/** What is selected in the image at hand; gone with it. */
export interface Selection {
  readonly imageId: number | null;
  readonly region: number | null;
  readonly annotation: number | null;
  /** The region under the pointer in the list. */
  readonly pointed: number | null;
  /** An area drawn by hand that nothing was said about yet. */
  readonly drawn: readonly Polygon[] | null;
}

export type ChangeSelection = (changes: Partial<Omit<Selection, 'imageId'>>) => void;

export function useSelection(imageId: number | null): readonly [Selection, ChangeSelection] {
  const [selection, setSelection] = useState<Selection>(noSelection(null));
  const seen = selection.imageId === imageId ? selection : noSelection(imageId);
  return [seen, (changes) => setSelection({ ...seen, ...changes })];
}

function noSelection(imageId: number | null): Selection {
  return { imageId, region: null, annotation: null, pointed: null, drawn: null };
}
