import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { ALL_ACTIONS } from '../../../src-renderer/app/all-actions.ts';

const folder = fileURLToPath(new URL('../../../src-renderer/i18n/', import.meta.url));
const namespaces = readdirSync(join(folder, 'en')).map((file) => file.replace('.json', ''));

describe.each(namespaces)('texts of %s', (namespace) => {
  const en = textsOf('en', namespace);
  const zh = textsOf('zh-CN', namespace);

  it('exist in both languages', () => {
    expect(Object.keys(zh).sort()).toEqual(Object.keys(en).sort());
  });

  it('are not empty and take the same values', () => {
    for (const [key, text] of Object.entries(en)) {
      expect(text.trim(), key).not.toBe('');
      expect(zh[key]!.trim(), key).not.toBe('');
      expect(valuesIn(zh[key]!), key).toEqual(valuesIn(text));
    }
  });

  it('are Chinese where they have words', () => {
    const foreign = Object.entries(zh)
      .filter(([key, text]) => text === en[key] && /[a-z]{4,}/.test(text.replace(/\{\{[^}]+\}\}/g, '')))
      .map(([key]) => key);
    expect(foreign).toEqual([]);
  });
});

it('names every action', () => {
  const texts = textsOf('en', 'app');
  for (const { id } of ALL_ACTIONS) expect(texts, id).toHaveProperty([`actions.${id}`]);
});

/** Texts by dotted key. */
function textsOf(language: string, namespace: string): Record<string, string> {
  return flatten(JSON.parse(readFileSync(join(folder, language, `${namespace}.json`), 'utf8')));
}

function flatten(node: object, prefix = ''): Record<string, string> {
  return Object.fromEntries(
    Object.entries(node).flatMap(([key, value]: [string, unknown]) =>
      typeof value === 'string'
        ? [[prefix + key, value]]
        : Object.entries(flatten(value as object, `${prefix}${key}.`)),
    ),
  );
}

function valuesIn(text: string): string[] {
  return [...new Set(text.match(/\{\{[^}]+\}\}/g))].sort();
}
