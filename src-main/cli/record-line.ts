import { pageName } from '../../src-shared/image-page.ts';
import { noticeName } from '../../src-shared/notice-text.ts';
import type { ImageRecord } from '../services/runs/image-record.ts';
import { printable } from './terminal.ts';

export type InspectedRecord = Exclude<ImageRecord, { readonly status: 'passed-over' }>;

/** What became of an image, for people: one line. */
export function recordLine(record: InspectedRecord): string {
  const { number, count } = { number: record.page, count: record.pages };
  const path = printable(pageName(record.path, count > 1 ? { number, count } : null));
  if (record.status === 'failed') {
    const { code, message } = record.error;
    return `failed   ${message.includes(record.path) && record.pages === 1 ? '' : `${path}: `}${printable(message)} (${code})`;
  }
  const { verdict, score, regions, notices } = record;
  const found = regions.length === 1 ? '1 region ' : `${regions.length} regions`;
  const warnings = notices.filter(({ level }) => level === 'warning');
  const names = warnings.map(({ code }) => noticeName(code, 'en').toLowerCase());
  const doubt = names.length > 0 ? `  (!) ${names.join(', ')}` : '';
  const below = regions.filter(({ belowLimit }) => belowLimit).length;
  const small = below > 0 ? `  ${below} below the limit` : '';
  return `${verdict.padEnd(7)}  ${score.toFixed(3)}  ${found}  ${path}${small}${doubt}`;
}
