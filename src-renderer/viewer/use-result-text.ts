import { useTranslation } from 'react-i18next';
import type { InspectionResult } from '../../src-shared/result.ts';

/** Says an image and its result in words, to those who do not see it. */
export function useResultText(): (name: string, result: InspectionResult | null) => string {
  const { t } = useTranslation(['viewer', 'app']);
  return (name, result) => {
    if (!result) return t('describe.image', { name });
    const { score, verdict, regions } = result;
    return t('describe.result', {
      name,
      score: score.toFixed(2),
      verdict: t(`app:verdict.${verdict}`),
      count: regions.length,
    });
  };
}
