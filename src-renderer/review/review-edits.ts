import { sameValues } from './drafts.ts';
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

  constructor(options: ReviewEditsOptions) {
    this.#options = options;
    this.#writer = new EditWriter(options);
  }

  /** Stores a verdict; null takes it back. Resolves when it is stored, or was there already. */
  judge(imageId: number, after: VerdictValues | null): Promise<void> {
    return this.#inTurn(async (run) => {
      const before = valuesOf((await this.#writer.remarksOn(run, imageId)).verdicts.at(-1));
      if (sameValues(before, after)) return;
      const delta: Delta = { kind: 'judge', imageId, before, after };
      await this.#writer.attempt(run, delta);
      this.#push(run, delta);
    });
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
      return { delta, outcome: await this.#step(run, inverse(delta), undone(stack), without) };
    });
  }

  /** Does again what was undone last. */
  redo(): Promise<UndoResult | undefined> {
    return this.#inTurn(async (run) => {
      const stack = this.#stackOf(run);
      const delta = stack.undone.at(-1);
      if (!delta) return undefined;
      const without = { ...stack, undone: stack.undone.slice(0, -1) };
      return { delta, outcome: await this.#step(run, delta, redone(stack), without) };
    });
  }

  /** Performs a step of the stack itself, unless it no longer applies: `without` is the stack that never had it. */
  async #step(
    run: number,
    step: Delta,
    after: UndoStack,
    without: UndoStack,
  ): Promise<UndoResult['outcome']> {
    if (!(await this.#writer.applies(run, step))) {
      this.#keep(run, without);
      return 'changed';
    }
    const id = await this.#writer.attempt(run, step);
    this.#keep(run, id !== null && step.kind !== 'judge' ? renumber(after, step.annotationId, id) : after);
    return 'done';
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
