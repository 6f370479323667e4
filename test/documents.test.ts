import { existsSync, globSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
/** Folders that documents name paths below; elsewhere (a workspace, `out`) nothing needs to be there. */
const FOLDERS = [
  'src-main',
  'src-renderer',
  'src-shared',
  'test',
  'models',
  'resources',
  '.tools',
  '.ci',
  '.github',
];
/** A file of the program, wherever it is; names in angle brackets are the reader's own. */
const SOURCE = /^[\w./-]+\.(ts|tsx|mjs)$/;

const documents = globSync('{*,.github/*,{src-main,src-renderer,src-shared,models,test}/**/*}.md', {
  cwd: ROOT,
});

function isThere(path: string, document: string): boolean {
  return existsSync(join(ROOT, dirname(document), path)) || existsSync(join(ROOT, path));
}

/** True for a path below one of {@link FOLDERS}, or below a folder beside the document. */
function startsAt(path: string, document: string): boolean {
  const [folder] = path.split('/', 1);
  if (folder === path) return false;
  // What its table has are names of tests.
  const isBeside = dirname(document) !== '.' && document !== 'test/README.md';
  return FOLDERS.includes(folder!) || (isBeside && existsSync(join(ROOT, dirname(document), folder!)));
}

it.each(documents)('%s names only files and folders that are there', async (document) => {
  const text = (await readFile(join(ROOT, document), 'utf8')).replaceAll(/^```.*?^```/gms, '');
  const links = [...text.matchAll(/(?:\]\(|(?:src|srcset)=")([^)"#\s]+)/g)].map(([, link]) => link!);
  const wrong = links.filter((link) => !/^\w+:/.test(link) && !isThere(link, document));
  for (const [, quoted] of text.matchAll(/`([^`\s<>]+)`/g)) {
    if (!SOURCE.test(quoted!) && !startsAt(quoted!, document)) continue;
    const paths = expand(quoted!);
    wrong.push(...paths.filter((path) => !path.includes('*') && !isThere(path, document)));
  }
  expect(wrong).toEqual([]);
});

it('test/README.md names tests by titles that they have', async () => {
  const wrong: string[] = [];
  const [, faults] = (await readFile(join(ROOT, 'test/README.md'), 'utf8')).split('## Faults');
  const table = faults!.matchAll(/^\|.*\|(.*)\|$/gm);
  for (const [, cell] of table) {
    for (const [, path, titles] of cell!.matchAll(/`([\w-]+\/[\w/-]+)`((?: "[^"]+")*)/g)) {
      const file = ['ts', 'tsx'].map((end) => join(ROOT, 'test', `${path}.test.${end}`)).find(existsSync);
      const text = file === undefined ? '' : await readFile(file, 'utf8');
      if (file === undefined) wrong.push(path!);
      for (const [, title] of titles!.matchAll(/"([^"]+)"/g)) {
        if (!title!.split('…').every((part) => text.includes(part.trim()))) wrong.push(`${path} "${title}"`);
      }
    }
  }
  expect(wrong).toEqual([]);
});

/** `a/{b,c}.ts` → `a/b.ts`, `a/c.ts`. */
function expand(path: string): string[] {
  const [, before, choices, after] = /^(.*?)\{([^}]*)\}(.*)$/.exec(path) ?? [];
  if (choices === undefined) return [path];
  return choices.split(',').flatMap((choice) => expand(before + choice + after));
}
