import { UnstyledButton } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import type { Dashboard } from '../../src-shared/statistics/dashboard.ts';
import type { ModelVerdict } from '../../src-shared/verdict.ts';
import type { HumanAnswer } from '../../src-shared/what-if.ts';
import { routeTo } from '../state/routes.ts';
import { useFormat } from '../ui/use-format.ts';
import { HUMAN_ICONS, MODEL_ICONS, verdictClass } from '../ui/verdict-icons.tsx';
import classes from './dashboard.module.css';
import { type DashboardView, viewAddress } from './dashboard-address.ts';
import { Panel } from './panel.tsx';

const MODEL = ['accept', 'warn', 'reject'] as const;
const HUMAN = ['accept', 'reject', 'uncertain', 'none'] as const;

/** The model's verdict against the inspector's; every field opens its images. */
export function ConfusionPanel({
  data: { confusion },
  view,
}: {
  readonly data: Pick<Dashboard, 'confusion'>;
  readonly view: DashboardView;
}) {
  const { t } = useTranslation(['dashboard', 'app']);
  const nameOf = (human: HumanAnswer) => (human === 'none' ? t('confusion.none') : t(`app:verdict.${human}`));
  return (
    <Panel title={t('confusion.title')} hint={t('confusion.hint')}>
      <table className={classes.confusion} data-testid="confusion" aria-label={t('confusion.title')}>
        <thead>
          <tr>
            <td />
            {MODEL.map((model) => {
              const Icon = MODEL_ICONS[model];
              return (
                <th key={model} scope="col">
                  <Icon size={15} className={verdictClass(model)} />{' '}
                  {t('confusion.model', { verdict: t(`app:verdict.${model}`) })}
                </th>
              );
            })}
          </tr>
        </thead>
        <tbody>
          {HUMAN.map((human) => {
            const Icon = human === 'none' ? null : HUMAN_ICONS[human];
            return (
              <tr key={human}>
                <th scope="row">
                  {Icon && human !== 'none' && <Icon size={15} className={verdictClass(human)} />}{' '}
                  {nameOf(human)}
                </th>
                {MODEL.map((model) => (
                  <td key={model}>
                    <Field
                      count={confusion[human][model]}
                      kind={kindOf(human, model)}
                      label={t('confusion.field', {
                        count: confusion[human][model],
                        model: t(`app:verdict.${model}`),
                        human: nameOf(human),
                      })}
                      href={`#${routeTo.dashboard(viewAddress({ ...view, cell: { human, model } }))}`}
                    />
                  </td>
                ))}
              </tr>
            );
          })}
        </tbody>
      </table>
    </Panel>
  );
}

function kindOf(human: HumanAnswer, model: ModelVerdict): 'false-positive' | 'missed' | undefined {
  if (human === 'accept' && model === 'reject') return 'false-positive';
  return human === 'reject' && model === 'accept' ? 'missed' : undefined;
}

function Field({
  count,
  kind,
  label,
  href,
}: {
  readonly count: number;
  readonly kind: 'false-positive' | 'missed' | undefined;
  readonly label: string;
  readonly href: string;
}) {
  const format = useFormat();
  if (count === 0) return <span className={classes.field}>0</span>;
  return (
    <UnstyledButton
      component="a"
      href={href}
      className={classes.field}
      data-kind={kind}
      aria-label={label}
      title={label}
    >
      {format.count(count)}
    </UnstyledButton>
  );
}
