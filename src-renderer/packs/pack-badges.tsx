import { Badge } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import type { PackSummary } from '../../src-shared/contract/packs.ts';

/** What a pack's results have to be read with: which head made the map, and whether SAM takes boxes. */
export function PackBadges({
  pack: { head, pointsOnly },
}: {
  readonly pack: Pick<PackSummary, 'head' | 'pointsOnly'>;
}) {
  const { t } = useTranslation('models');
  return (
    <>
      {head !== null && (
        <Badge variant="light" color={head === 'none' ? 'orange' : 'gray'} radius="sm" tt="none" fw={500}>
          {t(`pack.head-${head}`)}
        </Badge>
      )}
      {pointsOnly && (
        <Badge
          variant="light"
          color="orange"
          radius="sm"
          tt="none"
          fw={500}
          title={t('pack.about-points-only')}
        >
          {t('pack.points-only')}
        </Badge>
      )}
    </>
  );
}
