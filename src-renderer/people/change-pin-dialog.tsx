import { Button, Group, Modal, Stack, Text, TextInput } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { type FormEvent, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { PIN_LENGTH } from '../../src-shared/roles.ts';
import { failureOf } from '../api/connection.ts';
import { failureText } from '../i18n/failure-text.ts';
import { usePeople } from '../state/people.ts';
import { useWorkstation } from '../state/workstation.ts';

/** A new PIN of one's own: whoever knows the present one. */
export function ChangePinDialog({ opened, onClose }: { readonly opened: boolean; onClose(): void }) {
  const { t } = useTranslation();
  const me = usePeople((state) => state.me);
  return (
    <Modal
      opened={opened && me !== null}
      onClose={onClose}
      title={t('people.change-pin')}
      size="sm"
      closeButtonProps={{ 'aria-label': t('close') }}
      centered
    >
      {me && <Form inspector={me.name} onClose={onClose} />}
    </Modal>
  );
}

const EMPTY = { present: '', pin: '', again: '' };

function Form({ inspector, onClose }: { readonly inspector: string; onClose(): void }) {
  const { t } = useTranslation();
  const { client } = useWorkstation();
  const [typed, setTyped] = useState(EMPTY);
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<string | null>(null);
  const first = useRef<HTMLInputElement>(null);
  const { present, pin, again } = typed;
  const differs = again !== '' && !pin.startsWith(again);
  const isComplete = [present, pin].every(({ length }) => length >= PIN_LENGTH.min) && pin === again;
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    if (!isComplete || busy) return;
    setBusy(true);
    setProblem(null);
    try {
      await client.people.changePin({ present, pin, inspector });
      notifications.show({ message: t('people.pin-changed') });
      onClose();
    } catch (error) {
      setProblem(failureText(failureOf(error)));
      setTyped({ ...typed, present: '' });
      first.current?.focus();
    } finally {
      setBusy(false);
    }
  };
  const field = (name: keyof typeof EMPTY) => ({
    type: 'password',
    required: true,
    withAsterisk: false,
    value: typed[name],
    maxLength: PIN_LENGTH.max,
    onChange: (event: { currentTarget: HTMLInputElement }) => {
      setTyped({ ...typed, [name]: event.currentTarget.value });
      setProblem(null);
    },
  });
  return (
    <form onSubmit={(event) => void submit(event)}>
      <Stack gap="sm">
        <TextInput
          ref={first}
          label={t('people.pin-present')}
          autoComplete="current-password"
          data-autofocus
          error={problem}
          {...field('present')}
        />
        <TextInput
          label={t('people.pin-own')}
          description={t('people.pin-least', { count: PIN_LENGTH.min })}
          inputWrapperOrder={['label', 'input', 'description', 'error']}
          autoComplete="new-password"
          {...field('pin')}
        />
        <TextInput
          label={t('people.pin-again')}
          autoComplete="new-password"
          error={differs && t('people.pin-differs')}
          {...field('again')}
        />
        <Text size="xs" c="dimmed">
          {t('people.pin-elsewhere')}
        </Text>
        <Group justify="flex-end">
          <Button variant="default" onClick={onClose}>
            {t('cancel')}
          </Button>
          <Button type="submit" loading={busy} disabled={!isComplete}>
            {t('people.save-pin')}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
