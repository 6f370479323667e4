import { existsSync } from 'node:fs';
import { isAbsolute, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { type DeviceRequest, deviceRequestSchema } from '../../src-shared/device.ts';

/** What the program was started with. */
export interface StartArguments {
  readonly workspace?: string;
  readonly device?: DeviceRequest;
  /** Files and folders that are there, absolute. */
  readonly paths: readonly string[];
}

/**
 * Reads `--workspace <folder>`, `--device <device>`, files and folders. Whatever else there is belongs to Chromium.
 * @param args without the program itself
 * @param folder that relative paths start from
 * @param own paths of the program, which Electron is given where the program is not packaged
 */
export function startArguments(
  args: readonly string[],
  folder: string,
  own: readonly string[] = [],
): StartArguments {
  const ownPaths = own.map((path) => resolve(path));
  const { values, positionals } = parseArgs({
    args: [...args],
    options: { workspace: { type: 'string' }, device: { type: 'string' } },
    strict: false,
    allowPositionals: true,
  });
  const { workspace } = values;
  const device = deviceRequestSchema.safeParse(values.device).data;
  return {
    ...(typeof workspace === 'string' && { workspace: resolve(folder, workspace) }),
    ...(device !== undefined && { device }),
    paths: positionals
      .map((path) => resolve(folder, path))
      .filter((path) => !ownPaths.includes(path) && existsSync(path)),
  };
}

/** The paths that a second start hands over; it may be any program of the user. */
export function handedOverPaths(data: unknown): string[] {
  const { paths } = (data ?? {}) as { readonly paths?: unknown };
  if (!Array.isArray(paths)) return [];
  return paths.filter((path) => typeof path === 'string' && isAbsolute(path) && existsSync(path));
}
