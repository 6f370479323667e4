import { glob, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const EXPORT = /^export (?:abstract )?(?:async )?(?:function\*?|const|class|interface|type|enum) (\w+)/gm;

it('a name that is exported means one thing in the whole program', async () => {
  const places = new Map<string, Set<string>>();
  for await (const path of glob('src-{main,renderer,shared}/**/*.{ts,tsx}', { cwd: ROOT })) {
    if (path.endsWith('.d.ts')) continue;
    for (const [, name] of (await readFile(join(ROOT, path), 'utf8')).matchAll(EXPORT)) {
      places.set(name!, (places.get(name!) ?? new Set()).add(path));
    }
  }
  expect(places.size).toBeGreaterThan(1000);
  const twice = [...places].filter(([, paths]) => paths.size > 1);
  expect(Object.fromEntries(twice.map(([name, paths]) => [name, [...paths]]))).toEqual({});
});
