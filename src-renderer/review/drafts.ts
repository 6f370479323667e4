import { create } from 'zustand';
import { persist } from 'zustand/middleware';
import type { VerdictEntry } from '../../src-shared/verdict.ts';
import type { VerdictValues } from './undo-stack.ts';

/** What was entered for an image and is not saved yet. `verdict`: chosen, but its reason is still missing. */
export type VerdictDraft = Partial<Omit<VerdictValues, 'verdict'>> & {
  readonly verdict?: 'accept' | 'reject' | 'uncertain' | undefined;
  /** The newest verdict that was on screen when `verdict` was chosen; null: there was none. */
  readonly seen?: number | null | undefined;
};

/** Refusals after which the verdict is no draft: it is somebody else's to decide, or about another picture. */
export const NOT_TO_KEEP: ReadonlySet<string> = new Set(['not-permitted', 'image-changed']);

/** Drafts kept; the oldest are given up first. */
const LIMIT = 200;

interface Drafts {
  readonly byImage: Readonly<Record<string, VerdictDraft>>;
  write(key: string, changes: VerdictDraft): void;
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

/** The draft of an image; undefined where there is none. `runId` null: nothing was inspected, nothing is entered. */
export function draftOf(runId: number | null, imageId: number): VerdictDraft | undefined {
  return runId === null ? undefined : useDrafts.getState().byImage[draftKey(runId, imageId)];
}

/** Changes the draft of an image. */
export function writeDraft(runId: number | null, imageId: number, changes: VerdictDraft): void {
  if (runId !== null) useDrafts.getState().write(draftKey(runId, imageId), changes);
}

/** What was entered with a verdict outlives it in the form. */
export function keepAsDraft(runId: number | null, imageId: number, values: VerdictValues | null): void {
  if (!values) return;
  const { defectClass, severity, comment } = values;
  writeDraft(runId, imageId, { defectClass, severity, comment });
}

/** What a form holds before anything was entered. */
export const EMPTY_VERDICT = { defectClass: '', severity: null, overturnReason: '', comment: '' } as const;

/** True when the draft says something that is not stored yet. */
export function isChanged(last: VerdictValues | null, draft: VerdictDraft | undefined): boolean {
  const stored: VerdictDraft = { ...EMPTY_VERDICT, ...(last as VerdictDraft | null) };
  return (Object.keys(draft ?? {}) as (keyof VerdictDraft)[]).some(
    (name) => name !== 'seen' && draft?.[name] !== undefined && draft[name] !== stored[name],
  );
}

/** Whether a verdict came since the one that was on screen. @param seen null: there was none */
export function isCrossed(newest: VerdictEntry | undefined, seen: number | null): boolean {
  // Who saw none still sees none after one that was taken back.
  return newest !== undefined && newest.id !== seen && !(seen === null && newest.verdict === 'withdrawn');
}

/**
 * The verdict of somebody else that came after a drafted one was chosen and before it was stored; undefined: none did.
 * @param inspector whose draft it is
 */
export function crossingOf(
  newest: VerdictEntry | undefined,
  draft: VerdictDraft | undefined,
  inspector: string,
): VerdictEntry | undefined {
  if (!draft?.verdict || draft.seen === undefined || newest?.inspector === inspector) return undefined;
  return isCrossed(newest, draft.seen) ? newest : undefined;
}

/** The values that saving would store. A reason is kept only where the model is overturned. */
export function drafted(
  last: VerdictValues | null,
  draft: VerdictDraft | undefined,
  verdict: VerdictValues['verdict'],
  overturned: boolean,
): VerdictValues {
  const values = { ...EMPTY_VERDICT, ...last, ...draft };
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
