import { Button, Group, Text } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { useMutation } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import classes from './batches.module.css';
import { rememberStep, undoStep } from './undo.ts';

/** A change, and what takes it back. */
export interface UndoableChange {
  readonly name: string;
  /** Says what was done. */
  readonly message: string;
  act(): Promise<unknown>;
  undo(): Promise<unknown>;
}

/** Changes that can be taken back: with the message that tells of them, or the newest with a key. */
export function useUndoable() {
  const { t } = useTranslation('batches');
  const { mutate } = useMutation({ mutationFn: (act: () => Promise<unknown>) => act() });
  const change = ({ name, message, act, undo }: UndoableChange) =>
    mutate(async () => {
      await act();
      const id = `${name}-${Date.now()}`;
      rememberStep(id, () => {
        notifications.hide(id);
        return undo();
      });
      notifications.show({
        id,
        autoClose: 10_000,
        withCloseButton: true,
        message: (
          <Group justify="space-between" wrap="nowrap">
            <Text size="sm" lineClamp={2}>
              {message}
            </Text>
            <Button
              variant="light"
              size="compact-sm"
              className={classes.noShrink}
              onClick={() => mutate(() => undoStep(id))}
            >
              {t('undo')}
            </Button>
          </Group>
        ),
      });
    });
  return { change, undoNewest: () => mutate(() => undoStep()) };
}
