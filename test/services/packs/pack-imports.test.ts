import { cp, mkdir, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { loadPack, verifyPack } from '../../../src-main/inference/pack-loader.ts';
import { summarisePacks } from '../../../src-main/services/packs/model-packs.ts';
import { importedPacks, PackImports } from '../../../src-main/services/packs/pack-imports.ts';
import { actingFor } from '../../../src-main/store/acting.ts';
import { addInspector, findInspector, removeInspector } from '../../../src-main/store/people.ts';
import { lockPacks } from '../../../src-main/store/workspace-lock.ts';
import type { PackImportEvent } from '../../../src-shared/contract/packs.ts';
import type { Pack } from '../../../src-shared/pack.ts';
import { type ZipEntry, zipFile } from '../../files/zip-file.ts';
import { nearExaminer } from '../../inference/near-examiner.ts';
import { writeTinyPack } from '../../inference/tiny-pack.ts';
import { temporaryWorkspace } from '../../store/fixtures.ts';
import { listAudit } from '../../store/history-fixture.ts';
import { tempFolder } from '../../temp-folder.ts';

/** A program without packs, and a pack in a folder elsewhere. */
async function packOnStick(change?: (pack: Pack) => unknown) {
  const workspace = await temporaryWorkspace();
  const packsRoot = await tempFolder();
  const stick = join(await tempFolder(), 'widget');
  const pack = await writeTinyPack(stick, change);
  const roots = { packsRoot, importedRoot: importedPacks(workspace.folder) };
  const imports = new PackImports({ workspace, roots, examiner: nearExaminer });
  const events: PackImportEvent[] = [];
  const add = (source: string, signal?: AbortSignal) =>
    imports.add(source, { inspector: 'ana', signal, onEvent: (event) => void events.push(event) });
  /** Everything in the folder of packs but the lock. */
  const contents = async () =>
    (await readdir(roots.importedRoot)).filter((name) => name !== '.incoming').sort();
  const leftovers = async () =>
    (await readdir(join(roots.importedRoot, '.incoming'))).filter((name) => !name.includes('lock'));
  return { workspace, packsRoot, stick, pack, roots, imports, events, add, contents, leftovers };
}

async function zipOf(folder: string, prefix: string, more: readonly ZipEntry[] = []): Promise<string> {
  const entries: ZipEntry[] = [];
  for (const name of await readdir(folder)) {
    entries.push({ name: prefix + name, content: await readFile(join(folder, name)) });
  }
  const path = join(await tempFolder(), 'widget.zip');
  await writeFile(path, zipFile([...entries, ...more]));
  return path;
}

const version = (pack: Pack, to: string) => ({ ...pack, version: to });

describe('a pack from a folder', () => {
  test('does not appear when who brings it may not any more by then', async () => {
    const { workspace, stick, imports, contents } = await packOnStick();
    await addInspector(workspace, { name: 'Eva', role: 'engineer', pin: 'x', inspector: 'ana' });
    await addInspector(workspace, { name: 'Mia', role: 'engineer', pin: 'x', inspector: 'Eva' });
    const acting = actingFor(workspace, await findInspector(workspace, 'Mia'));
    const onEvent = ({ kind }: PackImportEvent) => {
      if (kind === 'checking') removed = removeInspector(workspace, 'Mia', 'Eva');
    };
    let removed: Promise<unknown> | undefined;
    await expect(imports.add(stick, { inspector: 'Mia', acting, onEvent })).rejects.toMatchObject({
      code: 'sign-in-required',
    });
    await removed;
    expect(await contents()).toEqual([]);
    expect(await listAudit(workspace, { subject: 'pack' })).toEqual([]);
  });

  test('is copied whole, can be loaded by its name, and the history says who brought it', async () => {
    const { workspace, stick, pack, roots, add, contents, leftovers, events } = await packOnStick();
    await writeFile(join(stick, 'notes.txt'), 'not of the pack');
    expect(await add(stick)).toMatchObject({ id: 'tiny@1', outcome: 'added' });
    expect(await contents()).toEqual(['tiny@1']);
    expect(await leftovers()).toEqual([]);
    const loaded = await loadPack('tiny@1', roots);
    expect(loaded.pack).toEqual(pack);
    expect((await loadPack('tiny', roots)).folder).toBe(loaded.folder);
    expect(await readdir(loaded.folder)).not.toContain('notes.txt');
    const total = Object.values(pack.files).reduce((sum, { bytes }) => sum + bytes, 0);
    expect(events[0]).toEqual({ kind: 'found', pack: 'tiny@1', title: 'Tiny', total });
    expect(events.at(-1)).toEqual({ kind: 'checking' });
    const copied = events.filter((event) => event.kind === 'bringing').map(({ done }) => done);
    expect(copied.at(-1)).toBe(total);
    expect(copied).toEqual(copied.toSorted((a, b) => a - b));
    expect(await listAudit(workspace, { subject: 'pack' })).toMatchObject([
      {
        inspector: 'ana',
        action: 'added',
        subjectId: 'tiny@1',
        newValue: { packHash: loaded.packHash, source: stick },
      },
    ]);
    expect(await summarisePacks(roots)).toMatchObject([
      {
        id: 'tiny@1',
        title: 'Tiny',
        place: 'workspace',
        packHash: loaded.packHash,
        card: '# Tiny\n',
        error: null,
      },
    ]);
  });

  test('is found by the path of its pack.json too', async () => {
    const { stick, add } = await packOnStick();
    expect(await add(join(stick, 'pack.json'))).toMatchObject({ outcome: 'added' });
  });

  test('the same one again changes nothing', async () => {
    const { stick, add, contents } = await packOnStick();
    await add(stick);
    expect(await add(stick)).toMatchObject({ id: 'tiny@1', outcome: 'already-there' });
    expect(await contents()).toEqual(['tiny@1']);
  });

  test('another one under the same name is refused, and the first one stays', async () => {
    const { stick, roots, add } = await packOnStick();
    await add(stick);
    const { packHash } = await loadPack('tiny@1', roots);
    await writeTinyPack(stick, (pack) => ({ ...pack, title: 'Another' }));
    await expect(add(stick)).rejects.toMatchObject({
      code: 'pack-exists',
      details: { case: 'pack-taken', pack: 'tiny@1' },
    });
    expect((await loadPack('tiny@1', roots)).packHash).toBe(packHash);
  });

  test('another version stands beside it; the name alone then means neither', async () => {
    const { stick, roots, add, contents } = await packOnStick();
    await add(stick);
    await writeTinyPack(stick, (pack) => version(pack, '2.0-rc.1'));
    expect(await add(stick)).toMatchObject({ id: 'tiny@2.0-rc.1' });
    expect(await contents()).toEqual(['tiny@1', 'tiny@2.0-rc.1']);
    expect((await loadPack('tiny@2.0-rc.1', roots)).pack.version).toBe('2.0-rc.1');
    await expect(loadPack('tiny', roots)).rejects.toMatchObject({
      code: 'pack-not-found',
      details: { case: 'pack-versions', pack: 'tiny' },
    });
  });

  test("the program's own is not brought in twice, and its name goes on meaning it", async () => {
    const { stick, packsRoot, roots, add, contents } = await packOnStick();
    await cp(stick, join(packsRoot, 'tiny'), { recursive: true });
    expect(await add(stick)).toMatchObject({ id: 'tiny', outcome: 'already-there' });
    expect(await contents()).toEqual([]);
    await writeTinyPack(stick, (pack) => version(pack, '2'));
    await add(stick);
    expect((await loadPack('tiny', roots)).pack.version).toBe('1');
    expect((await loadPack('tiny@2', roots)).pack.version).toBe('2');
  });

  test('one that is damaged is mended by bringing it in again, and touched by nothing else', async () => {
    const { workspace, stick, roots, add, imports } = await packOnStick();
    await add(stick);
    const folder = join(roots.importedRoot, 'tiny@1');
    await writeFile(join(folder, 'text.onnx'), 'damaged');
    await rm(join(folder, 'decoder.onnx'));
    expect((await verifyPack('tiny@1', roots, nearExaminer)).error).toBeDefined();
    await imports.sweep();
    expect(await readFile(join(folder, 'text.onnx'), 'utf8')).toBe('damaged');
    expect(await add(stick)).toMatchObject({ id: 'tiny@1', outcome: 'repaired' });
    expect((await verifyPack('tiny@1', roots, nearExaminer)).error).toBeUndefined();
    expect((await listAudit(workspace, { subject: 'pack' }))[0]).toMatchObject({ action: 'repaired' });
  });

  test.each<[string, (stick: string) => Promise<unknown>, object]>([
    [
      'a file with another content',
      (stick) => writeFile(join(stick, 'text.onnx'), 'x'),
      { code: 'pack-hash-mismatch', details: { case: 'pack-file-altered', file: 'text.onnx' } },
    ],
    [
      'a missing file',
      (stick) => rm(join(stick, 'umci.safetensors')),
      { code: 'pack-file-missing', details: { case: 'pack-file-missing', file: 'umci.safetensors' } },
    ],
    [
      'a link out of the folder',
      async (stick) => {
        await rm(join(stick, 'text.onnx'));
        await symlink('/etc/hostname', join(stick, 'text.onnx'));
      },
      { code: 'path-denied', details: { case: 'pack-file-outside' } },
    ],
    ['no card', (stick) => rm(join(stick, 'card.md')), { code: 'pack-file-missing' }],
    [
      'a card like a film',
      (stick) => writeFile(join(stick, 'card.md'), 'x'.repeat(2 << 20)),
      { code: 'pack-invalid' },
    ],
    [
      'half a description',
      (stick) => writeFile(join(stick, 'pack.json'), '{"schemaVersion": 1, "id": "ti'),
      { code: 'pack-invalid', details: { case: 'pack-description-broken' } },
    ],
    [
      'a description that is none',
      (stick) => writeFile(join(stick, 'pack.json'), '[]'),
      { code: 'pack-invalid', details: { case: 'pack-description-broken' } },
    ],
    [
      'a description of tomorrow',
      (stick) => writeFile(join(stick, 'pack.json'), '{"schemaVersion": 3}'),
      { code: 'pack-invalid', details: { case: 'pack-newer' } },
    ],
    [
      'no description',
      (stick) => rm(join(stick, 'pack.json')),
      { code: 'pack-not-found', details: { case: 'pack-absent' } },
    ],
  ])('with %s is refused, and nothing is left', async (_name, damage, error) => {
    const { stick, add, contents, leftovers } = await packOnStick();
    await damage(stick);
    await expect(add(stick)).rejects.toMatchObject(error);
    expect(await contents()).toEqual([]);
    expect(await leftovers()).toEqual([]);
  });

  const path = (source: string) => (pack: Pack) => ({
    ...pack,
    files: { ...pack.files, text: { ...pack.files.text!, source } },
  });
  test.each<[string, (pack: Pack) => unknown]>([
    ['climbs out', path('pack:../text.onnx')],
    ['is absolute', path('pack:/etc/passwd')],
    ["is a device's", path('pack:NUL')],
    ['has a NUL', path('pack:text\0.onnx')],
    ["is the description's", path('pack:Pack.json')],
    ["is the card's", path('pack:card.md')],
    ['is of the card, and climbs out', (pack) => ({ ...pack, card: '../card.md' })],
  ])('with a path that %s is refused', async (_name, change) => {
    const { stick, add, contents, leftovers } = await packOnStick(change);
    await expect(add(stick)).rejects.toMatchObject({ code: 'path-denied' });
    expect(await contents()).toEqual([]);
    expect(await leftovers()).toEqual([]);
  });

  test.each<[string, (pack: Pack) => unknown]>([
    ['an id that climbs out', (pack) => ({ ...pack, id: '../tiny' })],
    ['a version that climbs out', (pack) => version(pack, '1/../../x')],
    ['a version that Windows shortens', (pack) => version(pack, '1.')],
    ['a backslash in a path', path('pack:..\\text.onnx')],
    ['a download without encryption', path('http://example.org/text.onnx')],
    ['a download with a password', path('https://ana:secret@example.org/text.onnx')],
    ['another kind of address', path('file:///etc/passwd')],
  ])('with %s is no pack', async (_name, change) => {
    const { stick, add } = await packOnStick(change);
    await expect(add(stick)).rejects.toMatchObject({ code: 'pack-invalid' });
  });

  test('with models that do not fit its description is refused', async () => {
    const { stick, add, contents } = await packOnStick((pack) => ({
      ...pack,
      text: { ...pack.text, width: 7 },
    }));
    await expect(add(stick)).rejects.toMatchObject({ code: 'pack-invalid' });
    expect(await contents()).toEqual([]);
  });

  test('that is larger than the disk is refused before anything is written', async () => {
    const { stick, add, leftovers } = await packOnStick((pack) => ({
      ...pack,
      files: { ...pack.files, text: { ...pack.files.text!, bytes: 2 ** 52 } },
    }));
    await expect(add(stick)).rejects.toMatchObject({ code: 'disk-full', details: { case: 'disk-full' } });
    expect(await leftovers()).toEqual([]);
  });

  test('that is cancelled leaves nothing', async () => {
    const { stick, imports, contents, leftovers } = await packOnStick();
    const abort = new AbortController();
    const work = { inspector: 'ana', signal: abort.signal, onEvent: () => abort.abort() };
    await expect(imports.add(stick, work)).rejects.toMatchObject({ code: 'cancelled' });
    expect(await contents()).toEqual([]);
    expect(await leftovers()).toEqual([]);
  });

  test('what a crash left of a copy is swept, and does no harm before', async () => {
    const { stick, roots, imports, add, leftovers } = await packOnStick();
    const rest = join(roots.importedRoot, '.incoming', 'a'.repeat(64), 'pack');
    await mkdir(rest, { recursive: true });
    await writeFile(join(rest, 'text.onnx'), 'half');
    await imports.sweep();
    expect(await leftovers()).toEqual([]);
    expect(await add(stick)).toMatchObject({ outcome: 'added' });
  });

  test('one is brought in at a time, also by two programs', async () => {
    const { stick, roots, add, imports, leftovers } = await packOnStick();
    const incoming = join(roots.importedRoot, '.incoming');
    await mkdir(join(incoming, 'b'.repeat(64)), { recursive: true });
    const lock = lockPacks(incoming);
    onTestFinished(() => lock.release());
    await expect(add(stick)).rejects.toMatchObject({
      code: 'workspace-locked',
      details: { case: 'pack-import-busy' },
    });
    // What the other program is at is left alone.
    await imports.sweep();
    expect(await leftovers()).toEqual(['b'.repeat(64)]);
    lock.release();
    expect(await add(stick)).toMatchObject({ outcome: 'added' });
  });
});

describe('a pack from a ZIP file', () => {
  test.each(['', 'widget/'])('is unpacked, with its files in "%s"', async (prefix) => {
    const { stick, roots, add, leftovers } = await packOnStick();
    const zip = await zipOf(stick, prefix, [{ name: '__MACOSX/._pack.json', content: 'x' }]);
    expect(await add(zip)).toMatchObject({ id: 'tiny@1', outcome: 'added' });
    expect((await verifyPack('tiny@1', roots, nearExaminer)).error).toBeUndefined();
    expect(await leftovers()).toEqual([]);
  });

  test('with a link beside the pack is refused as a whole', async () => {
    const { stick, add, contents } = await packOnStick();
    const link = { name: 'link', content: '/etc', mode: 0o120777 };
    await expect(add(await zipOf(stick, '', [link]))).rejects.toMatchObject({
      details: { case: 'zip-unsafe', name: 'link' },
    });
    expect(await contents()).toEqual([]);
  });

  test('with a file that unpacks to more than the pack says is refused at that size', async () => {
    const { stick, add, contents, leftovers } = await packOnStick();
    await rm(join(stick, 'text.onnx'));
    const bomb = { name: 'text.onnx', content: Buffer.alloc(64 << 20) };
    await expect(add(await zipOf(stick, '', [bomb]))).rejects.toMatchObject({
      code: 'pack-hash-mismatch',
      details: { case: 'pack-file-altered', file: 'text.onnx' },
    });
    expect(await contents()).toEqual([]);
    expect(await leftovers()).toEqual([]);
  });

  test('that is damaged in the middle is refused, and nothing is left', async () => {
    const { stick, add, contents, leftovers } = await packOnStick();
    const zip = await zipOf(stick, '');
    const bytes = await readFile(zip);
    bytes.fill(0xff, 5000, 5600);
    await writeFile(zip, bytes);
    await expect(add(zip)).rejects.toMatchObject({
      code: expect.stringMatching(/^pack-(invalid|hash-mismatch)$/),
    });
    expect(await contents()).toEqual([]);
    expect(await leftovers()).toEqual([]);
  });

  test('without a pack is refused', async () => {
    const { add } = await packOnStick();
    const path = join(await tempFolder(), 'photos.zip');
    await writeFile(path, zipFile([{ name: 'a.jpg', content: 'x' }]));
    await expect(add(path)).rejects.toMatchObject({ details: { case: 'pack-absent', file: path } });
  });
});

test.each<[string, string, object]>([
  ['a file of another kind', 'photo.jpg', { code: 'input-invalid', details: { case: 'no-pack' } }],
  ['nothing', 'nothing-here', { code: 'pack-not-found', details: { case: 'file-missing' } }],
])('%s is no pack', async (_name, name, error) => {
  const { stick, add } = await packOnStick();
  await writeFile(join(stick, 'photo.jpg'), 'x');
  await expect(add(join(stick, name))).rejects.toMatchObject(error);
});

test.each([
  'http://example.org/pack.json',
  'ftp://example.org/pack.json',
  'https://ana:pw@example.org/pack.json',
])('%s is no address to download from', async (address) => {
  const { add } = await packOnStick();
  await expect(add(address)).rejects.toMatchObject({
    code: 'input-invalid',
    details: { case: 'address-not-allowed', address },
  });
});
