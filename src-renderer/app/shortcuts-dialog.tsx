import { ActionIcon, Alert, Button, Group, Kbd, Modal, Table, Text, Tooltip } from '@mantine/core';
import { IconRotate } from '@tabler/icons-react';
import { useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { type AnyAction, SCOPES } from '../keys/action.ts';
import { chordOf, conflicts, keysOf } from '../keys/bindings.ts';
import { useSession } from '../state/session.ts';
import { ALL_ACTIONS } from './all-actions.ts';

/** All keys, and the place to change them: click one, press another. */
export function ShortcutsDialog({ opened, onClose }: { readonly opened: boolean; onClose(): void }) {
  const { t } = useTranslation();
  const [waiting, setWaiting] = useState<AnyAction | null>(null);
  const close = () => {
    setWaiting(null);
    onClose();
  };
  return (
    <Modal
      opened={opened}
      onClose={close}
      title={t('shortcuts.title')}
      size="xl"
      closeButtonProps={{ 'aria-label': t('close') }}
      closeOnEscape={waiting === null}
    >
      <Shortcuts waiting={waiting} onWait={setWaiting} />
    </Modal>
  );
}

interface ShortcutsProps {
  /** The action whose new key is to be pressed. */
  readonly waiting: AnyAction | null;
  onWait(action: AnyAction | null): void;
}

function Shortcuts({ waiting, onWait }: ShortcutsProps) {
  const { t } = useTranslation();
  const { bindings, set } = useSession();
  useNewKey(waiting, onWait);
  return (
    <>
      <Group justify="space-between" mb="sm">
        <Text size="sm" c="dimmed">
          {t('shortcuts.how')}
        </Text>
        <Button
          variant="default"
          size="xs"
          disabled={Object.keys(bindings).length === 0}
          onClick={() => set({ bindings: {} })}
        >
          {t('shortcuts.reset-all')}
        </Button>
      </Group>
      {conflicts(ALL_ACTIONS, bindings).map(([a, b, key]) => (
        <Alert key={`${a.id} ${b.id}`} color="yellow" mb="xs" p="xs">
          {t('shortcuts.conflict', { key, first: t(`actions.${a.id}`), second: t(`actions.${b.id}`) })}
        </Alert>
      ))}
      {SCOPES.map((scope) => (
        <Table key={scope} verticalSpacing={4} mb="md">
          <Table.Thead>
            <Table.Tr>
              <Table.Th colSpan={2}>{t(`shortcuts.scopes.${scope}`)}</Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {ALL_ACTIONS.filter((action) => action.scope === scope).map((action) => (
              <Shortcut
                key={action.id}
                action={action}
                isWaiting={waiting === action}
                onWait={() => onWait(action)}
              />
            ))}
          </Table.Tbody>
        </Table>
      ))}
    </>
  );
}

/** Binds the next key that is pressed to the action that waits for one; Escape leaves it as it is. */
function useNewKey(waiting: AnyAction | null, onWait: ShortcutsProps['onWait']): void {
  const { bindings, set } = useSession();
  useEffect(() => {
    if (!waiting) return;
    const listen = (event: KeyboardEvent) => {
      event.preventDefault();
      event.stopPropagation();
      const chord = chordOf(event);
      if (chord === null) return;
      if (chord !== 'Escape') set({ bindings: { ...bindings, [waiting.id]: chord } });
      onWait(null);
    };
    window.addEventListener('keydown', listen, true);
    return () => window.removeEventListener('keydown', listen, true);
  }, [waiting, bindings, set, onWait]);
}

function Shortcut({
  action,
  isWaiting,
  onWait,
}: {
  readonly action: AnyAction;
  readonly isWaiting: boolean;
  onWait(): void;
}) {
  const { t } = useTranslation();
  const { bindings, set } = useSession();
  const name = t(`actions.${action.id}`);
  const keys = keysOf(action, bindings);
  const reset = () => {
    const { [action.id]: _, ...rest } = bindings;
    set({ bindings: rest });
  };
  return (
    <Table.Tr>
      <Table.Td>{name}</Table.Td>
      <Table.Td w={260}>
        <Group gap={6} justify="flex-end">
          {action.id in bindings && (
            <Tooltip label={t('shortcuts.reset')}>
              <ActionIcon variant="subtle" size="sm" aria-label={t('shortcuts.reset')} onClick={reset}>
                <IconRotate size={14} />
              </ActionIcon>
            </Tooltip>
          )}
          <Button
            variant={isWaiting ? 'filled' : 'subtle'}
            color={isWaiting ? 'blue' : 'gray'}
            size="compact-sm"
            styles={{ label: { overflow: 'visible' } }}
            aria-label={t('shortcuts.change', {
              action: name,
              keys: isWaiting ? t('shortcuts.press') : keys.join(' '),
            })}
            onClick={onWait}
          >
            {isWaiting
              ? t('shortcuts.press')
              : keys.map((key) => (
                  <Kbd key={key} ml={4}>
                    {key}
                  </Kbd>
                ))}
          </Button>
        </Group>
      </Table.Td>
    </Table.Tr>
  );
}
