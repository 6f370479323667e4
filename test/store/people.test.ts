import { sql } from 'kysely';
import { describe, expect, test } from 'vitest';
import { migrations } from '../../src-main/store/migrations.ts';
import { openWorkspace } from '../../src-main/store/open-workspace.ts';
import {
  addInspector,
  changePin,
  changeRole,
  findInspector,
  hasPeople,
  listPeople,
  removeInspector,
} from '../../src-main/store/people.ts';
import { temporaryFolder, temporaryWorkspace } from './fixtures.ts';
import { listAudit } from './history-fixture.ts';

const told = (which: string) =>
  expect.objectContaining({ details: expect.objectContaining({ case: which }) });
const eva = { name: 'Eva', role: 'engineer', pin: 'hash of 1234', inspector: 'ana' } as const;
const otto = { name: 'Otto', role: 'operator', pin: 'hash of 5678', inspector: 'Eva' } as const;

test('a workspace of the version before opens, without people', async () => {
  const folder = await temporaryFolder();
  const before = Object.fromEntries(Object.entries(migrations).filter(([name]) => name < '009'));
  await (await openWorkspace(folder, { create: true, migrations: before })).close();
  const workspace = await openWorkspace(folder);
  expect(await hasPeople(workspace)).toBe(false);
  await addInspector(workspace, eva);
  expect(await hasPeople(workspace)).toBe(true);
  await workspace.close();
});

describe('people', () => {
  test('the first one is an engineer, and a name is one inspector in any case of its letters', async () => {
    const workspace = await temporaryWorkspace();
    await expect(addInspector(workspace, otto)).rejects.toEqual(told('first-engineer'));
    await addInspector(workspace, eva);
    await addInspector(workspace, otto);
    await expect(addInspector(workspace, { ...otto, name: 'OTTO' })).rejects.toEqual(told('inspector-known'));
    expect(await listPeople(workspace)).toEqual([
      { name: 'Eva', role: 'engineer' },
      { name: 'Otto', role: 'operator' },
    ]);
  });

  test('the last engineer can neither be removed nor become something else', async () => {
    const workspace = await temporaryWorkspace();
    await addInspector(workspace, eva);
    await addInspector(workspace, otto);
    await expect(removeInspector(workspace, 'Eva', 'Eva')).rejects.toEqual(told('last-engineer'));
    await expect(changeRole(workspace, 'Eva', 'reviewer', 'Eva')).rejects.toEqual(told('last-engineer'));
    await changeRole(workspace, 'Otto', 'engineer', 'Eva');
    await removeInspector(workspace, 'Eva', 'Otto');
    await expect(removeInspector(workspace, 'Otto', 'Otto')).rejects.toEqual(told('last-engineer'));
    expect(await listPeople(workspace)).toEqual([{ name: 'Otto', role: 'engineer' }]);
  });

  test('who was removed is not found, stays in the table, and can come back', async () => {
    const workspace = await temporaryWorkspace();
    await addInspector(workspace, eva);
    await addInspector(workspace, otto);
    const { id } = await findInspector(workspace, 'otto');
    await removeInspector(workspace, 'Otto', 'Eva');
    await expect(findInspector(workspace, 'Otto')).rejects.toEqual(told('inspector-unknown'));
    await expect(changePin(workspace, 'Otto', 'x', 'Eva')).rejects.toEqual(told('inspector-unknown'));
    await expect(sql`delete from people`.execute(workspace.db)).rejects.toThrow('never deleted');
    await addInspector(workspace, { ...otto, role: 'reviewer', pin: 'another' });
    expect(await findInspector(workspace, 'Otto')).toEqual({
      id,
      name: 'Otto',
      role: 'reviewer',
      pin: 'another',
      epoch: 3,
      wrongPins: 0,
    });
  });

  test('names that look like one that is or was here are refused, and so are names that hide something', async () => {
    const workspace = await temporaryWorkspace();
    await addInspector(workspace, eva);
    await addInspector(workspace, otto);
    await removeInspector(workspace, 'Otto', 'Eva');
    const add = (name: string) => addInspector(workspace, { ...otto, name });
    for (const name of ['\u0415va', 'E\u200bva', 'Eva\u200d', '\u202eavE', 'Eva\u00a0M'])
      await expect(add(name), JSON.stringify(name)).rejects.toEqual(told('name-unclear'));
    for (const name of [
      '\uff25\uff56\uff41',
      'Ev\u00adA'.replace('\u00ad', ''),
      '0tto',
      '\u041e\u0422\u0422\u041e',
    ])
      await expect(add(name), JSON.stringify(name)).rejects.toEqual(
        expect.objectContaining({
          details: expect.objectContaining({
            case: expect.stringMatching(/^(name-looks-alike|inspector-known)$/),
          }),
        }),
      );
    for (const name of ['王小明', 'Éva', 'Ольга', 'Otto', 'Eva Maria']) await add(name);
    expect((await listPeople(workspace)).map(({ name }) => name).sort()).toEqual(
      ['Eva', 'Eva Maria', 'Otto', 'Éva', 'Ольга', '王小明'].sort(),
    );
  });

  test('the history tells every change with its inspector, and no PIN', async () => {
    const workspace = await temporaryWorkspace();
    await addInspector(workspace, eva);
    await addInspector(workspace, otto);
    await changeRole(workspace, 'Otto', 'reviewer', 'Eva');
    await changeRole(workspace, 'Otto', 'reviewer', 'Eva');
    await changePin(workspace, 'Otto', 'hash of 9999', 'Eva');
    await removeInspector(workspace, 'Otto', 'Eva');
    const events = await listAudit(workspace, { subject: 'person' });
    expect(events.map(({ inspector, action }) => `${inspector} ${action}`).reverse()).toEqual([
      'ana added',
      'Eva added',
      'Eva role-changed',
      'Eva pin-reset',
      'Eva removed',
    ]);
    expect(events.find(({ action }) => action === 'role-changed')).toMatchObject({
      oldValue: { name: 'Otto', role: 'operator' },
      newValue: { name: 'Otto', role: 'reviewer' },
    });
    expect(JSON.stringify(events)).not.toMatch(/hash of/);
  });
});
