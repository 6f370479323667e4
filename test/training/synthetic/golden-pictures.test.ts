import { createHash } from 'node:crypto';
import { expect, test } from 'vitest';
import { DEFECTS, paintDefect } from '../../../src-main/training/synthetic/defects/paint-defect.ts';
import { STRUCTURAL_DEFECTS } from '../../../src-main/training/synthetic/defects/structural.ts';
import type { SyntheticSample } from '../../../src-main/training/synthetic/image.ts';
import { randomMotif } from '../../../src-main/training/synthetic/print.ts';
import { renderSample } from '../../../src-main/training/synthetic/sample.ts';
import { OBJECTS, renderGood, SURFACES } from '../../../src-main/training/synthetic/scene.ts';
import { Random } from '../../../src-shared/random.ts';

// Training data and the bundled samples are made anew from seeds: numbers drawn in another order, or one more of
// them, silently make other pictures. What is compared are 8-bit pixels, masks and words, not the floating point
// numbers behind them. Those rely on IEEE 754 arithmetic, the same everywhere, and on Math.sin, exp, pow and the like,
// which V8 computes in software of its own: alike on all systems, but a new major version of Node.js may round
// otherwise. When nothing but Node.js changed, look at a few pictures and take the new hashes over.
//
// When pictures are meant to change: npx vitest run golden-pictures --update

type Hashed = Uint8Array | string | null | readonly string[];

/** The first 12 of 64 hex digits: enough that no two pictures share them by chance. */
function shortHash(parts: readonly Hashed[]): string {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(part instanceof Uint8Array ? part : JSON.stringify(part));
  return hash.digest('hex').slice(0, 12);
}

const contents = (sample: SyntheticSample): Hashed[] => [
  sample.image.data,
  sample.mask,
  sample.object,
  sample.objectSynonyms,
  sample.defect,
];

const render = (kind: string, seed: string, width: number, height: number, defect?: string | null) =>
  renderSample(
    kind,
    new Random(`golden ${kind} ${seed}`),
    { width, height },
    defect === undefined ? {} : { defect },
  );

const ofKind = (kind: string): Hashed[] =>
  ['a', 'b', 'c'].flatMap((seed) => contents(render(kind, seed, 36, 30)));

const photo = renderGood('blade', new Random('golden'), { width: 40, height: 32 });
const texture = renderGood('felt', new Random('golden'), { width: 40, height: 32 });

/** In parts that are rendered with it, and painted on photos with and without an outline. */
function ofDefect(defect: string): Hashed[] {
  const rendered = ['tablet', 'gear'].map((kind) => contents(render(kind, defect, 40, 40, defect)));
  const random = () => new Random(`golden ${defect}`);
  const onObject = paintDefect(photo.image, photo.objectMask, random(), { defect });
  const onTexture = paintDefect(texture.image, null, random(), { defect });
  const painted = [onObject.image.data, onObject.mask, onTexture.image.data, onTexture.mask];
  return [...rendered.flat(), ...painted];
}

const ofStructuralDefect = (defect: string): Hashed[] =>
  ['pcb', 'cable end', 'connector', 'label'].flatMap((kind) =>
    contents(render(kind, defect, 48, 40, defect)),
  );

/** Where there is ink, on a grid over the motif. */
function ofMotifs(seed: string): Hashed[] {
  const { shape, halfWidth, halfHeight } = randomMotif(new Random(`golden motif ${seed}`));
  const ink = (_: unknown, i: number) =>
    shape(((i % 32) / 16 - 1) * halfWidth, (Math.floor(i / 32) / 16 - 1) * halfHeight) < 0 ? 1 : 0;
  return [Uint8Array.from({ length: 32 * 32 }, ink)];
}

/** Large enough for what small pictures leave out: fine texture, blur and noise. */
const ofScene = (kind: string): Hashed[] =>
  [null, undefined].flatMap((defect) => contents(render(kind, 'scene', 200, 150, defect)));

const MOTIFS = Array.from({ length: 40 }, (_, seed) => `${seed}`);

test.each([
  { title: 'surfaces', names: SURFACES, of: ofKind },
  { title: 'objects', names: OBJECTS, of: ofKind },
  { title: 'defects', names: DEFECTS, of: ofDefect },
  { title: 'structural-defects', names: STRUCTURAL_DEFECTS, of: ofStructuralDefect },
  { title: 'motifs', names: MOTIFS, of: ofMotifs },
  { title: 'scenes', names: ['machined metal', 'pcb', 'fabric', 'bottle side', 'nut'], of: ofScene },
])('every pixel of generated $title stays as it is', async ({ title, names, of }) => {
  const table = names.map((name) => `${shortHash(of(name))} ${name}\n`).join('');
  await expect(table).toMatchFileSnapshot(`golden/${title}.txt`);
});
