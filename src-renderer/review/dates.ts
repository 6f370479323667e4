import i18next from 'i18next';

/** Date and time as the window's language writes them. */
export function when(iso: string): string {
  return new Date(iso).toLocaleString(i18next.language, { dateStyle: 'short', timeStyle: 'medium' });
}

/** Hours and minutes. */
export function timeOf(iso: string): string {
  return new Date(iso).toLocaleTimeString(i18next.language, {
    hour: '2-digit',
    minute: '2-digit',
    hourCycle: 'h23',
  });
}
