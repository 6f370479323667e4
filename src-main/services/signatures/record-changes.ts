import type { RecordChange } from '../../../src-shared/signature.ts';

/** Signs of a value that are told. */
const LONGEST = 300;

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
    const [was, is] = [textOf(before), textOf(after)];
    if (was !== is) changes.push({ path, before: cut(was), after: cut(is) });
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

function cut(text: string | null): string | null {
  return text !== null && text.length > LONGEST ? `${text.slice(0, LONGEST)}…` : text;
}
