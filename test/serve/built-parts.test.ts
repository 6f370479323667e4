import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { type BuildTarget, ensureBuilt } from '../../src-main/serve/built-parts.ts';
import { tempFolder } from '../temp-folder.ts';

/** A project whose "builder" copies its one source. */
async function project(): Promise<{ target: BuildTarget; builds: string[]; build(): Promise<string> }> {
  const root = await tempFolder();
  await mkdir(join(root, 'source', 'deep'), { recursive: true });
  await writeFile(join(root, 'source', 'deep', 'text'), 'first');
  await writeFile(
    join(root, 'builder.cjs'),
    `const fs = require('fs');
     const text = fs.readFileSync('source/deep/text', 'utf8');
     fs.mkdirSync('built', { recursive: true });
     fs.writeFileSync('built/index', text + process.argv[2]);
     if (text === 'bad') { console.error('what is wrong'); process.exit(1); }`,
  );
  const target: BuildTarget = {
    root,
    name: 'window',
    sources: ['source', 'builder.cjs'],
    out: 'built',
    marker: 'index',
    command: ['builder.cjs', '!'],
  };
  const builds: string[] = [];
  return { target, builds, build: () => ensureBuilt(target, (line) => builds.push(line)) };
}

describe('ensureBuilt', () => {
  it('builds what is missing, and again only when the content of a source has changed', async () => {
    const { target, builds, build } = await project();
    const folder = await build();
    expect(folder).toBe(join(target.root, 'built'));
    expect(await readFile(join(folder, 'index'), 'utf8')).toBe('first!');
    const text = join(target.root, 'source', 'deep', 'text');
    await writeFile(text, 'first');
    await build();
    expect(builds).toHaveLength(1);
    await writeFile(text, 'second');
    await build();
    expect(await readFile(join(folder, 'index'), 'utf8')).toBe('second!');
    await writeFile(join(target.root, 'source', 'new'), '');
    await build();
    await rm(join(folder, 'index'));
    await build();
    expect(builds).toHaveLength(4);
    expect(builds[0]).toMatch(/^Building the window/);
  });

  it('never takes a build that failed for a whole one', async () => {
    const { target, build } = await project();
    await build();
    const text = join(target.root, 'source', 'deep', 'text');
    await writeFile(text, 'bad');
    await expect(build()).rejects.toThrow(/window could not be built.\s+what is wrong/);
    await expect(build()).rejects.toThrow(/could not be built/);
    await writeFile(text, 'first');
    await build();
    expect(await readFile(join(target.root, 'built', 'index'), 'utf8')).toBe('first!');
  });

  it('takes what came with the program where there is nothing to build with', async () => {
    const { target, builds, build } = await project();
    await build();
    await rm(join(target.root, 'source'), { recursive: true });
    await build();
    expect(builds).toHaveLength(1);
    await rm(join(target.root, 'built'), { recursive: true });
    await expect(build()).rejects.toMatchObject({ code: 'input-invalid' });
  });
});
