import { ActionIcon, Group, Select, Stack, Text, Tooltip } from '@mantine/core';
import { IconPencil } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { RecipeRecord } from '../../src-shared/contract/recipes.ts';
import { methodTitle } from '../../src-shared/method-text.ts';
import { plainText } from '../i18n/plain-text.ts';
import { useSession } from '../state/session.ts';
import { useWorkstation } from '../state/workstation.ts';
import { RecipeDrawer } from './recipe-drawer.tsx';
import type { RecipeBase } from './use-recipe-draft.ts';

/** Chooses the recipe of the next run, and opens it for editing. */
export function RecipeSelect({
  label,
  value,
  objectName,
  onChange,
  onEditing,
}: {
  /** Default: that it is the recipe of the next run. */
  readonly label?: string;
  /** Null: the pack's default. */
  readonly value: string | null;
  /** Object's name for a recipe that is made from the default. */
  readonly objectName: string;
  onChange(hash: string | null): void;
  /** True while the recipe's own window is open. */
  onEditing(open: boolean): void;
}) {
  const { t } = useTranslation(['batches', 'app']);
  const { api } = useWorkstation();
  const { data: recipes } = useQuery(api.recipes.list.queryOptions());
  const { data: standard } = useQuery(api.recipes.default.queryOptions({ input: {} }));
  const language = useSession((session) => session.language);
  const [base, setBase] = useState<RecipeBase | null>(null);
  const chosen = recipes?.find(({ hash }) => hash === value);
  const shown = chosen?.recipe ?? standard;
  const open = (next: RecipeBase | null) => {
    setBase(next);
    onEditing(next !== null);
  };
  const edit = () => {
    if (chosen) return open({ recipe: chosen.recipe, parentHash: chosen.hash });
    if (standard)
      open({ recipe: { ...standard, object: objectName.trim() || standard.object }, parentHash: null });
  };
  return (
    <Stack gap={4}>
      <Group align="flex-end" gap={6} wrap="nowrap">
        <Select
          flex={1}
          label={label ?? t('fields.recipe')}
          value={value ?? DEFAULT}
          allowDeselect={false}
          searchable
          nothingFoundMessage={t('recipe.none-found')}
          data={[
            { value: DEFAULT, label: t('recipe.standard') },
            ...(recipes ?? []).map((row) => ({
              value: row.hash,
              label: labelOf(row, t('recipe.revision', row)),
            })),
          ]}
          onChange={(hash) => onChange(hash === DEFAULT ? null : hash)}
        />
        <Tooltip label={t('recipe.edit')}>
          <ActionIcon
            size={36}
            variant="default"
            aria-label={t('recipe.edit')}
            disabled={!shown}
            onClick={edit}
          >
            <IconPencil size={17} />
          </ActionIcon>
        </Tooltip>
      </Group>
      {shown && (
        <Text size="xs" c="dimmed">
          {t('recipe.summary', shown)}
          {shown.method && ` · ${methodTitle(shown.method, language)}`}
        </Text>
      )}
      <RecipeDrawer
        base={base}
        onClose={() => open(null)}
        onSaved={(saved) => {
          onChange(saved.hash);
          open(null);
        }}
      />
    </Stack>
  );
}

const DEFAULT = 'default';

/** Two recipes may have the same name: the end of the hash tells them apart. */
function labelOf({ recipe, hash }: RecipeRecord, revision: string): string {
  return plainText(`${recipe.name} · ${revision} · ${recipe.object} · ${hash.slice(0, 6)}`);
}
