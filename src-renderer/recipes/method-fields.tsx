import { Checkbox, type ComboboxItem, Select, Stack, Text } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { METHODS, type MethodName } from '../../src-shared/method.ts';
import { methodName } from '../../src-shared/method-text.ts';
import { useSession } from '../state/session.ts';
import { chosenMethod } from './method-draft.ts';
import classes from './method-fields.module.css';
import type { RecipeDraftState } from './use-recipe-draft.ts';

/** What makes the map, and whether SAM refines it. What the pack cannot run is listed with the reason. */
export function MethodFields({
  draft: { method, setMethod, methodLacks },
}: {
  readonly draft: Pick<RecipeDraftState, 'method' | 'setMethod' | 'methodLacks'>;
}) {
  const { t } = useTranslation('batches');
  const language = useSession((session) => session.language);
  const { name, refine } = method;
  const lackOf = (of: MethodName) => {
    const lack = methodLacks.get(of);
    return lack && t(`recipe.method.lack.${lack}`);
  };
  const about = (of: MethodName) => t(`recipe.method.about.${of}`);
  return (
    <Stack gap={8}>
      <Select
        label={t('recipe.method.label')}
        description={about(name)}
        inputWrapperOrder={['label', 'input', 'description', 'error']}
        value={name}
        error={lackOf(name)}
        allowDeselect={false}
        maxDropdownHeight={360}
        classNames={{ option: classes.option ?? '' }}
        data={METHODS.map((value) => ({
          value,
          label: methodName(value, language),
          disabled: methodLacks.has(value),
        }))}
        renderOption={({ option }) => (
          <Choice
            option={option}
            about={about(option.value as MethodName)}
            lack={lackOf(option.value as MethodName)}
          />
        )}
        onChange={(value) => value && setMethod(chosenMethod(value as MethodName))}
      />
      <Checkbox
        size="sm"
        label={t('recipe.method.refine')}
        description={t('recipe.method.about-refine')}
        checked={refine}
        onChange={(event) => setMethod({ name, refine: event.currentTarget.checked })}
      />
    </Stack>
  );
}

function Choice({
  option,
  about,
  lack,
}: {
  readonly option: ComboboxItem;
  readonly about: string;
  readonly lack: string | undefined;
}) {
  return (
    <div>
      <Text size="sm" {...(lack !== undefined && { c: 'dimmed' })}>
        {option.label}
      </Text>
      <Text size="xs" c="dimmed">
        {lack ?? about}
      </Text>
    </div>
  );
}
