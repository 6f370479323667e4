import { vi } from 'vitest';
import { PATIENCE } from './patience.ts';

/** Waits for a condition, asked anew again and again. @returns its first answer that is true */
export function until<T>(condition: () => T | Promise<T>): Promise<Awaited<T>> {
  return vi.waitUntil(condition, { timeout: PATIENCE, interval: 20 }) as Promise<Awaited<T>>;
}
