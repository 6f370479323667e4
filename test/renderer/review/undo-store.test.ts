import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { type Delta, EMPTY_STACK, push } from '../../../src-renderer/review/undo-stack.ts';

class FakeStorage {
  readonly #entries = new Map<string, string>();
  limit = Number.POSITIVE_INFINITY;

  getItem(name: string): string | null {
    return this.#entries.get(name) ?? null;
  }
  removeItem(name: string): void {
    this.#entries.delete(name);
  }
  setItem(name: string, value: string): void {
    if (value.length > this.limit) throw new DOMException('full', 'QuotaExceededError');
    this.#entries.set(name, value);
  }
}

let storage: FakeStorage;
beforeEach(() => {
  storage = new FakeStorage();
  vi.stubGlobal('localStorage', storage);
});
afterEach(() => vi.unstubAllGlobals());

/** The store of a page that was just loaded. */
async function loaded() {
  vi.resetModules();
  return import('../../../src-renderer/review/undo-store.ts');
}

const annotated = (annotationId: number, points: number): Delta => ({
  kind: 'annotate',
  imageId: 1,
  annotationId,
  annotation: {
    kind: 'missed-defect',
    regionIndex: null,
    polygons: [[Array.from({ length: points }, (_, i) => [i, i] as const)]],
    defectClass: '',
    comment: '',
  },
});

describe('what can be undone', () => {
  it('is there after the page was loaded again, under whom and where it was done', async () => {
    const first = await loaded();
    const stack = push(EMPTY_STACK, annotated(7, 3));
    first.keepStack(first.undoKey('/w', 3, 'Ada'), stack);
    const second = await loaded();
    expect(second.useUndoStacks).not.toBe(first.useUndoStacks);
    const { byKey } = second.useUndoStacks.getState();
    expect(byKey[second.undoKey('/w', 3, 'Ada')]).toEqual(stack);
    for (const other of [second.undoKey('/w', 3, 'Bo'), second.undoKey('/x', 3, 'Ada')]) {
      expect(byKey[other]).toBeUndefined();
    }
  });

  it('is kept from the newest step back, as far as there is room', async () => {
    const { worthKeeping } = await loaded();
    const done = Array.from({ length: 40 }, (_, id) => annotated(id, 1500));
    const kept = worthKeeping({ a: { done, undone: [annotated(99, 2)] } }).a!;
    expect(kept.done.length).toBeGreaterThan(5);
    expect(kept.done.length).toBeLessThan(40);
    expect(kept.done).toEqual(done.slice(-kept.done.length));
    expect(kept.undone).toHaveLength(1);
  });

  it('is kept for the stacks used last', async () => {
    const store = await loaded();
    for (let i = 0; i < 12; i++) store.keepStack(`k${i}`, push(EMPTY_STACK, annotated(i, 1)));
    store.keepStack('k0', push(EMPTY_STACK, annotated(50, 1)));
    const { byKey } = (await loaded()).useUndoStacks.getState();
    expect(Object.keys(byKey)).toEqual(['k5', 'k6', 'k7', 'k8', 'k9', 'k10', 'k11', 'k0']);
  });

  it('is never an outdated one: a storage that is full keeps nothing', async () => {
    const first = await loaded();
    first.keepStack('a', push(EMPTY_STACK, annotated(1, 1)));
    storage.limit = 100;
    first.keepStack('a', push(EMPTY_STACK, annotated(2, 1)));
    expect(first.useUndoStacks.getState().byKey.a!.done).toMatchObject([{ annotationId: 2 }]);
    expect((await loaded()).useUndoStacks.getState().byKey).toEqual({});
  });
});
