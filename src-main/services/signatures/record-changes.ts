import type { RecordChange } from '../../../src-shared/signature.ts';

/**
 * What is another in a record than it was, down to single values, by path. Members that one side lacks are whole changes
 * of their own.
 * @param before plain data, as JSON gives it
 */
export function changesBetween(before: unknown, after: unknown): RecordChange[] {
  const changes: RecordChange[] = [];
  collect('', before, after, changes);
  return changes;
}

function collect(path: string, before: unknown, after: unknown, changes: RecordChange[]): void {
  const left = membersOf(before);
  const right = membersOf(after);
  if (!left || !right || Array.isArray(before) !== Array.isArray(after)) {
    const change = { path, before: textOf(before), after: textOf(after) };
    if (change.before !== change.after) changes.push(change);
    return;
  }
  for (const name of new Set([...left.keys(), ...right.keys()])) {
    collect(path === '' ? name : `${path}.${name}`, left.get(name), right.get(name), changes);
  }
}

function membersOf(value: unknown): Map<string, unknown> | undefined {
  return typeof value === 'object' && value !== null ? new Map(Object.entries(value)) : undefined;
}

/** Null for what is not there. */
function textOf(value: unknown): string | null {
  return value === undefined ? null : JSON.stringify(value);
}
