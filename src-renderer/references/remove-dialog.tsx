import { Button, Group, Modal, Stack, Text } from '@mantine/core';
import { useTranslation } from 'react-i18next';

/** Asks before something is forgotten. */
export function RemoveDialog({
  items,
  onClose,
  onRemove,
}: {
  /** Null: closed. */
  readonly items: readonly number[] | null;
  onClose(): void;
  onRemove(items: readonly number[]): void;
}) {
  const { t } = useTranslation(['references', 'app']);
  const count = items?.length ?? 0;
  return (
    <Modal
      opened={items !== null}
      onClose={onClose}
      title={t('removing.title', { count })}
      closeButtonProps={{ 'aria-label': t('app:close') }}
      centered
    >
      <Stack>
        <Text size="sm">{t('removing.why')}</Text>
        <Group justify="flex-end">
          <Button variant="default" onClick={onClose}>
            {t('app:cancel')}
          </Button>
          <Button data-autofocus onClick={() => items && onRemove(items)}>
            {t('removing.do', { count })}
          </Button>
        </Group>
      </Stack>
    </Modal>
  );
}
