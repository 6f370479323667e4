import { useQuery } from '@tanstack/react-query';
import { useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import type { RecipeRecord } from '../../src-shared/contract/recipes.ts';
import type { RunProgress } from '../../src-shared/contract/runs.ts';
import { methodTitle } from '../../src-shared/method-text.ts';
import { useSession } from '../state/session.ts';
import { useWorkstation } from '../state/workstation.ts';
import { when } from './dates.ts';

/** A run as it is chosen from a list. */
export interface NamedRun extends RunProgress {
  /** Number, date and, where its recipe names one, method. */
  readonly name: string;
  /** When it began, as the language writes it. */
  readonly started: string;
  /** Undefined while recipes are on their way. */
  readonly recipe: RecipeRecord | undefined;
}

/** The runs of a batch, newest first. */
export function useNamedRuns(batchId: number): readonly NamedRun[] {
  const { t } = useTranslation('review');
  const { api } = useWorkstation();
  const language = useSession((session) => session.language);
  const { data: runs = NONE } = useQuery(api.runs.list.queryOptions({ input: { batchId } }));
  const { data: recipes = NONE } = useQuery(api.recipes.list.queryOptions());
  return useMemo(
    () =>
      runs.map((progress) => {
        const { id, startedAt, recipeHash } = progress.run;
        const recipe = recipes.find(({ hash }) => hash === recipeHash);
        const started = when(startedAt);
        const method = recipe?.recipe.method && methodTitle(recipe.recipe.method, language);
        const name = method
          ? t('run.name-with-method', { id, method, when: started })
          : t('run.name', { id, when: started });
        return { ...progress, started, recipe, name };
      }),
    [runs, recipes, language, t],
  );
}

const NONE: readonly never[] = [];
