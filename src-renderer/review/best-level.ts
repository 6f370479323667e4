import type { MaskLevel } from '../../src-shared/result.ts';

/** The level that SAM itself trusts most. */
export function bestLevel(levels: readonly MaskLevel[]): MaskLevel['level'] | null {
  return (
    levels.reduce<MaskLevel | null>(
      (best, level) => (best && best.quality >= level.quality ? best : level),
      null,
    )?.level ?? null
  );
}
