import { setImmediate } from 'node:timers/promises';
import { recordAudit } from '../../src-main/store/audit.ts';
import { openWorkspace } from '../../src-main/store/open-workspace.ts';

// A program of its own that appends to a workspace's trail until its input ends; each line says how often it did.
const [folder, name] = process.argv.slice(2);
const workspace = await openWorkspace(folder!);
let isOver = false;
process.stdin.resume().on('end', () => {
  isOver = true;
});
for (let i = 1; !isOver; i++) {
  await workspace.db.transaction().execute(async (db) => {
    const event = {
      inspector: name!,
      action: 'changed',
      subject: 'setting',
      subjectId: name!,
      newValue: i,
    } as const;
    await recordAudit(db, [event, { ...event, action: 'saved' }]);
  });
  process.stdout.write(`${i}\n`);
  await setImmediate();
}
await workspace.close();
