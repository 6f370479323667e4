import i18next from 'i18next';
import { ERROR_CASES, type ErrorDetails } from '../../src-shared/error-cases.ts';
import type { ErrorRecord } from '../../src-shared/error-record.ts';
import { formatCount } from './format.ts';
import { lastName } from './paths.ts';
import { plainText } from './plain-text.ts';

/** What went wrong: an error that the workstation told, or a fault that nobody foresaw. */
export type Failure =
  | ErrorRecord
  | { readonly code: 'fault'; readonly message: string; readonly details?: undefined };

/** What happened and what to do, in the language of the window. The failure's own message says more, in English. */
export function failureText({ code, details }: Failure): string {
  const general = i18next.t(`errors:code.${code}`);
  if (!details) return general;
  return i18next.t(`errors:case.${details.case}`, { ...valuesOf(details), defaultValue: general });
}

/** Numbers that are names. */
const IDS: readonly string[] = ['batch', 'image', 'run', 'region', 'signature'];

function valuesOf(details: ErrorDetails): Record<string, string> {
  const values = details as Readonly<Record<string, string | number>>;
  return Object.fromEntries(
    ERROR_CASES[details.case].values.map((name) => {
      const value = values[name]!;
      if (typeof value === 'number' && !IDS.includes(name))
        return [name, formatCount(value, i18next.language)];
      return [name, plainText(name === 'file' ? lastName(String(value)) : String(value))];
    }),
  );
}
