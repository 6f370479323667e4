import { readFile } from 'node:fs/promises';
import type { Rectangle } from 'electron';
import { writeFileAtomically } from '../files/atomic-write.ts';

/** Where the window was, and how. */
export interface WindowState {
  /** Place and size when it is not maximised, in display-independent pixels. */
  readonly bounds: Rectangle;
  readonly maximised: boolean;
}

/** The smallest window in which every screen is usable. */
export const MINIMAL_SIZE = { width: 960, height: 640 };
const USUAL_SIZE = { width: 1440, height: 900 };
/** Pixels of the window's upper edge that must be on a display, or nobody could move it. */
const GRIP = { width: 120, height: 40 };

/**
 * The state that a window can really have: on a display that is there, not larger than it; else in the middle of the
 * first one.
 * @param workAreas of all displays, the primary one first
 */
export function fittingState(wanted: unknown, workAreas: readonly Rectangle[]): WindowState {
  const primary = workAreas[0] ?? { x: 0, y: 0, ...USUAL_SIZE };
  if (!isState(wanted)) return { bounds: centred(primary), maximised: false };
  const { bounds, maximised } = wanted;
  const area = workAreas.find((candidate) => showsGrip(bounds, candidate));
  if (!area) return { bounds: centred(primary), maximised };
  const width = Math.max(MINIMAL_SIZE.width, Math.min(bounds.width, area.width));
  const height = Math.max(MINIMAL_SIZE.height, Math.min(bounds.height, area.height));
  return { bounds: { x: bounds.x, y: bounds.y, width, height }, maximised };
}

/** What was saved, as it stands there; undefined when there is nothing that can be read. */
export async function readWindowState(path: string): Promise<unknown> {
  try {
    return JSON.parse(await readFile(path, 'utf8'));
  } catch {
    return undefined;
  }
}

/** @throws ClipSamError `disk-full`, `path-denied` */
export async function saveWindowState(path: string, state: WindowState): Promise<void> {
  await writeFileAtomically(path, `${JSON.stringify(state)}\n`);
}

function isState(value: unknown): value is WindowState {
  const { bounds, maximised } = (value ?? {}) as Partial<WindowState>;
  const { x, y, width, height } = (bounds ?? {}) as Partial<Rectangle>;
  return (
    typeof maximised === 'boolean' &&
    [x, y, width, height].every((n) => Number.isSafeInteger(n) && Math.abs(n!) < 1e6) &&
    width! > 0 &&
    height! > 0
  );
}

function showsGrip(bounds: Rectangle, area: Rectangle): boolean {
  const shownWidth = Math.min(bounds.x + bounds.width, area.x + area.width) - Math.max(bounds.x, area.x);
  const isUpperEdgeShown = bounds.y >= area.y && bounds.y + GRIP.height <= area.y + area.height;
  return shownWidth >= GRIP.width && isUpperEdgeShown;
}

function centred(area: Rectangle): Rectangle {
  const width = Math.min(USUAL_SIZE.width, area.width);
  const height = Math.min(USUAL_SIZE.height, area.height);
  return {
    x: area.x + Math.floor((area.width - width) / 2),
    y: area.y + Math.floor((area.height - height) / 2),
    width,
    height,
  };
}
