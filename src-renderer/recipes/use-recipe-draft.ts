import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { RecipeRecord } from '../../src-shared/contract/recipes.ts';
import type { Method } from '../../src-shared/method.ts';
import type { Recipe } from '../../src-shared/recipe.ts';
import { useSession } from '../state/session.ts';
import { useWorkstation } from '../state/workstation.ts';
import type { OpinionDraft } from './opinion-draft.ts';
import { type DraftField, fromDraft, type PlainField, type RecipeDraft, toDraft } from './recipe-draft.ts';
import type { SizeDraft } from './size-draft.ts';
import type { TileDraft } from './tile-draft.ts';
import { useMethodLacks } from './use-method-lacks.ts';

export interface RecipeBase {
  readonly recipe: Recipe;
  /** The revision that the new one comes after; null: the first of its kind. */
  readonly parentHash: string | null;
}

/** What a field of the form shows and does. */
export interface RecipeField<Value> {
  readonly value: Value;
  readonly error: string | undefined;
  onChange(value: Value): void;
}

/** A recipe that is being edited, and its saving as a new revision. */
export function useRecipeDraft(base: RecipeBase, onSaved: (saved: RecipeRecord) => void) {
  const { t } = useTranslation('batches');
  const { client } = useWorkstation();
  const inspector = useSession((session) => session.inspector);
  const [draft, setDraft] = useState(() => toDraft(base.recipe));
  const [pack, setPack] = useState(base.recipe.pack);
  // Thresholds and words mean something else to another pack: its own come with it. Method, opinions, tiles, sizes and signatures stay.
  const choosePack = useMutation({
    mutationFn: async (id: string) =>
      id === base.recipe.pack ? base.recipe : client.recipes.default({ pack: id }),
    onSuccess: (recipe, id) => {
      setPack(id);
      setDraft(({ name, object, method, opinions, tiles, sizes, twoPeople }) => ({
        ...toDraft(recipe),
        name,
        object,
        method,
        opinions,
        tiles,
        sizes,
        twoPeople,
      }));
    },
  });
  const save = useMutation({
    mutationFn: (recipe: Recipe) => client.recipes.save({ recipe, parentHash: base.parentHash, inspector }),
    onSuccess: onSaved,
  });
  const methodLacks = useMethodLacks(pack);
  const read = fromDraft(draft, pack);
  const errorOf = (field: DraftField) => {
    const issue = 'issues' in read ? read.issues[field] : undefined;
    if (!issue) return undefined;
    const line = issue.values.line > 0 ? `${t('recipe.line', issue.values)} ` : '';
    return line + t(`recipe.issues.${issue.text}`, issue.values);
  };
  const field = <Field extends PlainField>(name: Field): RecipeField<RecipeDraft[Field]> => ({
    value: draft[name],
    error: errorOf(name),
    onChange: (value) => setDraft((current) => ({ ...current, [name]: value })),
  });
  return {
    field,
    method: draft.method,
    setMethod: (method: Method) => setDraft((current) => ({ ...current, method })),
    methodLacks,
    opinions: draft.opinions,
    setOpinions: (changes: Partial<OpinionDraft>) =>
      setDraft((current) => ({ ...current, opinions: { ...current.opinions, ...changes } })),
    tiles: draft.tiles,
    setTiles: (changes: Partial<TileDraft>) =>
      setDraft((current) => ({ ...current, tiles: { ...current.tiles, ...changes } })),
    sizes: draft.sizes,
    setSizes: (changes: Partial<SizeDraft>) =>
      setDraft((current) => ({ ...current, sizes: { ...current.sizes, ...changes } })),
    twoPeople: draft.twoPeople,
    setTwoPeople: (twoPeople: boolean) => setDraft((current) => ({ ...current, twoPeople })),
    errorOf,
    pack,
    choosePack,
    canSave:
      'recipe' in read &&
      !methodLacks.has(draft.method.name) &&
      JSON.stringify(read.recipe) !== JSON.stringify(base.recipe),
    isSaving: save.isPending,
    save: () => {
      if ('recipe' in read) save.mutate(read.recipe);
    },
  };
}

export type RecipeDraftState = ReturnType<typeof useRecipeDraft>;
