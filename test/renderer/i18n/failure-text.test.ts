import i18next from 'i18next';
import { describe, expect, it } from 'vitest';
import { failureText } from '../../../src-renderer/i18n/failure-text.ts';
import { texts } from '../../../src-renderer/i18n/index.ts';
import { ERROR_CASES, type ErrorDetails } from '../../../src-shared/error-cases.ts';
import { ERROR_CODES } from '../../../src-shared/error-codes.ts';

await i18next.init({ resources: texts, lng: 'en', interpolation: { escapeValue: false } });

const valuesIn = (text: string) =>
  [...new Set([...text.matchAll(/\{\{(\w+)\}\}/g)].map(([, name]) => name))].sort();

describe.each(['en', 'zh-CN'] as const)('failures in %s', (language) => {
  const { code, case: cases } = texts[language].errors;

  it('have a sentence for every code, which needs no values', () => {
    expect(Object.keys(code).sort()).toEqual([...ERROR_CODES, 'fault'].sort());
    for (const text of Object.values(code)) {
      expect(text).toMatch(/[.。]$/);
      expect(valuesIn(text)).toEqual([]);
    }
  });

  it('have a sentence for every case, which names nothing that the error does not tell', () => {
    expect(Object.keys(cases).sort()).toEqual(Object.keys(ERROR_CASES).sort());
    for (const [name, { values }] of Object.entries(ERROR_CASES)) {
      const text = cases[name as keyof typeof cases];
      expect(text, name).toMatch(/[.。]$|[:：].+[.。]$/);
      expect(valuesIn(text), name).toEqual([...values].sort());
    }
  });

  it('are told without a gap', async () => {
    await i18next.changeLanguage(language);
    for (const [name, { values }] of Object.entries(ERROR_CASES)) {
      const details = { case: name, ...Object.fromEntries(values.map((value) => [value, `‹${value}›`])) };
      const text = failureText({
        code: 'input-invalid',
        message: '',
        details: details as unknown as ErrorDetails,
      });
      for (const value of values) expect(text, name).toContain(`‹${value}›`);
      expect(text, name).not.toMatch(/\{\{|undefined|errors:/);
    }
  });
});

describe('a failure', () => {
  it('is told by its code where it tells no case', async () => {
    await i18next.changeLanguage('zh-CN');
    expect(failureText({ code: 'disk-full', message: 'no space left' })).toBe(
      texts['zh-CN'].errors.code['disk-full'],
    );
    expect(failureText({ code: 'fault', message: 'x is undefined' })).toBe(texts['zh-CN'].errors.code.fault);
  });

  it('names a file without its folders, numbers in groups and ids as they are', async () => {
    await i18next.changeLanguage('en');
    const details = {
      case: 'too-many-pixels',
      file: 'C:\\lot 7\\a.png',
      width: 20_000,
      height: 300,
      limit: 5_000_000,
    } as const;
    expect(failureText({ code: 'image-too-large', message: '', details })).toMatch(
      /^“a\.png” has 20,000 × 300 pixels; the recipe allows 5,000,000 in all/,
    );
    const run = { case: 'run-over', run: 12_345 } as const;
    expect(failureText({ code: 'input-invalid', message: '', details: run })).toMatch(/^Run 12345 /);
  });

  it('shows the hidden characters of a name', () => {
    const details = { case: 'file-empty', file: '/in/a\u202egnp.exe' } as const;
    expect(failureText({ code: 'image-unreadable', message: '', details })).toContain('a‹U+202E›gnp.exe');
  });
});
