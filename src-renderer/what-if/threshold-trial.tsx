import { useCallbackRef } from '@mantine/hooks';
import { useCallback, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { RunProgress } from '../../src-shared/contract/runs.ts';
import type { WholeReviewTable } from '../api/review-table.ts';
import { RecipeDrawer } from '../recipes/recipe-drawer.tsx';
import type { RecipeBase } from '../recipes/use-recipe-draft.ts';
import { routeTo, useGo } from '../state/routes.ts';
import { TrialOutcome } from './outcome.tsx';
import type { AxisScale, StackedBy } from './plot-header.tsx';
import { SavePanel } from './save-panel.tsx';
import { ThetaSection } from './theta-section.tsx';
import { ThresholdFields } from './threshold-fields.tsx';
import { TrialPlots } from './trial-plots.tsx';
import { useSaving } from './use-saving.ts';
import { useThetaProfile } from './use-theta-profile.ts';
import { useTrial } from './use-trial.ts';
import classes from './what-if.module.css';

/** The thresholds of a run and what others would do. */
export function ThresholdTrial({
  table,
  run,
}: {
  readonly table: WholeReviewTable;
  readonly run: RunProgress;
}) {
  const { t } = useTranslation('what-if');
  const go = useGo();
  const { recipe, columns } = table;
  const batchId = table.batch.id;
  const [by, setBy] = useState<StackedBy>('model');
  const [scale, setScale] = useState<AxisScale>('linear');
  const [edited, setEdited] = useState<RecipeBase | null>(null);
  const tried = useTrial(table, by);
  const { trial, before, after, isSame, move, reset } = tried;
  const profile = useThetaProfile(run.run.id, tried.count);
  const openImage = useCallback((imageId: number) => go(routeTo.review(batchId, imageId)), [go, batchId]);
  const { save, adopt } = useSaving(table, run);
  const onSave = useCallbackRef((again: boolean) => save.mutate({ trial, again }));
  const onEdit = useCallbackRef(() =>
    setEdited({ recipe: { ...recipe, ...trial }, parentHash: run.run.recipeHash }),
  );
  return (
    <div className={classes.trial}>
      <TrialPlots
        runId={run.run.id}
        columns={columns}
        tried={tried}
        profile={profile}
        header={{ by, onBy: setBy, scale, onScale: setScale }}
        onOpen={openImage}
      />
      <aside className={classes.panel} aria-label={t('panel')}>
        <div className={classes.facts}>
          <ThresholdFields trial={trial} isSame={isSame} onMove={move} onReset={reset} />
          <TrialOutcome before={before} after={after} />
          <ThetaSection
            profile={profile}
            before={recipe.theta}
            after={trial.theta}
            hasLimit={recipe.minimumDefect !== undefined}
          />
        </div>
        <SavePanel isSame={isSame} isSaving={save.isPending} onSave={onSave} onEdit={onEdit} />
      </aside>
      <RecipeDrawer
        base={edited}
        onClose={() => setEdited(null)}
        onSaved={(saved) => {
          setEdited(null);
          adopt.mutate(saved);
        }}
      />
    </div>
  );
}
