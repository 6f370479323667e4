import { UnstyledButton } from '@mantine/core';
import { memo } from 'react';
import { useTranslation } from 'react-i18next';
import { EMPTY_FILTER, type ReviewCounts, type ReviewFilter } from '../../src-shared/review-queue.ts';
import type { ModelVerdict } from '../../src-shared/verdict.ts';
import { HUMAN_ICONS, type Icon, MODEL_ICONS, verdictClass } from '../ui/verdict-icons.tsx';
import classes from './confusion-table.module.css';

const MODEL = ['accept', 'warn', 'reject'] as const;
const HUMAN = ['accept', 'reject'] as const;

interface ConfusionTableProps {
  readonly counts: ReviewCounts;
  readonly filter: ReviewFilter;
  onFilter(filter: ReviewFilter): void;
}

/**
 * The model's verdict against the inspector's. A field shows its images: the gallery of false alarms, the one of missed
 * defects, and what was agreed on.
 */
export const ConfusionTable = memo(function ConfusionTable({
  counts,
  filter,
  onFilter,
}: ConfusionTableProps) {
  const { t } = useTranslation(['review', 'app']);
  const isOn = (model: ModelVerdict, human: 'accept' | 'reject') =>
    filter.model.length === 1 &&
    filter.human.length === 1 &&
    filter.model[0] === model &&
    filter.human[0] === human;
  const meaning = (model: ModelVerdict, human: 'accept' | 'reject') =>
    model === 'warn' ? 'decided' : model === human ? 'agreed' : model === 'reject' ? 'false-alarm' : 'missed';
  return (
    <table className={classes.table}>
      <thead>
        <tr>
          <td />
          {MODEL.map((model) => (
            <th key={model} scope="col">
              <Head icon={MODEL_ICONS[model]} verdict={model} whose={t('filter.model')} />
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {HUMAN.map((human) => (
          <tr key={human}>
            <th scope="row">
              <Head icon={HUMAN_ICONS[human]} verdict={human} whose={t('filter.human')} />
            </th>
            {MODEL.map((model) => {
              const count = counts.confusion[human][model];
              const kind = meaning(model, human);
              const on = isOn(model, human);
              return (
                <td key={model}>
                  <UnstyledButton
                    className={classes.field}
                    data-kind={count > 0 ? kind : undefined}
                    aria-pressed={on}
                    disabled={count === 0 && !on}
                    title={t(`confusion.${kind}`)}
                    aria-label={t('confusion.field', {
                      count,
                      model: t(`app:verdict.${model}`),
                      human: t(`app:verdict.${human}`),
                      meaning: t(`confusion.${kind}`),
                    })}
                    onClick={() =>
                      onFilter(on ? EMPTY_FILTER : { ...EMPTY_FILTER, model: [model], human: [human] })
                    }
                  >
                    {count.toLocaleString()}
                  </UnstyledButton>
                </td>
              );
            })}
          </tr>
        ))}
      </tbody>
    </table>
  );
});

interface HeadProps {
  readonly icon: Icon;
  readonly verdict: ModelVerdict;
  readonly whose: string;
}

function Head({ icon: Icon, verdict, whose }: HeadProps) {
  const { t } = useTranslation('app');
  return (
    <span className={classes.head} title={`${whose}: ${t(`verdict.${verdict}`)}`}>
      <Icon size={14} className={verdictClass(verdict)} />
      {t(`verdict.${verdict}`)}
    </span>
  );
}
