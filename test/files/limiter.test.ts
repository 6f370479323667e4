import { describe, expect, test } from 'vitest';
import { Limiter } from '../../src-main/files/limiter.ts';

/** Work that ends when it is told to. */
function handMade() {
  const begun: string[] = [];
  const ends = new Map<string, PromiseWithResolvers<string>>();
  const work = (key: string) => () => {
    begun.push(key);
    const end = Promise.withResolvers<string>();
    ends.set(key, end);
    return end.promise;
  };
  return {
    begun,
    work,
    end: (key: string) => ends.get(key)!.resolve(key),
    fail: (key: string) => ends.get(key)!.reject(new Error(key)),
  };
}

const turns = () => new Promise((resolve) => setImmediate(resolve));

describe('a limiter', () => {
  test('runs a few at a time, the newest of those that wait first', async () => {
    const { begun, work, end } = handMade();
    const limiter = new Limiter<string>(2);
    const all = ['a', 'b'].map((key) => limiter.run(key, work(key)));
    await turns();
    all.push(...['c', 'd', 'e'].map((key) => limiter.run(key, work(key))));
    await turns();
    expect(begun.toSorted()).toEqual(['a', 'b']);
    end('a');
    await turns();
    end('b');
    await turns();
    expect(begun.slice(2)).toEqual(['e', 'd']);
    end('d');
    end('e');
    await turns();
    end('c');
    expect(await Promise.all(all)).toEqual(['a', 'b', 'c', 'd', 'e']);
  });

  test('does the same thing once for all who ask for it meanwhile, and again afterwards', async () => {
    const { begun, work, end } = handMade();
    const limiter = new Limiter<string>(1);
    const all = Promise.all([limiter.run('a', work('a')), limiter.run('a', work('a'))]);
    await turns();
    end('a');
    expect(await all).toEqual(['a', 'a']);
    const again = limiter.run('a', work('a'));
    await turns();
    end('a');
    await again;
    expect(begun).toEqual(['a', 'a']);
  });

  test('does not do what nobody wants any more before its turn', async () => {
    const { begun, work, end } = handMade();
    const limiter = new Limiter<string>(1);
    const first = limiter.run('a', work('a'));
    await turns();
    const abort = new AbortController();
    const left = limiter.run('b', work('b'), abort.signal);
    const [wanted, given] = [limiter.run('c', work('c')), limiter.run('c', work('c'), abort.signal)];
    abort.abort();
    await expect(left).rejects.toMatchObject({ code: 'cancelled' });
    await expect(given).rejects.toMatchObject({ code: 'cancelled' });
    end('a');
    await turns();
    end('c');
    expect(await Promise.all([first, wanted])).toEqual(['a', 'c']);
    expect(begun).toEqual(['a', 'c']);
    const later = limiter.run('b', work('b'));
    await turns();
    end('b');
    expect(await later).toBe('b');
  });

  test('goes on after a failure', async () => {
    const { work, end, fail } = handMade();
    const limiter = new Limiter<string>(1);
    const failing = limiter.run('a', work('a'));
    await turns();
    const next = limiter.run('b', work('b'));
    fail('a');
    await expect(failing).rejects.toThrow('a');
    await turns();
    end('b');
    expect(await next).toBe('b');
  });
});
