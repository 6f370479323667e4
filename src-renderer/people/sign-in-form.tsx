import { Alert, Button, NativeSelect, Stack, Text, TextInput } from '@mantine/core';
import { type FormEvent, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { type Inspector, PIN_LENGTH } from '../../src-shared/roles.ts';
import { failureOf } from '../api/connection.ts';
import { failureText } from '../i18n/failure-text.ts';
import { plainText } from '../i18n/plain-text.ts';
import { usePeople } from '../state/people.ts';
import { useSession } from '../state/session.ts';

/** Name and PIN. What is wrong with them is said here. */
export function SignInForm({
  people,
  signIn,
}: {
  /** Who may sign in; null: that is not told here, and the name is typed. */
  readonly people: readonly Inspector[] | null;
  /** @throws ClipSamError why not */
  signIn(name: string, pin: string): Promise<void>;
}) {
  const { t } = useTranslation();
  const idledOut = usePeople((state) => state.idledOut);
  const inspector = useSession((session) => session.inspector);
  const [chosen, setChosen] = useState<string | null>(null);
  const [pin, setPin] = useState('');
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<string | null>(null);
  const field = useRef<HTMLInputElement>(null);
  const wanted = chosen ?? inspector;
  const known = people && (people.find(({ name }) => name === wanted) ?? people[0]);
  const name = (people ? known?.name : wanted)?.trim() ?? '';
  const choose = (to: string) => {
    setChosen(to);
    setProblem(null);
  };
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    if (name === '' || pin.length < PIN_LENGTH.min || busy) return;
    setBusy(true);
    setProblem(null);
    try {
      await signIn(name, pin);
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
        {people ? (
          <NativeSelect
            label={t('people.who')}
            value={name}
            data={people.map((one) => ({
              value: one.name,
              label: t('people.signed-in', {
                name: plainText(one.name),
                role: t(`people.roles.${one.role}`),
              }),
            }))}
            onChange={(event) => choose(event.currentTarget.value)}
          />
        ) : (
          <TextInput
            label={t('people.who')}
            value={wanted}
            maxLength={100}
            autoComplete="off"
            onChange={(event) => choose(event.currentTarget.value)}
          />
        )}
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
        <Button type="submit" loading={busy} disabled={name === '' || pin.length < PIN_LENGTH.min}>
          {t('people.in')}
        </Button>
        <Text size="xs" c="dimmed">
          {t('people.forgotten')}
        </Text>
      </Stack>
    </form>
  );
}
