import { randomBytes } from 'node:crypto';
import { existsSync, rmSync, statfsSync } from 'node:fs';
import { join } from 'node:path';
import { writeFileAtomically } from '../files/atomic-write.ts';

const BYTES = 16 << 20;
/** Share of the free space that it may take. */
const SHARE = 0.05;
/** With less than that a disk counts as full. */
const FULL = 16 << 20;

const fileOf = (folder: string) => join(folder, 'reserve');

/** Sees to it that there is some room to give back once the disk is full: removing things takes room first. */
export async function keepReserve(folder: string): Promise<void> {
  if (existsSync(fileOf(folder)) || freeBytes(folder) * SHARE < BYTES) return;
  // Random, since zeros take no room on some disks.
  await writeFileAtomically(fileOf(folder), randomBytes(BYTES));
}

/** @returns whether that gave any room */
export function releaseReserve(folder: string): boolean {
  if (!existsSync(fileOf(folder))) return false;
  try {
    rmSync(fileOf(folder));
    return true;
  } catch {
    return false;
  }
}

/** Whether the disk that holds the folder is full, or as good as. */
export function isNearlyFull(folder: string): boolean {
  return freeBytes(folder) < FULL;
}

function freeBytes(folder: string): number {
  const { bavail, bsize } = statfsSync(folder);
  return bavail * bsize;
}
