import { Button, Group, Text } from '@mantine/core';
import { IconDeviceFloppy, IconPencil, IconPlayerPlay } from '@tabler/icons-react';
import { memo } from 'react';
import { useTranslation } from 'react-i18next';
import { useDenied } from '../state/people.ts';
import classes from './what-if.module.css';

/** Makes the thresholds a recipe's next revision. */
export const SavePanel = memo(function SavePanel({
  isSame,
  isSaving,
  onSave,
  onEdit,
}: {
  /** The thresholds are those of the run. */
  readonly isSame: boolean;
  readonly isSaving: boolean;
  onSave(again: boolean): void;
  onEdit(): void;
}) {
  const { t } = useTranslation('what-if');
  const denied = useDenied()('recipes.save');
  return (
    <div className={classes.save}>
      <Text size="xs" c="dimmed">
        {t('save.about')}
      </Text>
      {denied.title && <Text size="xs">{denied.title}</Text>}
      <Button
        leftSection={<IconDeviceFloppy size={16} />}
        disabled={isSame}
        loading={isSaving}
        {...denied}
        onClick={() => onSave(false)}
      >
        {t('save.revision')}
      </Button>
      <Group grow gap="xs">
        <Button
          variant="default"
          size="xs"
          leftSection={<IconPlayerPlay size={15} />}
          disabled={isSame || isSaving}
          {...denied}
          onClick={() => onSave(true)}
        >
          {t('save.again')}
        </Button>
        <Button variant="default" size="xs" leftSection={<IconPencil size={15} />} onClick={onEdit}>
          {t('save.edit')}
        </Button>
      </Group>
    </div>
  );
});
