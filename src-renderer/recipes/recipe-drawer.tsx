import { Divider, Drawer } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { RecipeRecord } from '../../src-shared/contract/recipes.ts';
import { SignaturePanel } from '../signatures/signature-panel.tsx';
import { RecipeForm } from './recipe-form.tsx';
import type { RecipeBase } from './use-recipe-draft.ts';

/** Edits a recipe. What is saved is a new revision: results keep the one that they were made with. */
export function RecipeDrawer({
  base,
  onClose,
  onSaved,
}: {
  /** Null: closed. */
  readonly base: RecipeBase | null;
  onClose(): void;
  onSaved(saved: RecipeRecord): void;
}) {
  const { t } = useTranslation(['batches', 'app']);
  const [isSigning, setIsSigning] = useState(false);
  return (
    <Drawer
      opened={base !== null}
      onClose={onClose}
      position="right"
      size={560}
      zIndex={300}
      closeOnEscape={!isSigning}
      title={t('recipe.title')}
      closeButtonProps={{ 'aria-label': t('app:close') }}
    >
      {base && <RecipeForm key={base.parentHash ?? 'new'} base={base} onClose={onClose} onSaved={onSaved} />}
      {base && base.parentHash !== null && (
        <>
          <Divider my="md" />
          <SignaturePanel
            key={base.parentHash}
            subject="recipe"
            subjectId={base.parentHash}
            onDialog={setIsSigning}
          />
        </>
      )}
    </Drawer>
  );
}
