import { create } from 'zustand';
import { createJSONStorage, persist, type StateStorage } from 'zustand/middleware';
import type { Delta, UndoStack } from './undo-stack.ts';

interface UndoStacks {
  readonly byKey: Readonly<Record<string, UndoStack>>;
}

/** What is kept over a reload: so many stacks, and so many characters of steps in each direction of a stack. */
const STACKS = 8;
const CHARACTERS = 250_000;

/** Whose steps can be undone where: an inspector does not undo what another one did. */
export function undoKey(workspace: string, runId: number, inspector: string): string {
  return JSON.stringify([workspace, runId, inspector]);
}

/** What can be undone. It outlives a reload and a crash; what another window changed since is found out when undoing. */
export const useUndoStacks = create<UndoStacks>()(
  persist<UndoStacks>(() => ({ byKey: {} }), {
    name: 'clipsam-undo',
    version: 1,
    storage: createJSONStorage(() => forgiving(localStorage)),
    partialize: ({ byKey }) => ({ byKey: worthKeeping(byKey) }),
  }),
);

/** Puts a stack away as the one that was used last. */
export function keepStack(key: string, stack: UndoStack): void {
  useUndoStacks.setState(({ byKey: { [key]: _, ...others } }) => ({ byKey: { ...others, [key]: stack } }));
}

/** The stacks used last, with their newest steps. */
export function worthKeeping(byKey: UndoStacks['byKey']): UndoStacks['byKey'] {
  return Object.fromEntries(
    Object.entries(byKey)
      .slice(-STACKS)
      .map(([key, { done, undone }]) => [key, { done: newest(done), undone: newest(undone) }]),
  );
}

function newest(deltas: readonly Delta[]): readonly Delta[] {
  let left = CHARACTERS;
  const first = deltas.findLastIndex((delta) => {
    left -= JSON.stringify(delta).length;
    return left < 0;
  });
  return deltas.slice(first + 1);
}

/** A storage that is full, or not allowed, costs the memory of the steps and no more; nothing outdated stays in it. */
function forgiving(storage: Storage): StateStorage {
  return {
    getItem: (name) => storage.getItem(name),
    removeItem: (name) => storage.removeItem(name),
    setItem: (name, value) => {
      try {
        storage.setItem(name, value);
      } catch {
        storage.removeItem(name);
      }
    },
  };
}
