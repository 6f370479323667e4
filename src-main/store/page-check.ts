import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';
import { unpackedPath } from '../files/unpacked-path.ts';

// Text, not a module: threads can't look into the packaged program's archive, where modules of their own would lie.
const CHECK = `
  const { parentPort, workerData: { from, file } } = require('node:worker_threads');
  const Database = require('node:module').createRequire(from)('better-sqlite3');
  const database = new Database(file, { readonly: true, timeout: 5000 });
  try {
    parentPort.postMessage(database.pragma('integrity_check(20)').map((row) => row.integrity_check));
  } catch (error) {
    parentPort.postMessage([error.message]);
  } finally {
    database.close();
  }`;

/**
 * Reads all pages of a database, in a thread of its own: tables, indexes and what each says of the other.
 * @returns what is damaged; undefined when all is well
 */
export async function findDamage(file: string): Promise<string | undefined> {
  const from = unpackedPath(fileURLToPath(import.meta.url));
  const worker = new Worker(CHECK, { eval: true, workerData: { from, file } });
  try {
    const problems = await new Promise<readonly string[]>((resolve, reject) => {
      worker.once('message', resolve);
      worker.once('error', reject);
      worker.once('exit', () => reject(new Error('The check of the database ended early.')));
    });
    const found = problems.filter((problem) => problem !== 'ok');
    return found.length === 0 ? undefined : found.join('; ').replaceAll('\n', ' ');
  } finally {
    await worker.terminate();
  }
}
