import { readFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { SOFTWARE_VERSION } from '../../src-shared/version.ts';

test('the version stored with results is the one of package.json', async () => {
  const text = await readFile(new URL('../../package.json', import.meta.url), 'utf8');
  expect(SOFTWARE_VERSION).toBe(JSON.parse(text).version);
});
