import { ClipSamError } from '../../../src-shared/errors.ts';
import type { DatasetFolder } from './dataset-folder.ts';
import type { DefectCategory, LayoutName } from './defect-category.ts';

/** Reads data sets of one layout. */
export interface DatasetLayout {
  readonly name: LayoutName;
  /** What people call it. */
  readonly title: string;
  /** What a folder in this layout holds, for errors. */
  readonly holds: string;
  /** Whether a folder looks like this layout: by what no other has, or by what others may have too. */
  claims(folder: DatasetFolder): Promise<LayoutClaim>;
  /**
   * The categories of a folder.
   * @throws ClipSamError `input-invalid` that names the first path which is wrong, and what was expected there
   */
  read(folder: DatasetFolder, signal?: AbortSignal): Promise<DefectCategory[]>;
}

export type LayoutClaim = 'surely' | 'perhaps' | 'no';

/** A path that does not fit its layout. */
export interface WrongPath {
  readonly path: string;
  /** What was found there. */
  readonly problem: string;
  /** What belongs there. */
  readonly expected: string;
}

/** @param more how many paths besides are wrong in the same way */
export function layoutError(
  { name, title }: Pick<DatasetLayout, 'name' | 'title'>,
  { path, problem, expected }: WrongPath,
  { more = 0, cause }: { readonly more?: number; readonly cause?: unknown } = {},
): ClipSamError {
  const others = more > 0 ? ` So it is with ${more} more.` : '';
  return new ClipSamError(
    'input-invalid',
    `${path} ${problem}.${others} In the layout of ${title} (${name}) it should be ${expected}. Put it right, or name another layout with --layout.`,
    { cause },
  );
}

/** @throws ClipSamError `input-invalid`, where some path is wrong, by the first of them */
export function refuseWrongPaths(
  layout: Pick<DatasetLayout, 'name' | 'title'>,
  wrong: readonly WrongPath[],
): void {
  const [first] = wrong;
  if (first) throw layoutError(layout, first, { more: wrong.length - 1 });
}
