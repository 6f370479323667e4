import { readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { describe, expect, it } from 'vitest';
import { convertLinearHead } from '../../src-main/checkpoint/linear-head.ts';
import { openZip } from '../../src-main/files/zip-archive.ts';
import { ClipSamError } from '../../src-shared/errors.ts';
import { Random } from '../../src-shared/random.ts';
import { zipFile } from '../files/zip-file.ts';
import { mutations } from '../mutations.ts';
import { tempFolder } from '../temp-folder.ts';
import { twinFile } from '../twins/twins.ts';

const SHAPE = { stageWidths: [32, 32, 32, 32], textWidth: 24 };
/** Kilobytes by which the process may grow over all copies. */
const GROWTH = 300_000;

/** What comes of a file: the head's bytes, or the error's message. Anything but an error of ours fails the test. */
async function outcome(path: string, bytes: Uint8Array, name: string): Promise<Uint8Array | string> {
  await writeFile(path, bytes);
  try {
    return await convertLinearHead(path, SHAPE);
  } catch (error) {
    if (error instanceof ClipSamError) return error.message;
    throw new Error(`${name}: no error of ours`, { cause: error });
  }
}

/** The files of `head.pth`. */
async function parts(): Promise<Map<string, Buffer>> {
  const zip = await openZip(twinFile('april-gan/head.pth'));
  const files = new Map<string, Buffer>();
  for (const name of zip.sizes.keys()) files.set(name, await buffer(await zip.open(name)));
  zip.close();
  return files;
}

describe('a damaged checkpoint is read right or refused', () => {
  it.each(['head.pth', 'take/parameters.pth', 'take/legacy.pth'])('in any byte of %s', async (file) => {
    const content = readFileSync(twinFile(`april-gan/${file}`));
    const path = join(await tempFolder(), 'head.pth');
    const whole = await outcome(path, content, 'whole');
    const before = process.resourceUsage().maxRSS;
    let refused = 0;
    for (const { name, bytes } of mutations(content, file, 200)) {
      const result = await outcome(path, bytes, name);
      if (typeof result === 'string') refused++;
      // What is in a ZIP file is guarded by checksums, so that no value changes without a word.
      else if (file !== 'take/legacy.pth')
        expect(Buffer.from(result).equals(whole as Uint8Array), name).toBe(true);
    }
    expect(refused).toBeGreaterThan(100);
    expect(process.resourceUsage().maxRSS - before).toBeLessThan(GROWTH);
  });

  it('in any instruction of its pickle, behind right checksums', async () => {
    const files = await parts();
    const pickle = files.get('head/data.pkl')!;
    const path = join(await tempFolder(), 'head.pth');
    const before = process.resourceUsage().maxRSS;
    const reasons = new Set<string>();
    for (const { name, bytes } of mutations(pickle, 'pickle', 600)) {
      const entries = [...files].map(([entry, content]) => ({
        name: entry,
        content: entry === 'head/data.pkl' ? bytes : content,
      }));
      const result = await outcome(path, zipFile(entries), name);
      if (typeof result === 'string') reasons.add(result.replaceAll(/\d+/g, 'n'));
    }
    expect(reasons.size).toBeGreaterThan(20);
    expect(process.resourceUsage().maxRSS - before).toBeLessThan(GROWTH);
  });

  it('also where its pickle is instructions in any order', async () => {
    const path = join(await tempFolder(), 'head.pth');
    const instructions = [
      ...'(.GJKMNQRX]abcehjqstu})',
      ...'\x85\x86\x87\x88\x89\x8a\x8b\x8c\x8d\x93\x94\x95',
    ];
    for (let i = 0; i < 300; i++) {
      const random = new Random(`instructions ${i}`);
      const length = random.int(1, 400);
      const bytes = Buffer.from(Array.from({ length }, () => random.pick(instructions)).join(''), 'latin1');
      const content = Buffer.concat([Buffer.from([0x80, 2]), bytes]);
      expect(await outcome(path, zipFile([{ name: 'x/data.pkl', content }]), `instructions ${i}`)).toBeTypeOf(
        'string',
      );
    }
  });
});
