import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { encodeModel } from '../../src-main/graph/model.ts';
import { buildNearestGraph } from '../../src-main/graph/nearest.ts';
import { createSession, type Session } from '../../src-main/inference/ort.ts';
import {
  type ComparedPicture,
  KnownPictures,
  type PanelOptions,
  PicturePanel,
} from '../../src-main/inference/picture-panel.ts';
import { TokenSearch } from '../../src-main/inference/token-search.ts';
import { unitTokens } from '../../src-main/pipeline/unit-tokens.ts';
import { noise } from './tiny-pack.ts';

let nearest: Session;
let search: TokenSearch;
let runs = 0;

beforeAll(async () => {
  nearest = await createSession(encodeModel(buildNearestGraph({ windowed: false })), { device: 'cpu' });
  const counted: Session = {
    ...nearest,
    run: (feeds) => {
      runs++;
      return nearest.run(feeds);
    },
  };
  search = new TokenSearch({ nearest: counted, nearestInWindow: counted });
});
afterAll(() => nearest.release());

function picture(key: string, seed: number, views = 1): ComparedPicture {
  return {
    key,
    views: Array.from({ length: views }, (_, view) => {
      const data = Float16Array.from(noise(8 * 8 * 5, seed * 100 + view));
      return unitTokens([{ stage: 0, width: 8, height: 8, channels: 5, data }], { smoothed: false });
    }),
  };
}

const options = (change: Partial<PanelOptions> = {}): PanelOptions => ({
  search,
  known: new KnownPictures(),
  tokensAre: 'test',
  window: null,
  ...change,
});

/** The largest cosine of each token of one view with those of another. */
function naive(a: ComparedPicture, b: ComparedPicture, view: number): number[] {
  const [x, y] = [a.views[0]!, b.views[view]!];
  return Array.from({ length: 64 }, (_, i) =>
    Math.max(
      ...Array.from({ length: 64 }, (_, j) => {
        let cosine = 0;
        for (let c = 0; c < 5; c++) cosine += x.data[i * 5 + c]! * y.data[j * 5 + c]!;
        return cosine;
      }),
    ),
  );
}

describe('a panel of pictures', () => {
  const [a, b, c] = [picture('a', 1, 3), picture('b', 2, 3), picture('c', 3, 3)];

  it('compares with every view of the others, never with a copy', async () => {
    const panel = new PicturePanel([a, b], options());
    const copy = { ...picture('b', 2), key: 'b' };
    const found = await panel.cosines(copy);
    expect(found.length).toBe(3);
    found.forEach((cosines, view) => {
      const expected = naive(copy, a, view);
      cosines.forEach((cosine, i) => {
        expect(cosine).toBeCloseTo(expected[i]!, 5);
      });
    });
  });

  it('gives one map per picture, the best of its views, and does not compute a pair twice', async () => {
    const known = new KnownPictures();
    const two = new PicturePanel([a, b], options({ known }));
    const [first] = await two.knownCosines(a);
    const expected = naive(a, b, 0).map((value, i) =>
      Math.max(value, naive(a, b, 1)[i]!, naive(a, b, 2)[i]!),
    );
    first?.forEach((cosine, i) => {
      expect(cosine).toBeCloseTo(expected[i]!, 5);
    });
    const before = runs;
    expect(await two.knownCosines(a)).toEqual([first]);
    expect(runs).toBe(before);
    // One more picture: only its own pair is new.
    const three = new PicturePanel([a, b, c], options({ known }));
    const grown = await three.knownCosines(a);
    expect(grown.length).toBe(2);
    expect(grown[0]).toEqual(first);
    const fresh = await new PicturePanel([a, b, c], options()).knownCosines(a);
    grown.forEach((cosines, i) => {
      cosines.forEach((cosine, token) => {
        expect(cosine).toBeCloseTo(fresh[i]![token]!, 5);
      });
    });
  });

  it('keeps a part of the tokens of each where they are too many, halved until they fit', async () => {
    const many = Array.from({ length: 5 }, (_, i) => picture(`p${i}`, 10 + i));
    const panel = new PicturePanel(many, options({ mostTokens: 100 }));
    const whole = new PicturePanel(many, options());
    const [some, all] = [await panel.cosines(a), await whole.cosines(a)];
    expect(some.length).toBe(5);
    // 64 → 16 tokens each: never nearer than with all of them.
    some.forEach((cosines, i) => {
      cosines.forEach((cosine, token) => {
        expect(cosine).toBeLessThanOrEqual(all[i]![token]! + 1e-6);
      });
    });
    expect(some).not.toEqual(all);
  });
});
