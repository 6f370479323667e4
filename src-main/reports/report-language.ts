import type { ReportLanguage } from '../../src-shared/report.ts';
import { EN, type ReportTexts } from './report-texts-en.ts';
import { ZH_CN } from './report-texts-zh-cn.ts';

const TEXTS: Readonly<Record<ReportLanguage, ReportTexts>> = { en: EN, 'zh-CN': ZH_CN };

/** How a report is worded: its texts, numbers, dates. */
export interface ReportWording {
  readonly language: ReportLanguage;
  readonly texts: ReportTexts;
  /** A whole number. */
  count(value: number): string;
  /** With so many decimals. */
  decimal(value: number, decimals: number): string;
  /** With three significant digits. */
  measure(value: number): string;
  percent(share: number): string;
  /** With the offset from UTC: `30 Nov 2026, 10:47 (UTC+08:00)`. @param iso ISO 8601 */
  time(iso: string): string;
}

export function wordingOf(language: ReportLanguage, timeZone: string): ReportWording {
  const numbers = (options: Intl.NumberFormatOptions) => new Intl.NumberFormat(language, options);
  const whole = numbers({ maximumFractionDigits: 0 });
  const shares = numbers({ style: 'percent', minimumFractionDigits: 1, maximumFractionDigits: 1 });
  const measures = numbers({ maximumSignificantDigits: 3 });
  return {
    language,
    texts: TEXTS[language],
    count: (value) => whole.format(value),
    decimal: (value, decimals) =>
      value.toLocaleString(language, { minimumFractionDigits: decimals, maximumFractionDigits: decimals }),
    measure: (value) => measures.format(value),
    percent: (share) => shares.format(share),
    time: (iso) => timeText(new Date(iso), language, timeZone),
  };
}

/** Fills the braces of a text. */
export function filled(text: string, values: Readonly<Record<string, string | number>>): string {
  return text.replaceAll(/\{(\w+)\}/g, (braces, name: string) => String(values[name] ?? braces));
}

const MONTHS = 'Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec'.split(' ');

/** Put together here, since what `Intl` writes is not the same in all its versions. */
function timeText(date: Date, language: ReportLanguage, timeZone: string): string {
  const format = new Intl.DateTimeFormat('en-GB', {
    ...{ timeZone, year: 'numeric', month: 'numeric', day: 'numeric' },
    ...{ hour: '2-digit', minute: '2-digit', hourCycle: 'h23', timeZoneName: 'longOffset' },
  });
  const part = Object.fromEntries(format.formatToParts(date).map(({ type, value }) => [type, value]));
  const offset = `UTC${(part.timeZoneName ?? '').replace('GMT', '') || '+00:00'}`;
  const clock = `${part.hour}:${part.minute}`;
  return language === 'en'
    ? `${Number(part.day)} ${MONTHS[Number(part.month) - 1]} ${part.year}, ${clock} (${offset})`
    : `${part.year}年${Number(part.month)}月${Number(part.day)}日 ${clock}（${offset}）`;
}
