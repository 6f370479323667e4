import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import type { RunProgress } from '../../src-shared/contract/runs.ts';
import { methodTitle } from '../../src-shared/method-text.ts';
import type { Recipe } from '../../src-shared/recipe.ts';
import { plainText } from '../i18n/plain-text.ts';
import { useSession } from '../state/session.ts';
import { useWorkstation } from '../state/workstation.ts';
import { when } from './dates.ts';

/** A run as it is chosen from a list. */
export interface NamedRun extends RunProgress {
  /** Number, date and, where its recipe names one, method. */
  readonly name: string;
  /** Undefined while recipes are on their way. */
  readonly recipe: Recipe | undefined;
}

/** The runs of a batch, newest first. */
export function useNamedRuns(batchId: number): readonly NamedRun[] {
  const { t } = useTranslation('review');
  const { api } = useWorkstation();
  const language = useSession((session) => session.language);
  const { data: runs = [] } = useQuery(api.runs.list.queryOptions({ input: { batchId } }));
  const { data: recipes = [] } = useQuery(api.recipes.list.queryOptions());
  return runs.map((progress) => {
    const { id, startedAt, recipeHash } = progress.run;
    const recipe = recipes.find(({ hash }) => hash === recipeHash)?.recipe;
    const name = t('run.name', { id, when: when(startedAt) });
    const method = recipe?.method && methodTitle(recipe.method, language);
    return { ...progress, recipe, name: plainText(method ? `${name} · ${method}` : name) };
  });
}
