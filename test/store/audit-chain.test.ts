import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import Database from 'better-sqlite3';
import { describe, expect, onTestFinished, test } from 'vitest';
import { recordAudit, recordAuditEvent } from '../../src-main/store/audit.ts';
import { migrations } from '../../src-main/store/migrations.ts';
import { openWorkspace } from '../../src-main/store/open-workspace.ts';
import { addInspector } from '../../src-main/store/people.ts';
import { addVerdict } from '../../src-main/store/verdicts.ts';
import { behindItsBack, chainByHand } from './audit-fixture.ts';
import {
  freshWorkspaceFolder,
  temporaryFolder,
  temporaryWorkspace,
  workspaceWithResult,
} from './fixtures.ts';

const event = { inspector: 'ana', action: 'changed', subject: 'setting', subjectId: 'x' } as const;

describe('the chain of the audit trail', () => {
  test('covers every column, as computed by hand', async () => {
    const { workspace, runId, imageId } = await workspaceWithResult();
    await addInspector(workspace, {
      name: 'Ana Núñez',
      role: 'engineer',
      pin: 'hash',
      inspector: '安娜 "A"\n',
    });
    await addVerdict(workspace, {
      runId,
      imageId,
      verdict: 'reject',
      comment: 'ü\u2028 \\ "',
      inspector: 'ana',
    });
    const rows = behindItsBack(workspace, chainByHand);
    expect(rows.length).toBeGreaterThan(4);
    expect(rows.map(({ hash }) => hash)).toEqual(rows.map(({ expected }) => expected));
    expect(rows.map(({ id }) => id)).toEqual(rows.map((_, i) => i + 1));
  });

  test('goes on where text holds half a character', async () => {
    const workspace = await temporaryWorkspace();
    await recordAuditEvent(workspace, { ...event, inspector: 'a\ud800', newValue: '\udfff' });
    await recordAuditEvent(workspace, event);
    for (const { hash, expected } of behindItsBack(workspace, chainByHand)) expect(hash).toBe(expected);
  });

  test('takes more entries at once than SQLite takes values', async () => {
    const workspace = await temporaryWorkspace();
    const events = Array.from({ length: 5000 }, (_, newValue) => ({ ...event, newValue }));
    await workspace.db.transaction().execute((db) => recordAudit(db, events));
    const rows = behindItsBack(workspace, chainByHand);
    expect(rows).toHaveLength(5000);
    expect(rows.every(({ hash, expected }) => hash === expected)).toBe(true);
  });

  test('is written in a transaction only, and not where that is rolled back', async () => {
    const workspace = await temporaryWorkspace();
    await expect(recordAudit(workspace.db, [event])).rejects.toThrow('transaction');
    await recordAuditEvent(workspace, event);
    const failed = workspace.db.transaction().execute(async (db) => {
      await recordAudit(db, [event]);
      throw new Error('no');
    });
    await expect(failed).rejects.toThrow('no');
    await recordAuditEvent(workspace, event);
    expect(behindItsBack(workspace, chainByHand).map(({ id }) => id)).toEqual([1, 2]);
  });

  test('does not give the number of an entry again that was cut off', async () => {
    const workspace = await temporaryWorkspace();
    for (let i = 0; i < 3; i++) await recordAuditEvent(workspace, event);
    behindItsBack(workspace, (database) =>
      database.exec('drop trigger audit_events_no_delete; delete from audit_events where id = 3'),
    );
    await recordAuditEvent(workspace, event);
    expect(behindItsBack(workspace, chainByHand).map(({ id }) => id)).toEqual([1, 2, 4]);
  });
});

describe('two programs that append at once', () => {
  function append(folder: string, name: string) {
    const script = fileURLToPath(new URL('./audit-append.ts', import.meta.url));
    const program = spawn(process.execPath, [script, folder, name], { stdio: ['pipe', 'pipe', 'inherit'] });
    const ended = once(program, 'exit');
    const lines = createInterface({ input: program.stdout });
    const told = (count: number) =>
      new Promise<void>((resolve) => {
        lines.on('line', (line) => Number(line) >= count && resolve());
      });
    return { program, ended, told };
  }

  test('make one chain', async () => {
    const folder = await freshWorkspaceFolder();
    const programs = ['ana', 'bo'].map((name) => append(folder, name));
    await Promise.all(programs.map(({ told }) => told(40)));
    for (const { program } of programs) program.stdin.end();
    const codes = await Promise.all(programs.map(({ ended }) => ended));
    expect(codes.map(([code]) => code)).toEqual([0, 0]);
    const rows = behindItsBack(folder, chainByHand);
    expect(rows.length).toBeGreaterThanOrEqual(160);
    expect(rows.every(({ hash, expected }, i) => hash === expected && rows[i]!.id === i + 1)).toBe(true);
    expect(new Set(rows.map(({ inspector }) => inspector))).toEqual(new Set(['ana', 'bo']));
  });

  test('leave a whole chain when one is killed', async () => {
    const folder = await freshWorkspaceFolder();
    const { program, ended, told } = append(folder, 'ana');
    await told(25);
    program.kill('SIGKILL');
    await ended;
    const workspace = await openWorkspace(folder);
    onTestFinished(() => workspace.close());
    await recordAuditEvent(workspace, event);
    const rows = behindItsBack(folder, chainByHand);
    expect(rows.length).toBeGreaterThan(50);
    // Both entries of a transaction, or none; and the one behind them.
    expect(rows.length % 2).toBe(1);
    expect(rows.every(({ hash, expected }) => hash === expected)).toBe(true);
  });
});

describe('a workspace from before', () => {
  const before = Object.fromEntries(Object.entries(migrations).filter(([name]) => name < '024'));
  const at = '2026-01-01T00:00:00.000Z';

  async function oldWorkspace(fill: (database: Database.Database) => void) {
    const folder = await temporaryFolder();
    await (await openWorkspace(folder, { create: true, migrations: before })).close();
    const database = new Database(join(folder, 'workspace.sqlite'));
    fill(database);
    database.close();
    const workspace = await openWorkspace(folder);
    onTestFinished(() => workspace.close());
    return workspace;
  }

  test('that is empty has an empty trail', async () => {
    const workspace = await oldWorkspace(() => {});
    expect(behindItsBack(workspace, chainByHand)).toEqual([]);
  });

  test('gets its hashes, and what its entries did not tell is taken over as it stands', async () => {
    const workspace = await oldWorkspace((database) => {
      const insert = database.prepare(
        `insert into audit_events (inspector, created_at, action, subject, subject_id, new_value)
         values ('ana', ?, 'created', 'batch', '1', '{"name":"B"}')`,
      );
      for (let i = 0; i < 2500; i++) insert.run(at);
      database.exec(`insert into batches (name, object_name, part_number, revision, lot, order_number, created_at)
        values ('B', '', 'P-1', '', '', '', '${at}');
        insert into people (name, role, pin, created_at) values ('Ana', 'engineer', 'hash', '${at}');
        insert into settings values ('idle-minutes', '5')`);
    });
    await recordAuditEvent(workspace, event);
    const rows = behindItsBack(workspace, chainByHand);
    expect(rows.every(({ hash, expected }, i) => hash === expected && rows[i]!.id === i + 1)).toBe(true);
    const added = rows
      .slice(2500)
      .map(({ action, subject, subject_id, new_value }) => [
        `${action} ${subject} ${subject_id}`,
        new_value === null ? null : JSON.parse(new_value),
      ]);
    expect(added).toEqual([
      ['covered workspace trail', expect.objectContaining({ batches: 1, people: 1, runs: null })],
      ['covered batch 1', expect.objectContaining({ name: 'B', partNumber: 'P-1', deletedAt: null })],
      ['covered person 1', expect.objectContaining({ name: 'Ana', role: 'engineer', removed: false })],
      ['covered setting idle-minutes', 5],
      ['changed setting x', null],
    ]);
    // Entries are as little changed as before.
    const edit = () =>
      behindItsBack(workspace, (database) => database.exec(`update audit_events set action = 'x'`));
    expect(edit).toThrow('never changed');
  });
});
