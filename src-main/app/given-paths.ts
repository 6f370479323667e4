import { existsSync } from 'node:fs';
import { resolve } from 'node:path';

/**
 * Files and folders among the arguments that the program was started with; options and what is not there are left
 * out.
 * @param args without the program itself
 * @param folder that relative paths start from
 */
export function givenPaths(args: readonly string[], folder: string): string[] {
  return args
    .filter((arg) => arg !== '' && !arg.startsWith('-'))
    .map((arg) => resolve(folder, arg))
    .filter((path) => existsSync(path));
}

/** What a second start hands over to the first one, which must not trust it. */
export function pathsOf(handedOver: unknown): string[] {
  const { paths } = (handedOver ?? {}) as { readonly paths?: unknown };
  return Array.isArray(paths)
    ? givenPaths(
        paths.filter((path) => typeof path === 'string'),
        '/',
      )
    : [];
}
