import type { MemoryChange, MemoryItem } from '../../../src-shared/reference-set.ts';

/** A reference, unless it is said to be something else. */
export function memoryItem(id: number, changes: Partial<MemoryItem> = {}): MemoryItem {
  return {
    id,
    kind: 'reference',
    contentHash: 'a'.repeat(64),
    page: null,
    range: null,
    version: 'b'.repeat(64),
    imageId: id,
    runId: 1,
    source: `/photos/part-${id}.png`,
    polygons: null,
    width: null,
    height: null,
    addedBy: 'ada',
    addedAt: '2026-05-01T09:30:00.000Z',
    ...changes,
  };
}

/** Adds one reference, and counts, unless it is said to be something else. */
export function memoryChange(id: number, changes: Partial<MemoryChange> = {}): MemoryChange {
  return {
    id,
    product: { partNumber: '4711', revision: 'B' },
    items: [{ effect: 'add', item: memoryItem(id) }],
    undoes: null,
    origin: 'hand',
    inspector: 'ada',
    at: '2026-05-01T09:30:00.000Z',
    state: 'effective',
    progress: null,
    examination: null,
    decision: null,
    ...changes,
  };
}
