import { ActionIcon, Alert, Button, Group, Kbd, Modal, Table, Text, Tooltip } from '@mantine/core';
import { IconRotate } from '@tabler/icons-react';
import { useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { ACTIONS, type ActionId } from '../keys/actions.ts';
import { chordOf, conflicts, keysOf } from '../keys/bindings.ts';
import { useSession } from '../state/session.ts';

const SCOPES = ['app', 'batches', 'review', 'models'] as const;

/** All keys, and the place to change them: click one, press another. */
export function ShortcutsDialog({ opened, onClose }: { readonly opened: boolean; onClose(): void }) {
  const { t } = useTranslation();
  const [waiting, setWaiting] = useState<ActionId | null>(null);
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
  readonly waiting: ActionId | null;
  onWait(action: ActionId | null): void;
}

function Shortcuts({ waiting, onWait }: ShortcutsProps) {
  const { t } = useTranslation();
  const { bindings, set } = useSession();
  useEffect(() => {
    if (!waiting) return;
    const listen = (event: KeyboardEvent) => {
      event.preventDefault();
      event.stopPropagation();
      const chord = chordOf(event);
      if (chord === null) return;
      if (chord !== 'Escape') set({ bindings: { ...bindings, [waiting]: chord } });
      onWait(null);
    };
    window.addEventListener('keydown', listen, true);
    return () => window.removeEventListener('keydown', listen, true);
  }, [waiting, bindings, set, onWait]);
  const clashes = conflicts(bindings);
  const reset = (action: ActionId) => {
    const { [action]: _, ...rest } = bindings;
    set({ bindings: rest });
  };
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
      {clashes.map(([a, b, key]) => (
        <Alert key={`${a} ${b}`} color="yellow" mb="xs" p="xs">
          {t('shortcuts.conflict', { key, first: t(`actions.${a}`), second: t(`actions.${b}`) })}
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
            {actionsOf(scope).map((action) => (
              <Table.Tr key={action}>
                <Table.Td>{t(`actions.${action}`)}</Table.Td>
                <Table.Td w={260}>
                  <Group gap={6} justify="flex-end">
                    {action in bindings && (
                      <Tooltip label={t('shortcuts.reset')}>
                        <ActionIcon
                          variant="subtle"
                          size="sm"
                          aria-label={t('shortcuts.reset')}
                          onClick={() => reset(action)}
                        >
                          <IconRotate size={14} />
                        </ActionIcon>
                      </Tooltip>
                    )}
                    <Button
                      variant={waiting === action ? 'filled' : 'subtle'}
                      color={waiting === action ? 'blue' : 'gray'}
                      size="compact-sm"
                      styles={{ label: { overflow: 'visible' } }}
                      aria-label={t('shortcuts.change', {
                        action: t(`actions.${action}`),
                        keys: waiting === action ? t('shortcuts.press') : keysOf(action, bindings).join(' '),
                      })}
                      onClick={() => onWait(action)}
                    >
                      {waiting === action
                        ? t('shortcuts.press')
                        : keysOf(action, bindings).map((key) => (
                            <Kbd key={key} ml={4}>
                              {key}
                            </Kbd>
                          ))}
                    </Button>
                  </Group>
                </Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      ))}
    </>
  );
}

function actionsOf(scope: (typeof SCOPES)[number]): ActionId[] {
  return (Object.keys(ACTIONS) as ActionId[]).filter((id) => ACTIONS[id].scope === scope);
}
