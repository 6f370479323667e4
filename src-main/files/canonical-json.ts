import { sha256 } from './hash.ts';

/**
 * JSON without white space and with the keys of every object in one fixed order, so that equal values give equal
 * text. Members that are `undefined` are left out.
 */
export function canonicalJson(value: unknown): string {
  return JSON.stringify(value, (_key, member: unknown) =>
    isPlainObject(member)
      ? Object.fromEntries(
          Object.keys(member)
            .sort()
            .map((key) => [key, member[key]]),
        )
      : member,
  );
}

/** SHA-256 of {@link canonicalJson}: the hash of recipes and packs. */
export function hashOfJson(value: unknown): string {
  return sha256(canonicalJson(value));
}

function isPlainObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
