import { mkdir, realpath, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createRouterClient } from '@orpc/server';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { createRouter } from '../../src-main/api/router.ts';
import { PATH_INPUTS, serverPaths } from '../../src-main/api/server-paths.ts';
import { contract } from '../../src-shared/contract/index.ts';
import type { Action } from '../../src-shared/permissions.ts';
import { tempFolder } from '../temp-folder.ts';
import { drain, ended, fakeWorkstation } from './workstation-fixture.ts';

/** A workspace in a network that opens one folder of images, with an engineer who is signed in. */
async function network() {
  const folder = await realpath(await tempFolder());
  const photos = join(folder, 'photos');
  await mkdir(join(photos, 'lot7'), { recursive: true });
  for (const name of ['a.png', 'b.png']) await writeFile(join(photos, 'lot7', name), name);
  await mkdir(join(folder, 'secret'));
  await writeFile(join(folder, 'secret', 's.png'), 'secret');
  await symlink(join(folder, 'secret'), join(photos, 'lot7', 'way-out'));
  await symlink(join(folder, 'secret', 's.png'), join(photos, 'lot7', 'link.png'));
  await symlink(join(photos, 'lot7'), join(photos, 'again'));
  const workspaceFolder = join(folder, 'workspace');
  const fake = await fakeWorkstation({}, { shell: 'network', workspaceFolder, importRoots: [photos] });
  const { people, workspace } = fake.workstation;
  await people.add(workspace, { name: 'Eva', role: 'engineer', pin: '1111', inspector: 'Eva' });
  const { token } = await people.signIn('Eva', '1111');
  const context = { connection: { token, admit: () => {} } };
  const client = createRouterClient(createRouter(fake.workstation), { context });
  return { fake, folder, photos, client };
}

const inspector = 'Eva';

describe('in a network', () => {
  it('folders are listed and imported below what was opened, links that lead out of it told', async () => {
    const { client } = await network();
    const top = await client.app.folder({ path: null });
    expect(top).toMatchObject({ path: '', parent: null, folders: [{ name: 'photos', path: 'photos' }] });
    const photos = await client.app.folder({ path: 'photos' });
    expect(photos).toMatchObject({ path: 'photos', parent: '' });
    expect(photos.folders.map(({ path }) => path)).toEqual(['photos/again', 'photos/lot7']);
    const lot = await client.app.folder({ path: 'photos/lot7' });
    expect(lot).toMatchObject({ parent: 'photos' });
    expect(lot.files.map(({ path }) => path)).toContain('photos/lot7/a.png');

    const { id } = await client.batches.create({ metadata: { name: 'Lot 7' }, inspector });
    const events = await drain(await client.imports.start({ id, paths: ['photos/lot7'], inspector }));
    expect(events.at(-1)).toMatchObject({ kind: 'finished', added: 2 });
    const finished = events.find((event) => event.kind === 'finished');
    expect(finished?.unreadable.map(({ path, error }) => [path, error.code]).sort()).toEqual([
      ['photos/lot7/link.png', 'path-denied'],
      ['photos/lot7/way-out', 'path-denied'],
    ]);
  });

  it('no path of the machine is taken, however it is written', async () => {
    const { client, folder, photos } = await network();
    const { id } = await client.batches.create({ metadata: { name: 'Lot 7' }, inspector });
    const paths = [photos, join(photos, 'lot7'), '/', '/etc', folder, '..', 'photos/..', 'photos/../secret'];
    paths.push('photos/lot7/way-out', 'photos/lot7/way-out/s.png', 'photos/lot7/link.png', 'secret', '.');
    paths.push('workspace', 'photos/./lot7', 'photos\0', 'photos/\0', 'photos/lot7/..\\..', '/photos');
    for (const path of paths) {
      const denied = expect.objectContaining({
        data: expect.objectContaining({ code: expect.stringMatching(/^(path-denied|image-not-found)$/) }),
      });
      await expect(client.app.folder({ path }), path).rejects.toEqual(denied);
      await expect(client.imports.start({ id, paths: [path], inspector }), path).rejects.toEqual(denied);
      await expect(
        client.audit.export({ folder: path, format: 'json', filter: {} } as never),
        path,
      ).rejects.toEqual(denied);
    }
    // A new folder is made below the roots alone.
    const { run } = { run: { id: 1 } };
    for (const path of ['photos/lot7/way-out/new', 'new', 'photos/lot7/link.png/new/../..'])
      await expect(
        client.exports.run({ runId: run.id, formats: ['csv'], folder: path } as never),
      ).rejects.toMatchObject({ data: { code: 'path-denied' } });
    for (const refused of [
      client.packs.add({ source: 'photos', inspector }),
      client.packs.changeSettings({ folder: photos, inspector }),
      client.backups.changeSettings({ settings: null, inspector } as never),
    ]) {
      await expect(refused).rejects.toMatchObject({ data: { code: 'not-permitted' } });
    }
  });

  it('no answer, event or error names a folder of the machine', async () => {
    const { client, fake, folder } = await network();
    const { id } = await client.batches.create({ metadata: { name: 'Lot 7' }, inspector });
    const told: unknown[] = [];
    told.push(await drain(await client.imports.start({ id, paths: ['photos/lot7'], inspector })));
    const { run } = await client.runs.start({ batchId: id, inspector });
    told.push(await ended(client as never, run.id, id));
    const table = await client.review.table({ batchId: id });
    const imageId = table.columns.imageId[0]!;
    told.push(table, await client.review.image({ runId: run.id, imageId } as never));
    told.push(
      await drain(await client.exports.run({ runId: run.id, formats: ['csv', 'json'], inspector } as never)),
    );
    told.push(
      await drain(
        await client.exports.run({
          runId: run.id,
          formats: ['csv'],
          folder: 'photos/out',
          inspector,
        } as never),
      ),
    );
    told.push(
      await client.audit.exportHead(),
      await client.stats.export({} as never).catch((error) => error),
    );
    const events = await client.app.events();
    told.push((await events.next()).value, (await events.next()).value);
    await events.return?.();
    // Whatever a procedure answers without an input, or with that of the batch, and whatever it refuses.
    const inputs = [
      undefined,
      {},
      { id },
      { batchId: id },
      { id: 'tiny' },
      { runId: run.id, imageId },
      { imageId, runId: run.id, inspector },
      { path: '/etc' },
    ];
    inputs.push(
      { filter: {}, before: null, limit: 100 } as never,
      { product: { part: 'x', revision: '' } } as never,
    );
    type Call = (input?: unknown, options?: { signal: AbortSignal }) => Promise<unknown>;
    for (const [group, all] of Object.entries(client as unknown as Record<string, Record<string, Call>>)) {
      for (const name of Object.keys(contract[group as keyof typeof contract])) {
        if (
          ['app.events', 'batches.purge', 'people.signOut', 'device.survey', 'packs.install'].includes(
            `${group}.${name}`,
          )
        )
          continue;
        for (const input of inputs) told.push([`${group}.${name}`, await answered(all[name]!, input)]);
      }
    }
    const text = JSON.stringify(told, (_key, value) =>
      value instanceof Error ? { ...value, message: value.message } : value,
    );
    expect(text).toContain('photos/lot7/a.png');
    expect(text).toContain('workspace/exports');
    for (const path of [folder, process.cwd(), fake.folder]) {
      const at = text.indexOf(path);
      expect(at < 0 ? '' : text.slice(Math.max(0, at - 200), at + 200)).toBe('');
    }
  });
});

async function answered(
  call: (input?: unknown, options?: { signal: AbortSignal }) => Promise<unknown>,
  input: unknown,
) {
  const abort = new AbortController();
  try {
    const answer = await call(input, { signal: abort.signal });
    const isStream = typeof answer === 'object' && answer !== null && Symbol.asyncIterator in answer;
    if (!isStream) return answer;
    const stream = answer as AsyncGenerator;
    const first = await stream.next();
    await stream.return(undefined);
    return first.value;
  } catch (error) {
    return error;
  } finally {
    abort.abort();
  }
}

it('every input that may be a path is taken below the roots, or not from a network', () => {
  const known: readonly string[] = [
    ...Object.keys(PATH_INPUTS),
    // Lists the roots and what is below them.
    'app.folder',
    // Not from a network.
    'packs.add',
    'packs.changeSettings',
    // Names that are made new.
    'uploads.begin',
  ];
  const found = Object.entries(contract).flatMap(([group, all]) =>
    Object.entries(all)
      .filter(([, procedure]) => {
        const schema: unknown = procedure['~orpc'].inputSchema;
        if (!(schema instanceof z.ZodObject)) return false;
        return Object.keys(schema.shape).some((field) =>
          /^(paths?|folders?|files?|source|target|dir)$/i.test(field),
        );
      })
      .map(([name]) => `${group}.${name}` as Action),
  );
  expect(found.filter((action) => !known.includes(action))).toEqual([]);
  for (const action of Object.keys(PATH_INPUTS)) expect(found).toContain(action);
});

it('a root is named after its folder, and is none where it has to do with the workspace', async () => {
  const folder = await tempFolder();
  for (const path of ['a/photos', 'b/photos', 'workspace/in', 'other/workspace'])
    await mkdir(join(folder, path), { recursive: true });
  const workspaceFolder = join(folder, 'workspace');
  const open = (...importRoots: string[]) =>
    serverPaths({ importRoots: importRoots.map((root) => join(folder, root)), workspaceFolder, others: [] });
  const { roots } = await open('a/photos', 'b/photos', 'other/workspace', 'a/photos');
  expect(roots.map(({ name }) => name)).toEqual(['photos', 'photos-2', 'workspace-2']);
  for (const root of ['.', 'workspace', 'workspace/in', 'absent'])
    await expect(open(root)).rejects.toMatchObject({ code: 'input-invalid' });
});

it('what is shown of a text', async () => {
  const folder = await realpath(await tempFolder());
  await mkdir(join(folder, 'photos'));
  await mkdir(join(folder, 'ws'));
  const paths = await serverPaths({
    importRoots: [join(folder, 'photos')],
    workspaceFolder: join(folder, 'ws'),
    others: [],
  });
  const shown = (text: string) => paths.shown(text);
  expect(shown(join(folder, 'photos', 'a b.png'))).toBe('photos/a b.png');
  expect(shown(join(folder, 'photos'))).toBe('photos');
  expect(shown(join(folder, 'photos-2', 'a.png'))).toBe('…/a.png');
  expect(shown(`${folder}/ws/exports and ${folder}/photos.`)).toBe('workspace/exports and photos.');
  expect(shown('/etc/ssl/a.pem')).toBe('…/a.pem');
  expect(shown('C:\\Users\\ana\\a.png')).toBe('…/a.png');
  const words = ['5/8', 'and/or', '/', '/x', 'a / b / c', 'see /etc/ssl/a.pem there', 'https://a.test/b/c'];
  expect(words.map(shown)).toEqual(words);
  const record = {
    code: 'path-denied',
    message: 'Not /srv/x/y.png, nor "/etc/ssl".',
    details: { file: '/srv/x/y.png' },
  };
  expect(paths.shown([{ error: record }])).toEqual([
    { error: { ...record, message: 'Not …/y.png, nor "…/ssl".', details: { file: '…/y.png' } } },
  ]);
  const bytes = new Uint8Array([1, 2]);
  expect(paths.shown({ bytes, when: null }).bytes).toBe(bytes);
});
