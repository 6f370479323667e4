import Database from 'better-sqlite3';
import { mergeWorkspaces } from '../../../src-main/services/merge/merge-workspaces.ts';

/** Merges, and kills itself before its n-th statement (0: never). Prints how many there were. */
const [count, into, ...sources] = process.argv.slice(2) as [string, string, ...string[]];
const last = Number(count);
let statements = 0;
const { prepare } = Database.prototype;
Database.prototype.prepare = function (this: Database.Database, ...args: Parameters<typeof prepare>) {
  if (++statements === last) process.kill(process.pid, 'SIGKILL');
  return prepare.apply(this, args);
} as typeof prepare;
await mergeWorkspaces({ sources, into, inspector: 'mo' });
process.stdout.write(String(statements));
