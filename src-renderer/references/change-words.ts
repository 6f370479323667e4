import { useCallback } from 'react';
import { useTranslation } from 'react-i18next';
import type { MemoryChange } from '../../src-shared/reference-set.ts';

/** Says what a change does: `adds 3 references, removes 1 harmless mark`. */
export function useChangeWords(): (change: MemoryChange) => string {
  const { t, i18n } = useTranslation('references');
  return useCallback(
    ({ items }) => {
      const parts = (['add', 'remove'] as const).flatMap((effect) =>
        (['reference', 'harmless', 'counter-example'] as const).flatMap((kind) => {
          const count = items.filter((one) => one.effect === effect && one.item.kind === kind).length;
          return count > 0 ? [t(`does.${effect}`, { what: t(`count.${kind}`, { count }) })] : [];
        }),
      );
      return new Intl.ListFormat(i18n.language, { type: 'unit' }).format(parts);
    },
    [t, i18n.language],
  );
}
