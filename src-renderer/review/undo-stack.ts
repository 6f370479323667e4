import type { Annotation } from '../../src-shared/annotation.ts';
import type { VerdictEntry } from '../../src-shared/verdict.ts';

/** What an inspector says about an image, without who and when. */
export type VerdictValues = Pick<
  VerdictEntry,
  'verdict' | 'defectClass' | 'severity' | 'overturnReason' | 'comment'
>;
/** What an inspector annotates, without who and when. */
export type AnnotationValues = Pick<
  Annotation,
  'kind' | 'regionIndex' | 'polygons' | 'defectClass' | 'comment'
>;

/** Something that was done to an image, with all that is needed to do its opposite. */
export type Delta =
  | {
      readonly kind: 'judge';
      readonly imageId: number;
      /** Null: the image had no verdict. */
      readonly before: VerdictValues | null;
      readonly after: VerdictValues | null;
    }
  | {
      readonly kind: 'annotate' | 'retract';
      readonly imageId: number;
      readonly annotationId: number;
      readonly annotation: AnnotationValues;
    };

/** Steps that can be undone and steps that can be done again; the newest of each comes last. */
export interface UndoStack {
  readonly done: readonly Delta[];
  readonly undone: readonly Delta[];
}

export const EMPTY_STACK: UndoStack = { done: [], undone: [] };
const LIMIT = 500;

/** A new step: what was undone before cannot be done again after it. */
export function push(stack: UndoStack, delta: Delta): UndoStack {
  return { done: [...stack.done, delta].slice(-LIMIT), undone: [] };
}

/** What undoes a step. */
export function inverse(delta: Delta): Delta {
  if (delta.kind === 'judge') return { ...delta, before: delta.after, after: delta.before };
  return { ...delta, kind: delta.kind === 'annotate' ? 'retract' : 'annotate' };
}

/** The stack after its last step was undone. */
export function undone(stack: UndoStack): UndoStack {
  const last = stack.done.at(-1);
  return last ? { done: stack.done.slice(0, -1), undone: [...stack.undone, last] } : stack;
}

/** The stack after the step undone last was done again. */
export function redone(stack: UndoStack): UndoStack {
  const last = stack.undone.at(-1);
  return last ? { done: [...stack.done, last], undone: stack.undone.slice(0, -1) } : stack;
}

/**
 * The stack with another id for an annotation: nothing that was retracted comes back, so making it again gives it a
 * new id, and every step that means it must mean the new one.
 */
export function renumber(stack: UndoStack, from: number, to: number): UndoStack {
  const change = (delta: Delta) =>
    delta.kind !== 'judge' && delta.annotationId === from ? { ...delta, annotationId: to } : delta;
  return { done: stack.done.map(change), undone: stack.undone.map(change) };
}

/** The values of an entry; null for none and for one that takes the verdict back. */
export function valuesOf(entry: VerdictEntry | undefined): VerdictValues | null {
  if (!entry || entry.verdict === 'withdrawn') return null;
  const { verdict, defectClass, severity, overturnReason, comment } = entry;
  return { verdict, defectClass, severity, overturnReason, comment };
}
