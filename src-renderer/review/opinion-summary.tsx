import { Text } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import type { InspectionResult } from '../../src-shared/result.ts';
import { CalibratedBar } from '../ui/calibrated-bar.tsx';
import { useFormat } from '../ui/use-format.ts';
import classes from './opinion-summary.module.css';

type OpinionResult = Pick<InspectionResult, 'opinions' | 'comparison'>;

/** What each opinion says of an image and how much it counts, and what the image was compared with. */
export function OpinionSummary({ opinions = [], comparison }: OpinionResult) {
  const { t } = useTranslation(['review', 'app']);
  const format = useFormat();
  return (
    <>
      <table className={classes.opinions}>
        <thead>
          <tr>
            <th scope="col">{t('opinions.opinion')}</th>
            <th scope="col" colSpan={2} title={t('opinions.about-score')}>
              {t('opinions.score')}
            </th>
            <th scope="col" title={t('opinions.about-share')}>
              {t('opinions.share')}
            </th>
          </tr>
        </thead>
        <tbody>
          {opinions.map(({ opinion, score, weight }) => (
            <tr key={opinion}>
              <th scope="row">{t(`app:opinion.name.${opinion}`)}</th>
              <td>
                <CalibratedBar value={score} />
              </td>
              <td className={classes.number}>{score.toFixed(2)}</td>
              <td className={classes.number}>{format.share(weight, 1)}</td>
            </tr>
          ))}
        </tbody>
      </table>
      {comparison && <ComparedWith comparison={comparison} />}
      <PerPosition opinions={opinions} />
    </>
  );
}

/** Where maps and scores are in different units: which. */
function PerPosition({ opinions = [] }: Pick<OpinionResult, 'opinions'>) {
  const { t, i18n } = useTranslation(['review', 'app']);
  const names = opinions
    .filter(({ perPosition }) => perPosition)
    .map(({ opinion }) => t(`app:opinion.name.${opinion}`));
  if (names.length === 0) return null;
  return (
    <Text size="xs" mt={6} data-testid="per-position">
      {t('opinions.per-position', { list: new Intl.ListFormat(i18n.language).format(names) })}
    </Text>
  );
}

/** Where there was something of a kind: how many. */
function ComparedWith({ comparison }: { readonly comparison: NonNullable<OpinionResult['comparison']> }) {
  const { t, i18n } = useTranslation('review');
  const { crowd, references, harmless, counterExamples } = comparison;
  const parts = [
    crowd > 0 && t('opinions.crowd', { count: crowd }),
    references > 0 && t('opinions.references', { count: references }),
    harmless > 0 && t('opinions.harmless', { count: harmless }),
    counterExamples > 0 && t('opinions.counter-examples', { count: counterExamples }),
  ].filter((part) => part !== false);
  if (parts.length === 0) return null;
  return (
    <Text size="xs" mt={6} data-testid="compared-with">
      {t('opinions.compared', { list: new Intl.ListFormat(i18n.language).format(parts) })}
    </Text>
  );
}
