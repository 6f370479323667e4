import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';

/** Readers of other projects, by the name of their Python module. */
type Reader =
  | 'csv'
  | 'openpyxl'
  | 'pycocotools'
  | 'pyarrow'
  | 'datumaro'
  | 'label_studio_sdk'
  | 'kubernetes_validate';

/** A Python environment with the readers; `.ci/run` makes one there with those that install quickly. */
const ENVIRONMENT = process.env.CLIPSAM_READERS ?? join(homedir(), '.cache', 'clipsam-readers');
const python = [join(ENVIRONMENT, 'bin', 'python'), join(ENVIRONMENT, 'Scripts', 'python.exe')].find(
  existsSync,
);
const SCRIPT = new URL('./read-exports.py', import.meta.url).pathname;

/** Whether a reader is installed; a test without it says so and is skipped. */
export function hasReader(reader: Reader): boolean {
  const isThere = python !== undefined && runs(python, ['-c', `import ${reader}`]);
  if (!isThere) console.warn(`SKIPPED: reading exports with ${reader} (not installed in ${ENVIRONMENT})`);
  return isThere;
}

/** What a reader finds in an export. */
export function readWith<Found>(reader: Reader, path: string): Found {
  const text = execFileSync(python!, [SCRIPT, reader, path], { encoding: 'utf8', maxBuffer: 2 ** 28 });
  return JSON.parse(text);
}

const OFFICE = 'soffice';

/** Whether LibreOffice is installed. */
export function hasLibreOffice(): boolean {
  const isThere = runs(OFFICE, ['--version']);
  if (!isThere) console.warn('SKIPPED: opening a workbook with LibreOffice (soffice is not installed)');
  return isThere;
}

export function openWithLibreOffice(args: readonly string[]): void {
  execFileSync(OFFICE, args, { stdio: 'ignore' });
}

function runs(command: string, args: readonly string[]): boolean {
  try {
    execFileSync(command, args, { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}
