import { readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { ClipSamError } from '../../../src-shared/errors.ts';
import { workspaceListSchema } from '../../../src-shared/pack-store.ts';
import { writeJsonFile } from '../../files/json-file.ts';
import { machineFolder } from './machine-settings.ts';

/** Workspaces that are remembered: the last ones that were opened. */
const MOST = 200;

/** The workspaces that were opened on this machine, the last one first. A list that can't be read holds none. */
export async function knownWorkspaces(): Promise<string[]> {
  try {
    return workspaceListSchema.parse(JSON.parse(await readFile(listFile(), 'utf8')));
  } catch {
    return [];
  }
}

/**
 * Remembers a workspace, so that removing a model pack can tell whether it uses it. Where nothing can be written, it is
 * not remembered: that keeps nobody from working.
 */
export async function rememberWorkspace(folder: string): Promise<void> {
  const path = resolve(folder);
  const known = await knownWorkspaces();
  if (known[0] === path) return;
  const list = [path, ...known.filter((other) => other !== path)].slice(0, MOST);
  await writeJsonFile(listFile(), list).catch((error: unknown) => {
    if (!(error instanceof ClipSamError)) throw error;
  });
}

function listFile(): string {
  return join(machineFolder(), 'workspaces.json');
}
