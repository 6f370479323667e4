// Runs before `npm start`, `npm test` and the other scripts, on whatever Node the machine has: installs the locked
// dependencies when they are missing or older than the lock file, and does nothing otherwise.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const stamp = join(root, 'node_modules', '.installed-lock');
const lock = createHash('sha256')
  .update(readFileSync(join(root, 'package-lock.json')))
  .digest('hex');
const installed = existsSync(stamp) ? readFileSync(stamp, 'utf8') : '';

if (installed !== lock) {
  console.error('Installing dependencies (npm ci), once: a minute or two ...');
  // Warnings are about the system's Node and npm, which nothing but this step uses.
  const command = ['ci', '--loglevel=error'];
  const npm = process.env.npm_execpath;
  const options = { cwd: root, stdio: ['ignore', 'ignore', 'inherit'] };
  const run = npm
    ? spawnSync(process.execPath, [npm, ...command], options)
    : spawnSync('npm', command, { ...options, shell: true });
  if (run.status !== 0) {
    console.error('npm ci failed; see the messages above. Nothing was started.');
    process.exit(run.status ?? 1);
  }
  writeFileSync(stamp, lock);
}
