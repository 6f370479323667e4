import { useCallback } from 'react';
import { useTranslation } from 'react-i18next';
import type { Opinion, RegionOpinions } from '../../src-shared/opinion.ts';

/** The opinions that found a region with their values, the strongest first; null where language alone was asked. */
export function useFoundBy(): (opinions: RegionOpinions | undefined) => string | null {
  const { t } = useTranslation('app');
  return useCallback(
    (opinions) => {
      const list = byStrength(opinions).map(
        ([opinion, value]) => `${t(`opinion.within.${opinion}`)} ${value.toFixed(2)}`,
      );
      return list.length === 0 ? null : list.join(' · ');
    },
    [t],
  );
}

/** The values of a region's opinions, the highest first. */
function byStrength(opinions: RegionOpinions = {}): (readonly [Opinion, number])[] {
  return (Object.entries(opinions) as (readonly [Opinion, number])[]).sort((a, b) => b[1] - a[1]);
}
