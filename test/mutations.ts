import { Random } from '../src-shared/random.ts';

/** What is done to bytes: the names are for the reader of a failed test. */
export interface Mutation {
  readonly name: string;
  readonly bytes: Buffer;
}

/**
 * Damaged copies of a file: single bits and bytes changed, stretches overwritten, cut out, doubled, and the end cut off.
 * The same seed gives the same damage on every machine.
 */
export function* mutations(content: Uint8Array, seed: string, count: number): Generator<Mutation> {
  for (let i = 0; i < count; i++) {
    const random = new Random(`${seed} ${i}`);
    const bytes = Buffer.from(content);
    const at = random.int(0, bytes.length - 1);
    const length = Math.min(random.int(1, 64), bytes.length - at);
    const end = at + length;
    switch (i % 6) {
      case 0:
        bytes[at]! ^= 1 << random.int(0, 7);
        yield { name: `${i}: a bit of byte ${at} turned`, bytes };
        break;
      case 1:
        bytes[at] = random.int(0, 255);
        yield { name: `${i}: byte ${at} is ${bytes[at]}`, bytes };
        break;
      case 2:
        for (let j = at; j < end; j++) bytes[j] = random.int(0, 255);
        yield { name: `${i}: bytes ${at} to ${end} are noise`, bytes };
        break;
      case 3:
        yield {
          name: `${i}: without bytes ${at} to ${end}`,
          bytes: Buffer.concat([bytes.subarray(0, at), bytes.subarray(end)]),
        };
        break;
      case 4:
        yield {
          name: `${i}: bytes ${at} to ${end} twice`,
          bytes: Buffer.concat([bytes.subarray(0, end), bytes.subarray(at)]),
        };
        break;
      default:
        yield { name: `${i}: cut off at ${at}`, bytes: bytes.subarray(0, at) };
    }
  }
}

/** Values that a program may not expect in the place of others. */
const ODD: readonly unknown[] = [
  null,
  true,
  0,
  -1,
  1.5,
  1e308,
  2 ** 53,
  '',
  'x',
  '../x',
  '\0',
  '__proto__',
  'x'.repeat(5000),
  [],
  [[[[[[]]]]]],
  [null],
  {},
  { length: -1 },
  { x: { x: {} } },
];

/**
 * A copy of a JSON value with one part replaced by an odd value, removed, or given a twin of another name.
 * @returns the copy, and where it differs
 */
export function mutatedJson(json: unknown, seed: string): { readonly name: string; readonly json: unknown } {
  const random = new Random(seed);
  const copy = structuredClone(json);
  let place = copy as Record<string, unknown>;
  const path: string[] = [];
  for (;;) {
    const keys = Object.keys(place);
    const key = keys[random.int(0, keys.length - 1)];
    if (key === undefined) break;
    path.push(key);
    const inner = place[key];
    const goesDeeper = typeof inner === 'object' && inner !== null && Object.keys(inner).length > 0;
    if (goesDeeper && random.next() < 0.75) {
      place = inner as Record<string, unknown>;
      continue;
    }
    const kind = random.int(0, 9);
    if (kind === 0) delete place[key];
    else if (kind === 1) place[`${key}2`] = inner;
    else place[key] = ODD[random.int(0, ODD.length - 1)];
    break;
  }
  return {
    name: `${seed}: ${path.join('.')} ${JSON.stringify(place[path.at(-1)!])?.slice(0, 40)}`,
    json: copy,
  };
}
