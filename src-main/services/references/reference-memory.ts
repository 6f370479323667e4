import { ClipSamError, failure, throwIfCancelled, toErrorRecord } from '../../../src-shared/errors.ts';
import type { Product } from '../../../src-shared/product.ts';
import type { GuardExamination, MemoryChange } from '../../../src-shared/reference-set.ts';
import {
  abandonedChanges,
  basisOf,
  endChange,
  getChange,
  insertChange,
  listChanges,
  type NewMemoryChange,
  type WhichChanges,
} from '../../store/memory-changes.ts';
import type { Workspace } from '../../store/workspace.ts';
import { keepPictures } from './kept-pictures.ts';
import type { Lesson } from './learning.ts';

/** Images scored so far. */
export interface ScoredImages {
  readonly done: number;
  readonly total: number;
}

/** Scores confirmed defects again, with a change and without. @throws ClipSamError `cancelled`, and why it cannot */
export type Guard = (
  change: MemoryChange,
  options: { readonly signal: AbortSignal; readonly onProgress: (progress: ScoredImages) => void },
) => Promise<Omit<GuardExamination, 'error' | 'at'>>;

export interface ReferenceMemoryOptions {
  readonly workspace: Workspace;
  readonly guard: Guard;
  /** Something about the product's memory is new, or its examination moved on. */
  readonly onChange?: (product: Product) => void;
  readonly onProgress?: (progress: ScoredImages) => void;
  readonly log: (error: unknown) => void;
}

/** A change that is being examined, or waits for its turn. */
interface Job {
  readonly abort: AbortController;
  progress: ScoredImages | null;
}

/** Milliseconds between two events of an examination. */
const TELL_EVERY = 300;

/**
 * What products remember, and how it changes: every change is written down first, then examined, one at a time, and counts
 * unless the guard objects. One that was being examined when the program ended is examined again at its next start.
 */
export class ReferenceMemory {
  readonly #options: ReferenceMemoryOptions;
  readonly #jobs = new Map<number, Job>();
  readonly #ending = new AbortController();
  #last: Promise<void> = Promise.resolve();
  /** When progress was told last. */
  #told = 0;

  constructor(options: ReferenceMemoryOptions) {
    this.#options = options;
  }

  /** Examines what a program that is gone left undecided. */
  async resume(): Promise<void> {
    for (const { id, product } of await abandonedChanges(this.#options.workspace)) {
      if (!this.#jobs.has(id)) this.examine(id, product);
    }
  }

  /**
   * Asks for a change.
   * @param acting the workspace as the inspector may use it
   * @param isSettled true: returns when it was examined, however long that takes
   * @returns the change; decided, where there was nothing to examine
   * @throws ClipSamError as `insertChange`
   */
  async ask(acting: Workspace, change: NewMemoryChange, isSettled = false): Promise<MemoryChange> {
    const id = await acting.db.transaction().execute((db) => insertChange({ ...acting, db }, change));
    const job = this.examine(id, change.product);
    if (isSettled) await job.done;
    // What takes no scoring is over in a moment; the window need not show it coming.
    else await Promise.race([job.done, job.begun]);
    return this.get(id);
  }

  /** Goes on with what was learnt, once that is stored. */
  follow({ asked, dropped }: Lesson): void {
    for (const { id, product } of asked) this.examine(id, product);
    for (const { id, product } of dropped) {
      this.#jobs.get(id)?.abort.abort();
      this.#options.onChange?.(product);
    }
  }

  /** Has a change examined that is written down. `begun`: it turned out that images have to be scored. */
  examine(id: number, product: Product): { readonly done: Promise<void>; readonly begun: Promise<void> } {
    const begun = Promise.withResolvers<void>();
    const abort = new AbortController();
    const isBehind = this.#jobs.size > 0;
    const signal = AbortSignal.any([abort.signal, this.#ending.signal]);
    const done = this.#last.then(async () => {
      try {
        await this.#examine(id, signal, (progress) => {
          const job = this.#jobs.get(id);
          if (job) job.progress = progress;
          begun.resolve();
          this.#options.onProgress?.(progress);
          this.#tell(product);
        });
      } catch (error) {
        // Decided by somebody, or the workstation closes: then it is examined after the next start.
        if (!(error instanceof ClipSamError && QUIET.has(error.code))) this.#options.log(error);
      } finally {
        this.#jobs.delete(id);
        begun.resolve();
        this.#options.onChange?.(product);
      }
    });
    this.#last = done;
    this.#jobs.set(id, { abort, progress: null });
    if (isBehind) begun.resolve();
    return { done, begun: begun.promise };
  }

  async #examine(
    id: number,
    signal: AbortSignal,
    onProgress: (progress: ScoredImages) => void,
  ): Promise<void> {
    const { workspace } = this.#options;
    for (;;) {
      throwIfCancelled(signal);
      const change = await getChange(workspace, id);
      if (change.state !== 'examining') return;
      const basis = await basisOf(workspace.db, change.product);
      const examination = await this.#look(change, signal, onProgress);
      throwIfCancelled(signal);
      const isObjected = examination.missed.length > 0 || examination.error !== null;
      const end = { examination, inspector: null, basis, ...(!isObjected && { isEffective: true }) };
      // Another program may have changed the product's memory in the meantime.
      if (await endChange(workspace, id, end)) return;
    }
  }

  async #look(
    change: MemoryChange,
    signal: AbortSignal,
    onProgress: (progress: ScoredImages) => void,
  ): Promise<GuardExamination> {
    const at = () => new Date().toISOString();
    try {
      await keepPictures(this.#options.workspace, addedItems(change));
      const found = await this.#options.guard(change, { signal, onProgress });
      return { ...found, error: null, at: at() };
    } catch (error) {
      throwIfCancelled(signal);
      if (!(error instanceof ClipSamError)) this.#options.log(error);
      return { confirmed: 0, examined: 0, unread: 0, missed: [], error: toErrorRecord(error), at: at() };
    }
  }

  /** Lets a change count that waits. @throws ClipSamError `not-found`, `conflict`, and as `keepPictures` */
  async approve(
    acting: Workspace,
    id: number,
    { inspector, comment }: { readonly inspector: string; readonly comment: string },
  ): Promise<MemoryChange> {
    await keepPictures(this.#options.workspace, addedItems(await getChange(acting, id)));
    const allow = ({ state }: MemoryChange) => {
      if (state === 'examining') throw stillExamined(id);
    };
    await endChange(acting, id, { isEffective: true, inspector, comment, allow });
    return this.get(id);
  }

  /**
   * Drops a change that waits, or is being examined.
   * @param allow gets who asked for it; throws what refuses that
   * @throws ClipSamError `not-found`, `conflict`
   */
  async reject(
    acting: Workspace,
    id: number,
    { inspector, comment }: { readonly inspector: string; readonly comment: string },
    allow: (inspector: string) => void = () => {},
  ): Promise<MemoryChange> {
    const end = { isEffective: false, inspector, comment };
    await endChange(acting, id, { ...end, allow: (change) => allow(change.inspector) });
    this.#jobs.get(id)?.abort.abort();
    return this.get(id);
  }

  async get(id: number): Promise<MemoryChange> {
    return this.#withProgress(await getChange(this.#options.workspace, id));
  }

  /** Changes, with how far their examination is. */
  async list(which: WhichChanges): Promise<MemoryChange[]> {
    const changes = await listChanges(this.#options.workspace, which);
    return changes.map((change) => this.#withProgress(change));
  }

  /** Stops; what is not decided is examined after the next start. */
  async close(): Promise<void> {
    this.#ending.abort();
    await this.#last;
  }

  #withProgress(change: MemoryChange): MemoryChange {
    if (change.state !== 'examining') return change;
    return { ...change, progress: this.#jobs.get(change.id)?.progress ?? null };
  }

  #tell(product: Product): void {
    const now = performance.now();
    if (now - this.#told < TELL_EVERY) return;
    this.#told = now;
    this.#options.onChange?.(product);
  }
}

const QUIET: ReadonlySet<string> = new Set(['cancelled', 'conflict']);

function addedItems({ items }: MemoryChange) {
  return items.filter(({ effect }) => effect === 'add').map(({ item }) => item);
}

function stillExamined(id: number): ClipSamError {
  return failure(
    'memory-examined',
    `Change ${id} is still being examined. Wait until it is known what would be missed.`,
  );
}
