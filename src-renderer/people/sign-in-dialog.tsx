import { Alert, Button, Modal, NativeSelect, Stack, Text, TextInput } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import { type FormEvent, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { PIN_LENGTH } from '../../src-shared/roles.ts';
import { failureOf } from '../api/connection.ts';
import { failureText } from '../i18n/failure-text.ts';
import { plainText } from '../i18n/plain-text.ts';
import { signIn, usePeople } from '../state/people.ts';
import { useSession } from '../state/session.ts';
import { useWorkstation } from '../state/workstation.ts';

/** Stands before everything while the workspace has people and none of them is signed in. */
export function SignInDialog() {
  const { t } = useTranslation();
  const isOpen = usePeople(({ people, me }) => people.length > 0 && me === null);
  return (
    <Modal
      opened={isOpen}
      onClose={() => {}}
      withCloseButton={false}
      closeOnEscape={false}
      closeOnClickOutside={false}
      zIndex={400}
      transitionProps={{ duration: 0 }}
      title={t('people.sign-in')}
      // Blurring the whole window would keep a processor without a graphics card busy at each blink of the caret.
      overlayProps={{ color: 'var(--mantine-color-body)', backgroundOpacity: 1 }}
      centered
    >
      <Form />
    </Modal>
  );
}

function Form() {
  const { t } = useTranslation();
  const { client } = useWorkstation();
  const queries = useQueryClient();
  const { people, idledOut } = usePeople();
  const inspector = useSession((session) => session.inspector);
  const [chosen, setChosen] = useState<string | null>(null);
  const [pin, setPin] = useState('');
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<string | null>(null);
  const field = useRef<HTMLInputElement>(null);
  const known = people.find(({ name }) => name === (chosen ?? inspector)) ?? people[0];
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    if (!known || pin.length < PIN_LENGTH.min || busy) return;
    setBusy(true);
    setProblem(null);
    try {
      await signIn(client, known.name, pin);
      // What was refused while nobody was signed in is asked for again.
      void queries.resetQueries({ predicate: ({ state }) => state.status === 'error' });
    } catch (error) {
      setProblem(failureText(failureOf(error)));
      field.current?.focus();
    } finally {
      setPin('');
      setBusy(false);
    }
  };
  return (
    <form onSubmit={(event) => void submit(event)}>
      <Stack>
        <Text size="sm" role={idledOut === null ? undefined : 'status'}>
          {idledOut === null ? t('people.why') : t('people.idled-out', { count: idledOut })}
        </Text>
        <NativeSelect
          label={t('people.who')}
          value={known?.name ?? ''}
          data={people.map(({ name, role }) => ({
            value: name,
            label: t('people.signed-in', { name: plainText(name), role: t(`people.roles.${role}`) }),
          }))}
          onChange={(event) => {
            setChosen(event.currentTarget.value);
            setProblem(null);
          }}
        />
        <TextInput
          ref={field}
          type="password"
          label={t('people.pin')}
          value={pin}
          maxLength={PIN_LENGTH.max}
          autoComplete="off"
          data-autofocus
          onChange={(event) => setPin(event.currentTarget.value)}
        />
        {problem && (
          <Alert color="red" role="alert" p="xs">
            {problem}
          </Alert>
        )}
        <Button type="submit" loading={busy} disabled={pin.length < PIN_LENGTH.min}>
          {t('people.in')}
        </Button>
        <Text size="xs" c="dimmed">
          {t('people.forgotten')}
        </Text>
      </Stack>
    </form>
  );
}
