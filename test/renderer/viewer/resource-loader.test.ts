import { describe, expect, it } from 'vitest';
import { ResourceLoader } from '../../../src-renderer/viewer/resource-loader.ts';

interface Picture {
  readonly of: string;
}

/** A loader whose requests are answered by hand, in any order. */
function setUp({ bytes = 1000, parallel = 4, size = 10 } = {}) {
  const open = new Map<
    string,
    { resolve(picture: Picture): void; reject(error: Error): void; signal: AbortSignal }
  >();
  const asked: string[] = [];
  const released: string[] = [];
  const loader = new ResourceLoader<Picture>(
    {
      load: (url, signal) => {
        asked.push(url);
        return new Promise((resolve, reject) => open.set(url, { resolve, reject, signal }));
      },
      bytes: () => size,
      release: ({ of }) => released.push(of),
    },
    { bytes, parallel },
  );
  const settle = () => new Promise((resolve) => setTimeout(resolve));
  return {
    loader,
    open,
    asked,
    released,
    async answer(url: string) {
      open.get(url)!.resolve({ of: url });
      await settle();
    },
    async fail(url: string) {
      open.get(url)!.reject(new Error('no'));
      await settle();
    },
  };
}

describe('fast paging', () => {
  it('never gives one image what came for another, in whatever order answers come', async () => {
    const { loader, answer, open } = setUp();
    loader.want('stage', ['image1']);
    const first = open.get('image1')!;
    loader.want('stage', ['image2']);
    loader.want('stage', ['image3']);
    await answer('image3');
    first.resolve({ of: 'image1' });
    await answer('image2');
    expect(loader.get('image3')).toEqual({ of: 'image3' });
    expect(loader.get('image1')).toBeUndefined();
    expect(loader.get('image2')).toBeUndefined();
  });

  it('aborts requests of images left behind and gives back what comes all the same', async () => {
    const { loader, open, answer, released } = setUp();
    loader.want('stage', ['image1']);
    const { signal } = open.get('image1')!;
    loader.want('stage', ['image2']);
    expect(signal.aborted).toBe(true);
    await answer('image1');
    expect(released).toEqual(['image1']);
  });

  it('takes the answer of the second request when an image is returned to', async () => {
    const { loader, open, answer, released } = setUp();
    loader.want('stage', ['image1']);
    const late = open.get('image1')!;
    loader.want('stage', []);
    loader.want('stage', ['image1']);
    late.resolve({ of: 'late' });
    await answer('image1');
    expect(loader.get('image1')).toEqual({ of: 'image1' });
    expect(released).toEqual(['late']);
  });
});

describe('requests', () => {
  it('go out in the order of urgency, so many at a time', async () => {
    const { loader, asked, answer } = setUp({ parallel: 2 });
    loader.want('stage', ['a', 'b', 'c']);
    expect(asked).toEqual(['a', 'b']);
    await answer('b');
    expect(asked).toEqual(['a', 'b', 'c']);
  });

  it('for several owners are made once', () => {
    const { loader, asked } = setUp();
    loader.want('stage', ['a']);
    loader.want('navigator', ['a']);
    expect(asked).toEqual(['a']);
  });

  it('of one owner go on when another pages on', () => {
    const { loader, open } = setUp();
    loader.want('navigator', ['here']);
    loader.want('stage', ['now']);
    loader.want('stage', []);
    expect(open.get('here')!.signal.aborted).toBe(false);
    expect(open.get('now')!.signal.aborted).toBe(true);
  });

  it('that fail are tried once more, and again only when they are wanted anew', async () => {
    const { loader, asked, fail } = setUp();
    loader.want('stage', ['a']);
    await fail('a');
    await fail('a');
    expect(asked).toEqual(['a', 'a']);
    expect(loader.isBroken('a')).toBe(true);
    loader.want('stage', []);
    loader.want('stage', ['a']);
    expect(asked).toHaveLength(3);
  });
});

describe('memory', () => {
  it('is bounded while paging through 500 images: the oldest are given back', async () => {
    const { loader, answer, released } = setUp({ bytes: 100, size: 10 });
    for (let image = 0; image < 500; image++) {
      loader.want('stage', [`image${image}`]);
      await answer(`image${image}`);
      expect(loader.bytes).toBeLessThanOrEqual(100);
    }
    expect(released).toHaveLength(490);
    expect(loader.get('image499')).toBeDefined();
    expect(loader.get('image489')).toBeUndefined();
  });

  it('keeps what is on the screen and what was looked at last', async () => {
    const { loader, answer } = setUp({ bytes: 20, size: 10 });
    loader.want('stage', ['a']);
    await answer('a');
    loader.want('navigator', ['b']);
    await answer('b');
    loader.want('navigator', ['c']);
    await answer('c');
    expect([loader.get('a'), loader.get('b'), loader.get('c')].map(Boolean)).toEqual([true, false, true]);
  });
});
