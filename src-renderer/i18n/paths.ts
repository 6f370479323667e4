export interface Crumb {
  readonly name: string;
  readonly path: string;
}

/** The folders from the root down to `path`, which may be of Windows (`C:\a`, `\\server\share\a`) or POSIX. */
export function breadcrumbs(path: string): Crumb[] {
  const root = /^(?:\\\\[^\\]+\\[^\\]+\\?|[A-Za-z]:[\\/]?|\/)/.exec(path)?.[0] ?? '';
  const separator = root.includes('\\') || /^[A-Za-z]:/.test(root) ? '\\' : '/';
  const names = path
    .slice(root.length)
    .split(separator === '\\' ? /[\\/]/ : '/')
    .filter((name) => name !== '');
  const start = root === '' || root.endsWith(separator) ? root : `${root}${separator}`;
  const crumbs = names.map((name, index) => ({
    name,
    path: start + names.slice(0, index + 1).join(separator),
  }));
  return root === '' ? crumbs : [{ name: root, path: start }, ...crumbs];
}

/** Last part of a path: what a batch that comes from there is called at first. */
export function lastName(path: string): string {
  return breadcrumbs(path).at(-1)?.name ?? path;
}

/** `paths` and the new ones, each once. */
export function addPaths(paths: readonly string[], more: readonly string[]): string[] {
  return [...new Set([...paths, ...more])];
}
