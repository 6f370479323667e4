import { NumberInput, SegmentedControl, Select, SimpleGrid, Stack, Switch, Text, Title } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import type { OpinionSettings } from '../../src-shared/opinion.ts';
import { WEIGHTS } from './opinion-draft.ts';
import type { RecipeDraftState } from './use-recipe-draft.ts';

interface OpinionFieldsProps {
  readonly draft: RecipeDraftState;
}

/** What an image is compared with, how, and how much each opinion counts. */
export function OpinionFields({ draft }: OpinionFieldsProps) {
  const { t } = useTranslation('batches');
  return (
    <Stack gap="sm">
      <div>
        <Title order={3} size="sm">
          {t('recipe.opinions.title')}
        </Title>
        <Text size="xs" c="dimmed">
          {t('recipe.opinions.why')}
        </Text>
      </div>
      <Sources draft={draft} />
      <Manner draft={draft} />
      <Weights draft={draft} />
    </Stack>
  );
}

function Sources({ draft: { opinions, setOpinions } }: OpinionFieldsProps) {
  const { t } = useTranslation('batches');
  return (['references', 'consensus'] as const).map((source) => (
    <Switch
      key={source}
      size="sm"
      label={t(`recipe.opinions.${source}`)}
      description={t(`recipe.opinions.about.${source}`)}
      checked={opinions[source] === 'automatic'}
      onChange={(event) => setOpinions({ [source]: event.currentTarget.checked ? 'automatic' : 'off' })}
    />
  ));
}

/** How one compares; of no importance where nothing is compared. */
function Manner({ draft: { opinions, setOpinions, errorOf } }: OpinionFieldsProps) {
  const { t } = useTranslation('batches');
  const isOff = opinions.references === 'off' && opinions.consensus === 'off';
  return (
    <>
      <Select
        label={t('recipe.opinions.alignment')}
        description={t('recipe.opinions.about.alignment')}
        inputWrapperOrder={['label', 'input', 'description', 'error']}
        allowDeselect={false}
        disabled={isOff}
        value={opinions.alignment}
        data={(['automatic', 'on', 'off'] as const).map((value) => ({
          value,
          label: t(`recipe.opinions.alignment-choices.${value}`),
        }))}
        onChange={(value) => value && setOpinions({ alignment: value as OpinionSettings['alignment'] })}
      />
      <Switch
        size="sm"
        label={t('recipe.opinions.rotations')}
        description={t('recipe.opinions.about.rotations')}
        disabled={opinions.references === 'off'}
        checked={opinions.rotations}
        onChange={(event) => setOpinions({ rotations: event.currentTarget.checked })}
      />
      <SimpleGrid cols={2} spacing="sm">
        <Select
          label={t('recipe.opinions.tokens')}
          description={t('recipe.opinions.about.tokens')}
          inputWrapperOrder={['label', 'input', 'description', 'error']}
          allowDeselect={false}
          disabled={isOff}
          value={opinions.tokens}
          data={(['automatic', 'half', 'fine'] as const).map((value) => ({
            value,
            label: t(`recipe.opinions.token-choices.${value}`),
          }))}
          onChange={(value) => value && setOpinions({ tokens: value as OpinionSettings['tokens'] })}
        />
        <NumberInput
          label={t('recipe.opinions.window')}
          description={t('recipe.opinions.about.window')}
          inputWrapperOrder={['label', 'input', 'description', 'error']}
          placeholder={t('recipe.opinions.anywhere')}
          min={0}
          max={64}
          clampBehavior="none"
          disabled={isOff}
          value={opinions.window}
          error={errorOf('window')}
          onChange={(window) => setOpinions({ window })}
        />
      </SimpleGrid>
    </>
  );
}

function Weights({ draft: { opinions, setOpinions, errorOf } }: OpinionFieldsProps) {
  const { t } = useTranslation(['batches', 'app']);
  const { isFixed, weights } = opinions;
  return (
    <Stack gap={6}>
      <Text size="sm" fw={500} id="opinion-weights">
        {t('recipe.opinions.weights')}
      </Text>
      <SegmentedControl
        size="xs"
        aria-labelledby="opinion-weights"
        value={isFixed ? 'fixed' : 'automatic'}
        data={(['automatic', 'fixed'] as const).map((value) => ({
          value,
          label: t(`recipe.opinions.weight-choices.${value}`),
        }))}
        onChange={(value) => setOpinions({ isFixed: value === 'fixed' })}
      />
      <Text size="xs" c="dimmed">
        {t(`recipe.opinions.about.${isFixed ? 'fixed' : 'automatic'}`)}
      </Text>
      {isFixed && (
        <SimpleGrid cols={3} spacing="sm">
          {WEIGHTS.map((weight) => (
            <NumberInput
              key={weight}
              label={t(`app:opinion.name.${weight}`)}
              min={0}
              max={100}
              step={5}
              suffix=" %"
              clampBehavior="none"
              value={weights[weight]}
              error={errorOf(`weight-${weight}`)}
              onChange={(value) => setOpinions({ weights: { ...weights, [weight]: value } })}
            />
          ))}
        </SimpleGrid>
      )}
    </Stack>
  );
}
