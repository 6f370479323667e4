import { describe, expect, it } from 'vitest';
import {
  type Delta,
  EMPTY_STACK,
  inverse,
  push,
  redone,
  renumber,
  undone,
  type VerdictValues,
} from '../../../src-renderer/review/undo-stack.ts';

const verdict = (word: VerdictValues['verdict']): VerdictValues => ({
  verdict: word,
  defectClass: '',
  severity: null,
  overturnReason: '',
  comment: '',
});
const judge = (imageId: number, before: VerdictValues | null, after: VerdictValues | null): Delta => ({
  kind: 'judge',
  imageId,
  before,
  after,
});
const annotated = (annotationId: number): Delta => ({
  kind: 'annotate',
  imageId: 1,
  annotationId,
  annotation: { kind: 'false-positive', regionIndex: 1, polygons: null, defectClass: '', comment: '' },
});

/** A workstation in miniature: applies deltas, gives new ids, and forgets nothing. */
class Model {
  readonly verdicts = new Map<number, string>();
  readonly annotations = new Set<number>();
  stack = EMPTY_STACK;
  #ids = 0;

  apply(delta: Delta): number | null {
    if (delta.kind === 'judge') {
      if (delta.after) this.verdicts.set(delta.imageId, delta.after.verdict);
      else this.verdicts.delete(delta.imageId);
    } else if (delta.kind === 'retract') {
      if (!this.annotations.delete(delta.annotationId))
        throw new Error(`no annotation ${delta.annotationId}`);
    } else {
      this.annotations.add(++this.#ids);
      return this.#ids;
    }
    return null;
  }
  run(delta: Delta): void {
    const id = this.apply(delta);
    this.stack = push(
      this.stack,
      delta.kind !== 'judge' && id !== null ? { ...delta, annotationId: id } : delta,
    );
  }
  step(delta: Delta, after: typeof EMPTY_STACK): void {
    const id = this.apply(delta);
    this.stack = id !== null && delta.kind !== 'judge' ? renumber(after, delta.annotationId, id) : after;
  }
  undo(): void {
    this.step(inverse(this.stack.done.at(-1)!), undone(this.stack));
  }
  redo(): void {
    this.step(this.stack.undone.at(-1)!, redone(this.stack));
  }
}

describe('undo', () => {
  it('takes verdicts of different images back in reverse order and gives them again', () => {
    const model = new Model();
    model.run(judge(1, null, verdict('accept')));
    model.run(judge(2, null, verdict('reject')));
    model.run(judge(1, verdict('accept'), verdict('uncertain')));
    model.undo();
    expect([...model.verdicts]).toEqual([
      [1, 'accept'],
      [2, 'reject'],
    ]);
    model.undo();
    model.undo();
    expect(model.verdicts.size).toBe(0);
    model.redo();
    model.redo();
    model.redo();
    expect(model.verdicts.get(1)).toBe('uncertain');
    expect(model.stack.undone).toEqual([]);
  });

  it('follows an annotation through new ids: made, retracted, both undone and redone any number of times', () => {
    const model = new Model();
    model.run(annotated(0));
    const [first] = model.annotations;
    model.run({ ...inverse(annotated(first!)) });
    expect(model.annotations.size).toBe(0);
    for (let round = 0; round < 3; round++) {
      model.undo();
      expect(model.annotations.size).toBe(1);
      model.undo();
      expect(model.annotations.size).toBe(0);
      model.redo();
      expect(model.annotations.size).toBe(1);
      model.redo();
      expect(model.annotations.size).toBe(0);
    }
  });

  it('forgets what was undone once something new is done', () => {
    const model = new Model();
    model.run(judge(1, null, verdict('accept')));
    model.undo();
    model.run(judge(2, null, verdict('reject')));
    expect(model.stack.undone).toEqual([]);
    expect(redone(model.stack)).toBe(model.stack);
  });

  it('leaves an empty stack as it is', () => {
    expect(undone(EMPTY_STACK)).toBe(EMPTY_STACK);
    expect(redone(EMPTY_STACK)).toBe(EMPTY_STACK);
  });
});
