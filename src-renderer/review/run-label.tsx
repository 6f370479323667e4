import { useTranslation } from 'react-i18next';
import { CLIPSAM } from '../../src-shared/method.ts';
import { methodTitle } from '../../src-shared/method-text.ts';
import type { ReviewRow } from '../../src-shared/review-table.ts';
import { plainText } from '../i18n/plain-text.ts';
import { useSession } from '../state/session.ts';
import { MODEL_ICONS, verdictClass } from '../ui/verdict-icons.tsx';
import type { runDifferences } from './run-differences.ts';
import classes from './run-label.module.css';
import type { NamedRun } from './use-named-runs.ts';

interface RunLabelProps {
  readonly run: NamedRun | undefined;
  /** What the run says of the image; undefined while it is on its way. */
  readonly row: ReviewRow | undefined;
  readonly side: 'reviewed' | 'other';
  /** What stands where the run's results are not there: they are on their way, or cannot be read. */
  readonly without: 'loading' | 'compare.unread' | 'compare.pending';
  /** What differs between the two runs. */
  readonly differs: ReturnType<typeof runDifferences>;
}

/** Over the image of one of two runs: which it is, what it was made with, and what it says. */
export function RunLabel({ run, row, side, without, differs }: RunLabelProps) {
  const { t } = useTranslation('review');
  const language = useSession((session) => session.language);
  const record = run?.recipe;
  const facts = record && [
    ['method', methodTitle(record.recipe.method ?? CLIPSAM, language)],
    ['recipe', `${record.recipe.name} · ${t('facts.revision', record)}`],
    ['pack', record.recipe.pack],
  ];
  return (
    <header className={classes.label} data-testid={`run-${side}`}>
      <div className={classes.line}>
        <strong>{t(`compare.${side}`)}</strong>
        <span className={classes.quiet}>{run && t('run.name', { id: run.run.id, when: run.started })}</span>
      </div>
      <div className={classes.line}>
        {facts?.map(([fact, text]) => (
          <span key={fact} data-differs={differs.some((one) => one === fact) || undefined} title={text}>
            {plainText(text ?? '')}
          </span>
        ))}
      </div>
      <div className={classes.line}>
        <Said row={row} without={without} />
        {side === 'other' && <Differences differs={differs} />}
      </div>
    </header>
  );
}

/** The run's verdict and score, or why there is none. */
function Said({ row, without }: Pick<RunLabelProps, 'row' | 'without'>) {
  const { t } = useTranslation(['review', 'app']);
  if (!row) return <span className={classes.quiet}>{t(without)}</span>;
  if (row.status !== 'done' || row.model === null || row.score === null) {
    return <span>{t(row.status === 'failed' ? 'compare.failed' : 'compare.pending')}</span>;
  }
  const Icon = MODEL_ICONS[row.model];
  return (
    <span className={classes.verdict}>
      <span className={verdictClass(row.model)}>
        <Icon size={16} stroke={2} />
      </span>
      {t(`app:verdict.${row.model}`)} <strong>{row.score.toFixed(3)}</strong>
    </span>
  );
}

function Differences({ differs }: Pick<RunLabelProps, 'differs'>) {
  const { t, i18n } = useTranslation('review');
  const names = differs.map((fact) => t(`compare.fact.${fact}`));
  const list = new Intl.ListFormat(i18n.language, { type: 'unit', style: 'short' }).format(names);
  return (
    <span className={classes.differs} title={list}>
      {names.length === 0 ? t('compare.alike') : t('compare.differ', { list })}
    </span>
  );
}
