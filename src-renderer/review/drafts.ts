import { create } from 'zustand';
import { persist } from 'zustand/middleware';
import type { VerdictValues } from './undo-stack.ts';

/** What was entered for an image and is not saved yet. `verdict`: chosen, but its reason is still missing. */
export type Draft = Partial<Omit<VerdictValues, 'verdict'>> & {
  readonly verdict?: 'accept' | 'reject' | 'uncertain' | undefined;
};

/** Drafts kept; the oldest are given up first. */
const LIMIT = 200;

interface Drafts {
  readonly byImage: Readonly<Record<string, Draft>>;
  write(key: string, changes: Draft): void;
  drop(key: string): void;
}

/** Drafts outlive the image, a reload and a crash. */
export const useDrafts = create<Drafts>()(
  persist(
    (set) => ({
      byImage: {},
      write: (key, changes) =>
        set(({ byImage: { [key]: draft, ...others } }) => ({
          byImage: Object.fromEntries([
            ...Object.entries(others).slice(1 - LIMIT),
            [key, { ...draft, ...changes }],
          ]),
        })),
      drop: (key) => set(({ byImage: { [key]: _, ...others } }) => ({ byImage: others })),
    }),
    { name: 'clipsam-drafts', version: 1 },
  ),
);

export function draftKey(runId: number, imageId: number): string {
  return `${runId}:${imageId}`;
}

/** What a form holds before anything was entered. */
export const NOTHING = { defectClass: '', severity: null, overturnReason: '', comment: '' } as const;

/** True when the draft says something that is not stored yet. */
export function isChanged(last: VerdictValues | null, draft: Draft | undefined): boolean {
  const stored: Draft = { ...NOTHING, ...(last as Draft | null) };
  return (Object.keys(draft ?? {}) as (keyof Draft)[]).some(
    (name) => draft?.[name] !== undefined && draft[name] !== stored[name],
  );
}

/** The values that saving would store. A reason is kept only where the model is overturned. */
export function drafted(
  last: VerdictValues | null,
  draft: Draft | undefined,
  verdict: VerdictValues['verdict'],
  overturned: boolean,
): VerdictValues {
  const values = { ...NOTHING, ...last, ...draft };
  return {
    verdict,
    defectClass: values.defectClass.trim(),
    severity: values.severity,
    overturnReason: overturned ? values.overturnReason.trim() : '',
    comment: values.comment.trim(),
  };
}

export function sameValues(a: VerdictValues | null, b: VerdictValues | null): boolean {
  if (!a || !b) return a === b;
  return (Object.keys(a) as (keyof VerdictValues)[]).every((key) => a[key] === b[key]);
}
