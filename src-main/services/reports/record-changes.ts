import type { ReportChange } from '../../../src-shared/report.ts';

/** Values that are told as they are; longer ones are cut, since the kept records have them whole. */
const LONGEST = 300;

/**
 * What is other in the second of two plain values: every leaf by its path, in a fixed order. Members of lists are
 * told apart by their `imageId`, `id` or `index`, where they have one, else by their place.
 */
export function changesOfRecords(before: unknown, after: unknown): ReportChange[] {
  const changes: ReportChange[] = [];
  compare(before, after, [], changes);
  return changes;
}

function compare(before: unknown, after: unknown, path: readonly string[], changes: ReportChange[]): void {
  if (Object.is(before, after)) return;
  const [from, to] = [membersOf(before), membersOf(after)];
  if (from && to) {
    for (const key of new Set([...from.keys(), ...to.keys()])) {
      compare(from.get(key), to.get(key), [...path, key], changes);
    }
    return;
  }
  const [told, now] = [textOf(before), textOf(after)];
  if (told !== now) changes.push({ path: path.join(' / '), before: told, after: now });
}

/** Members by name; undefined for what is no list and no object. */
function membersOf(value: unknown): ReadonlyMap<string, unknown> | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  if (!Array.isArray(value)) return new Map(Object.entries(value));
  return new Map(value.map((member: unknown, i) => [nameOf(member, i), member]));
}

function nameOf(member: unknown, place: number): string {
  if (typeof member !== 'object' || member === null) return String(place + 1);
  const { imageId, name, id, index } = member as Record<string, unknown>;
  if (imageId !== undefined && name !== undefined) return `${String(imageId)} ${String(name)}`;
  return String(id ?? index ?? place + 1);
}

function textOf(value: unknown): string | null {
  if (value === undefined || value === null) return null;
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  return text.length > LONGEST ? `${text.slice(0, LONGEST - 1)}…` : text;
}
