import { NumberInput, SegmentedControl, SimpleGrid, Stack, Text, Title } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import type { SizeDraft } from './size-draft.ts';
import type { RecipeDraftState } from './use-recipe-draft.ts';

/** How large a pixel is, and from which size on a defect matters. */
export function SizeFields({
  draft: { sizes, setSizes, errorOf },
}: {
  readonly draft: Pick<RecipeDraftState, 'sizes' | 'setSizes' | 'errorOf'>;
}) {
  const { t } = useTranslation('batches');
  const { unit } = sizes;
  const field = (name: 'millimetresPerPixel' | 'length' | 'area', suffix: string) => (
    <NumberInput
      label={t(`recipe.sizes.${name}`)}
      description={t(`recipe.sizes.about.${name}`)}
      inputWrapperOrder={['label', 'input', 'description', 'error']}
      placeholder={t('recipe.sizes.not-said')}
      hideControls
      min={0}
      clampBehavior="none"
      suffix={` ${suffix}`}
      value={sizes[name]}
      error={errorOf(`size-${name}`)}
      onChange={(value) => setSizes({ [name]: value })}
    />
  );
  const hasLimit = sizes.length !== '' || sizes.area !== '';
  return (
    <Stack gap={6}>
      <Title order={3} size="sm">
        {t('recipe.sizes.title')}
      </Title>
      {field('millimetresPerPixel', 'mm')}
      <Text size="sm" fw={500} id="minimum-defect">
        {t('recipe.sizes.minimum')}
      </Text>
      <Text size="xs" c="dimmed">
        {t('recipe.sizes.about.minimum')}
      </Text>
      <SegmentedControl
        size="xs"
        aria-labelledby="minimum-defect"
        value={unit}
        data={(['mm', 'px'] as const).map((value) => ({ value, label: t(`recipe.sizes.units.${value}`) }))}
        onChange={(value) => setSizes({ unit: value as SizeDraft['unit'] })}
      />
      <SimpleGrid cols={2} spacing="sm">
        {field('length', unit)}
        {field('area', `${unit}²`)}
      </SimpleGrid>
      {hasLimit && unit === 'mm' && sizes.millimetresPerPixel === '' && (
        <Text size="xs" data-testid="scale-needed">
          {t('recipe.sizes.scale-needed')}
        </Text>
      )}
    </Stack>
  );
}
