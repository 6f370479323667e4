import { useTranslation } from 'react-i18next';
import type { ReviewImage, ReviewRemarks } from '../../src-shared/contract/review.ts';
import { useOthersWord } from '../state/people.ts';

interface Obstacles {
  /** Why nothing may be annotated and SAM not asked: the model never saw this picture; null: it may. */
  readonly barred: string | null;
  /** Why no verdict may be given: the same, or somebody else's stands; null: one may. */
  readonly settled: string | null;
}

/** Why what is done to other images must not be done to this one. */
export function useObstacles(image: ReviewImage | undefined, remarks: ReviewRemarks | undefined): Obstacles {
  const { t } = useTranslation('review');
  const othersWord = useOthersWord();
  const last = remarks?.verdicts.at(-1);
  const barred = image?.file === 'changed' ? t('changed') : null;
  const isJudged = last !== undefined && last.verdict !== 'withdrawn';
  const others = isJudged ? othersWord('review.judge-after-others', last.inspector) : null;
  return { barred, settled: barred ?? others };
}
