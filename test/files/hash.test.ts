import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { sha256, sha256OfFile } from '../../src-main/files/hash.ts';
import { tempFolder } from '../temp-folder.ts';

// FIPS 180-2, examples B.1 and B.3.
const ABC = 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad';
const MILLION_A = 'cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0';

test('hashes text and bytes as the standard says', () => {
  expect(sha256('abc')).toBe(ABC);
  expect(sha256(new Uint8Array([97, 98, 99]))).toBe(ABC);
  expect(sha256('a'.repeat(1_000_000))).toBe(MILLION_A);
});

test('hashes a file of several read blocks', async () => {
  const path = join(await tempFolder(), 'a.txt');
  await writeFile(path, 'a'.repeat(3_000_000));
  expect(await sha256OfFile(path)).toBe(sha256('a'.repeat(3_000_000)));
  await writeFile(path, 'a'.repeat(1_000_000));
  expect(await sha256OfFile(path)).toBe(MILLION_A);
});

test('a missing file is an error', async () => {
  await expect(sha256OfFile(join(await tempFolder(), 'none'))).rejects.toMatchObject({ code: 'ENOENT' });
});
