import { useMemo } from 'react';
import {
  formatBytes,
  formatCount,
  formatDuration,
  formatMeasure,
  formatMoment,
  formatNumber,
  formatShare,
} from '../i18n/format.ts';
import { useSession } from '../state/session.ts';

/** Numbers and times in the language of the window. */
export function useFormat() {
  const language = useSession((session) => session.language);
  return useMemo(
    () => ({
      count: (value: number) => formatCount(value, language),
      number: (value: number) => formatNumber(value, language),
      measure: (value: number, digits: number) => formatMeasure(value, language, digits),
      bytes: (bytes: number) => formatBytes(bytes, language),
      duration: (seconds: number) => formatDuration(seconds, language),
      moment: (iso: string) => formatMoment(iso, language),
      share: (part: number, whole: number) => formatShare(part, whole, language),
    }),
    [language],
  );
}
