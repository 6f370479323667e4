import { NumberInput, SegmentedControl, SimpleGrid, Stack, Text, Title } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import type { TileDraft, TileNumber } from './tile-draft.ts';
import type { RecipeDraftState } from './use-recipe-draft.ts';

interface TileFieldsProps {
  readonly draft: RecipeDraftState;
}

const NUMBERS = {
  scale: { min: 1, max: 100, step: 5, suffix: ' %' },
  pixels: { min: 1, max: 10_000, step: 1, suffix: ' px' },
  tokens: { min: 0.25, max: 16, step: 0.5 },
  overlap: { min: 0, max: 50, step: 5, suffix: ' %' },
} as const;

const FIELDS: Readonly<Record<TileDraft['mode'], readonly TileNumber[]>> = {
  off: [],
  scale: ['scale', 'overlap'],
  'smallest-defect': ['pixels', 'tokens', 'overlap'],
};

/** Whether large images are cut into tiles, and into which. */
export function TileFields({ draft: { tiles, setTiles, errorOf } }: TileFieldsProps) {
  const { t } = useTranslation('batches');
  const fields = FIELDS[tiles.mode];
  return (
    <Stack gap={6}>
      <Title order={3} size="sm" id="recipe-tiles">
        {t('recipe.tiles.title')}
      </Title>
      <SegmentedControl
        size="xs"
        aria-labelledby="recipe-tiles"
        value={tiles.mode}
        data={(['off', 'scale', 'smallest-defect'] as const).map((value) => ({
          value,
          label: t(`recipe.tiles.modes.${value}`),
        }))}
        onChange={(mode) => setTiles({ mode: mode as TileDraft['mode'] })}
      />
      <Text size="xs" c="dimmed">
        {t(`recipe.tiles.why.${tiles.mode}`)}
      </Text>
      {fields.length > 0 && (
        <SimpleGrid cols={fields.length} spacing="sm">
          {fields.map((field) => (
            <NumberInput
              key={field}
              label={t(`recipe.tiles.${field}`)}
              description={t(`recipe.tiles.about.${field}`)}
              inputWrapperOrder={['label', 'input', 'description', 'error']}
              {...NUMBERS[field]}
              clampBehavior="none"
              value={tiles[field]}
              error={errorOf(`tile-${field}`)}
              onChange={(value) => setTiles({ [field]: value })}
            />
          ))}
        </SimpleGrid>
      )}
    </Stack>
  );
}
