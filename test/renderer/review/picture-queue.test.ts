import { describe, expect, it } from 'vitest';
import { PictureQueue } from '../../../src-renderer/review/picture-queue.ts';

describe('the queue of pictures', () => {
  const ask = (queue: PictureQueue, names: string) => {
    const started: string[] = [];
    const done = Object.fromEntries([...names].map((name) => [name, queue.ask(() => started.push(name))]));
    return { started, done: (name: string) => done[name]!() };
  };

  it('lets a few load at a time, in the order in which they were asked for', () => {
    const { started, done } = ask(new PictureQueue(2), 'abcd');
    expect(started).toEqual(['a', 'b']);
    done('b');
    expect(started).toEqual(['a', 'b', 'c']);
    done('a');
    done('c');
    expect(started).toEqual(['a', 'b', 'c', 'd']);
  });

  it('never starts what is not wanted any more', () => {
    const { started, done } = ask(new PictureQueue(1), 'abc');
    done('b');
    done('a');
    expect(started).toEqual(['a', 'c']);
  });

  it('gives no room away twice', () => {
    const { started, done } = ask(new PictureQueue(1), 'abc');
    done('a');
    done('a');
    expect(started).toEqual(['a', 'b']);
  });

  it('starts nothing while it is held, and goes on afterwards', () => {
    const queue = new PictureQueue(1);
    queue.hold(true);
    const { started, done } = ask(queue, 'abc');
    done('a');
    expect(started).toEqual([]);
    queue.hold(false);
    expect(started).toEqual(['b']);
    queue.hold(true);
    done('b');
    expect(started).toEqual(['b']);
    queue.hold(false);
    expect(started).toEqual(['b', 'c']);
  });
});
