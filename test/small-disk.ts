import { execFileSync } from 'node:child_process';
import { statfsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { tempFolder } from './temp-folder.ts';

/** Whether this process may mount disks of its own: Linux, as root. */
export const canMount = process.platform === 'linux' && process.getuid?.() === 0 && mayMount();
if (!canMount)
  console.warn('SKIPPED: full and read-only disks (needs Linux, root and the right to mount a tmpfs)');

export interface SmallDisk {
  readonly folder: string;
  /** Leaves no byte. */
  fill(): Promise<void>;
  /** Another size in all, or other rights. */
  remount(options: string): void;
}

/** A disk of so many megabytes that goes away with the test. Close what is open on it before. */
export async function smallDisk(megabytes: number): Promise<SmallDisk> {
  const folder = await tempFolder();
  execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${megabytes}m`, 'tmpfs', folder]);
  onTestFinished(() => void execFileSync('umount', [folder]));
  return {
    folder,
    async fill() {
      const { bavail, bsize } = statfsSync(folder);
      // Others may be quicker: what counts is that nothing is left.
      await writeFile(join(folder, 'filler'), Buffer.alloc(bavail * bsize)).catch((error) => {
        if (error.code !== 'ENOSPC') throw error;
      });
    },
    remount: (options) => void execFileSync('mount', ['-o', `remount,${options}`, folder]),
  };
}

function mayMount(): boolean {
  try {
    execFileSync('unshare', ['-m', 'mount', '-t', 'tmpfs', 'tmpfs', '/mnt'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}
