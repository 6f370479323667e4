import { copyFile, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { openWorkspace } from '../../src-main/store/open-workspace.ts';
import { addInspector } from '../../src-main/store/people.ts';
import { behindItsBack, chainByHand } from '../store/audit-fixture.ts';
import { workspaceWithResult } from '../store/fixtures.ts';
import { runCli } from './run-cli.ts';

async function folder() {
  const { workspace } = await workspaceWithResult();
  await addInspector(workspace, { name: '=Ana', role: 'engineer', pin: 'x', inspector: '=Ana' });
  await workspace.close();
  return workspace.folder;
}

/** With the triggers in the way gone, and back. */
const edit = (where: string, change: string) =>
  behindItsBack(where, (database) => {
    const sql = database
      .prepare("select sql from sqlite_schema where name = 'audit_events_no_update'")
      .pluck()
      .get() as string;
    database.exec(`drop trigger audit_events_no_update; ${change}; ${sql}`);
  });

test('a whole trail is told, and leads to a head that was kept', async () => {
  const where = await folder();
  const kept = join(where, 'kept.json');
  const head = await runCli(['audit', 'head', '-w', where, '--out', kept]);
  expect(JSON.parse(head.stdout)).toEqual(JSON.parse(await readFile(kept, 'utf8')));
  expect(JSON.parse(head.stdout).hash).toBe(behindItsBack(where, chainByHand).at(-1)!.expected);
  const { code, stdout } = await runCli(['audit', 'verify', '-w', where, '--head', kept]);
  expect(code).toBe(0);
  expect(stdout).toContain("Nothing was changed behind the program's back");
  const json = await runCli(['audit', 'verify', '-w', where, '--json']);
  expect(JSON.parse(json.stdout)).toMatchObject({ found: 0, untrustedFrom: null });
});

test('a change is told with the entry that it begins at, and has an exit code of its own', async () => {
  const where = await folder();
  edit(where, `update audit_events set inspector = 'Mallory' where id = 3`);
  const { code, stdout } = await runCli(['audit', 'verify', '-w', where]);
  expect(code).toBe(4);
  expect(stdout).toContain('Entry 3 does not follow from the one before');
  expect(stdout).toContain('cannot be trusted from entry 2 on');
});

test('tables whose triggers are gone are refused', async () => {
  const where = await folder();
  behindItsBack(where, (database) => database.exec('drop trigger audit_events_no_delete'));
  const { code, stderr } = await runCli(['audit', 'verify', '-w', where]);
  expect(code).toBe(1);
  expect(stderr).toContain('audit_events_no_delete is missing');
});

test('what is no kept head is wrong usage', async () => {
  const where = await folder();
  const file = join(where, 'head.json');
  await writeFile(file, '{"workspace":"x"}');
  for (const head of [file, join(where, 'none.json')]) {
    expect((await runCli(['audit', 'verify', '-w', where, '--head', head])).code).toBe(2);
  }
});

test('entries are written as JSON, by which their hashes can be checked, and as CSV without formulas', async () => {
  const where = await folder();
  const before = behindItsBack(where, chainByHand);
  const out = join(where, 'out');
  const json = await runCli(['audit', 'export', '-w', where, '-f', 'json', '--out', out]);
  expect(json.code).toBe(0);
  const { head, entries } = JSON.parse(await readFile(json.stdout.trim(), 'utf8'));
  expect(entries).toEqual(
    before.map((row) => ({
      id: row.id,
      inspector: row.inspector,
      createdAt: row.created_at,
      action: row.action,
      subject: row.subject,
      subjectId: row.subject_id,
      oldValue: row.old_value,
      newValue: row.new_value,
      hash: row.expected,
    })),
  );
  expect(head).toMatchObject({ entries: before.length, hash: before.at(-1)!.expected });
  const csv = await runCli([
    'audit',
    'export',
    '-w',
    where,
    '-f',
    'csv',
    '--out',
    out,
    '--inspector',
    '=Ana',
  ]);
  const [header, ...lines] = (await readFile(csv.stdout.trim(), 'utf8')).trimEnd().split('\r\n');
  expect(header).toBe('\ufeffentry,created_at,inspector,action,subject,subject_id,old_value,new_value,hash');
  expect(lines).toHaveLength(1);
  expect(lines[0]).toContain(",'=Ana,added,person,1,");
  // The export itself is an entry.
  expect(behindItsBack(where, chainByHand).at(-1)).toMatchObject({ action: 'exported', subject: 'export' });
});

test('entries are chosen by day, subject and text; with none of them the file has its header', async () => {
  const where = await folder();
  const out = join(where, 'out');
  const linesOf = async (...options: string[]) => {
    const { stdout, code } = await runCli([
      'audit',
      'export',
      '-w',
      where,
      '-f',
      'csv',
      '--out',
      out,
      ...options,
    ]);
    expect(code).toBe(0);
    return (await readFile(stdout.trim(), 'utf8')).trimEnd().split('\r\n').slice(1);
  };
  const count = async (...options: string[]) => (await linesOf(...options)).length;
  const runs = await linesOf('--subject', 'run');
  expect(runs).toHaveLength(1);
  const day = runs[0]!.split(',')[1]!.slice(0, 10);
  expect(await count('--subject', 'run', '--from', day, '--to', day)).toBe(1);
  expect(await count('--subject', 'run', '--to', '2020-01-01')).toBe(0);
  expect(await count('--text', 'LOT 7')).toBe(1);
  expect(await count('--text', 'no such text')).toBe(0);
  expect(
    (await runCli(['audit', 'export', '-w', where, '-f', 'csv', '--out', out, '--from', 'today'])).code,
  ).toBe(2);
});

test('an older database that is put back is an entry', async () => {
  const where = await folder();
  const copy = join(where, 'copy.sqlite');
  await copyFile(join(where, 'workspace.sqlite'), copy);
  const kept = join(where, 'kept.json');
  await (await openWorkspace(where)).close();
  await runCli(['audit', 'export', '-w', where, '-f', 'csv', '--out', join(where, 'out')]);
  await runCli(['audit', 'head', '-w', where, '--out', kept]);
  expect((await runCli(['workspace', 'restore', '-w', where, '--copy', copy])).code).toBe(0);
  expect(behindItsBack(where, chainByHand).at(-1)).toMatchObject({
    action: 'accepted',
    subject: 'workspace',
  });
  // And what was cut off with it is found by a kept head.
  const { code, stdout } = await runCli(['audit', 'verify', '-w', where, '--head', kept]);
  expect(code).toBe(4);
  expect(stdout).toContain('is not the one of the kept head');
});
