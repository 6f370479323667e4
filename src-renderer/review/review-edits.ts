import type { VerdictEntry } from '../../src-shared/verdict.ts';
import { failureOf } from '../api/connection.ts';
import { isCrossed, sameValues } from './drafts.ts';
import { EditWriter, type EditWriterOptions } from './edit-writer.ts';
import {
  type AnnotationValues,
  type Delta,
  EMPTY_STACK,
  inverse,
  push,
  redone,
  renumber,
  type UndoStack,
  undone,
  type VerdictValues,
  valuesOf,
} from './undo-stack.ts';
import { keepStack, undoKey, useUndoStacks } from './undo-store.ts';

/** A step back or forward. `changed`: somebody else did something there since, so the step was left out. */
export interface UndoResult {
  readonly delta: Delta;
  readonly outcome: 'done' | 'changed';
  /** The other inspector's verdict that it met; null: none, or something else changed. */
  readonly met: VerdictEntry | null;
}

interface ReviewEditsOptions extends EditWriterOptions {
  /** Null: nothing was inspected yet, and nothing can be done. */
  readonly runId: number | null;
  readonly workspace: string;
}

/**
 * What an inspector changes about the images of a run, with undo. Edits happen one after another, in the order in
 * which they were asked for.
 */
export class ReviewEdits {
  readonly #options: ReviewEditsOptions;
  readonly #writer: EditWriter;
  #last: Promise<unknown> = Promise.resolve();
  /** The newest verdict of this window on each image, and what was on screen before it: who saw that has seen it. */
  readonly #own = new Map<number, { readonly over: ReadonlySet<number | null>; readonly id: number }>();

  constructor(options: ReviewEditsOptions) {
    this.#options = options;
    this.#writer = new EditWriter(options);
  }

  /**
   * Stores a verdict; null takes it back. Resolves when it is stored, or was there already.
   * @param seen the newest verdict that was on screen, null: none; when another one came since, it is refused. Default:
   *   the newest that this window knows
   */
  judge(imageId: number, after: VerdictValues | null, seen?: number | null): Promise<void> {
    return this.#inTurn(async (run) => {
      const newest = (await this.#writer.remarksOn(run, imageId)).verdicts.at(-1);
      const before = valuesOf(newest);
      const known = seen === undefined ? (newest?.id ?? null) : this.#withOwn(imageId, seen);
      if (!isCrossed(newest, known) && sameValues(before, after)) return;
      const delta: Delta = { kind: 'judge', imageId, before, after };
      const id = await this.#writer.attempt(run, delta, { seen: known });
      this.#noteOwn(imageId, known, id!);
      this.#push(run, delta);
    });
  }

  /** What was seen, with what this window itself said since. */
  #withOwn(imageId: number, seen: number | null): number | null {
    const own = this.#own.get(imageId);
    return own?.over.has(seen) ? own.id : seen;
  }

  #noteOwn(imageId: number, seen: number | null, id: number): void {
    const own = this.#own.get(imageId);
    this.#own.set(imageId, { over: new Set([...(own?.id === seen ? own.over : []), seen]), id });
  }

  annotate(imageId: number, annotation: AnnotationValues): Promise<void> {
    return this.#inTurn(async (run) => {
      const delta: Delta = { kind: 'annotate', imageId, annotationId: 0, annotation };
      const annotationId = await this.#writer.attempt(run, delta);
      this.#push(run, { ...delta, annotationId: annotationId! });
    });
  }

  retract(imageId: number, annotationId: number): Promise<void> {
    return this.#inTurn(async (run) => {
      const { annotations } = await this.#writer.remarksOn(run, imageId);
      const annotation = annotations.find(({ id }) => id === annotationId);
      if (!annotation) return;
      const { kind, regionIndex, polygons, defectClass, comment } = annotation;
      const values = { kind, regionIndex, polygons, defectClass, comment };
      const delta: Delta = { kind: 'retract', imageId, annotationId, annotation: values };
      await this.#writer.write(run, delta);
      this.#push(run, delta);
    });
  }

  /** Takes the newest edit back, wherever it was done; resolves with it, or with undefined when there is none. */
  undo(): Promise<UndoResult | undefined> {
    return this.#inTurn(async (run) => {
      const stack = this.#stackOf(run);
      const delta = stack.done.at(-1);
      if (!delta) return undefined;
      const without = { ...stack, done: stack.done.slice(0, -1) };
      return { delta, ...(await this.#step(run, inverse(delta), undone(stack), without)) };
    });
  }

  /** Does again what was undone last. */
  redo(): Promise<UndoResult | undefined> {
    return this.#inTurn(async (run) => {
      const stack = this.#stackOf(run);
      const delta = stack.undone.at(-1);
      if (!delta) return undefined;
      const without = { ...stack, undone: stack.undone.slice(0, -1) };
      return { delta, ...(await this.#step(run, delta, redone(stack), without)) };
    });
  }

  /** Performs a step of the stack itself, unless it no longer applies: `without` is the stack that never had it. */
  async #step(
    run: number,
    step: Delta,
    after: UndoStack,
    without: UndoStack,
  ): Promise<Omit<UndoResult, 'delta'>> {
    const { applies, newest } = await this.#writer.look(run, step);
    if (!applies) return this.#leaveOut(run, step, without, newest);
    const seen = newest?.id ?? null;
    try {
      const id = await this.#writer.attempt(run, step, { seen, isStep: true });
      if (step.kind === 'judge') this.#noteOwn(step.imageId, seen, id!);
      this.#keep(run, id !== null && step.kind !== 'judge' ? renumber(after, step.annotationId, id) : after);
      return { outcome: 'done', met: null };
    } catch (error) {
      if (failureOf(error).details?.case !== 'verdict-crossed') throw error;
      return this.#leaveOut(run, step, without, (await this.#writer.look(run, step)).newest);
    }
  }

  /** A step that somebody else got in the way of. */
  #leaveOut(
    run: number,
    step: Delta,
    without: UndoStack,
    newest: VerdictEntry | undefined,
  ): Omit<UndoResult, 'delta'> {
    this.#keep(run, without);
    const isMet = step.kind === 'judge' && newest && newest.inspector !== this.#options.inspector();
    return { outcome: 'changed', met: isMet ? newest : null };
  }

  /** Resolves when every edit asked for so far is through, and who asked for it has said so. */
  async settled(): Promise<void> {
    await this.#last;
  }

  #inTurn<T>(edit: (run: number) => Promise<T>): Promise<T> {
    const turn = this.#last.then(() => {
      const { runId } = this.#options;
      if (runId === null) throw new Error('nothing was inspected yet');
      return edit(runId);
    });
    this.#last = turn.catch(() => {});
    return turn;
  }

  #keyOf(run: number): string {
    return undoKey(this.#options.workspace, run, this.#options.inspector());
  }

  #stackOf(run: number): UndoStack {
    return useUndoStacks.getState().byKey[this.#keyOf(run)] ?? EMPTY_STACK;
  }

  #push(run: number, delta: Delta): void {
    this.#keep(run, push(this.#stackOf(run), delta));
  }

  #keep(run: number, stack: UndoStack): void {
    keepStack(this.#keyOf(run), stack);
  }
}
