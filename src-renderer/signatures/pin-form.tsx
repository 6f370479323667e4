import { Alert, Button, Group, Stack, TextInput } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import { type FormEvent, type ReactNode, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { PIN_LENGTH } from '../../src-shared/roles.ts';
import { failureOf } from '../api/connection.ts';
import { failureText } from '../i18n/failure-text.ts';
import { useWorkstation } from '../state/workstation.ts';

/** What is done with a PIN that is typed at that moment. */
export function PinForm({
  children,
  action,
  isComplete,
  run,
  onClose,
}: {
  /** Fields above the PIN. */
  readonly children: ReactNode;
  /** What the button says. */
  readonly action: string;
  readonly isComplete: boolean;
  run(pin: string): Promise<unknown>;
  onClose(): void;
}) {
  const { t } = useTranslation(['signatures', 'app']);
  const { api } = useWorkstation();
  const queries = useQueryClient();
  const [pin, setPin] = useState('');
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<string | null>(null);
  const field = useRef<HTMLInputElement>(null);
  const canSubmit = isComplete && pin.length >= PIN_LENGTH.min && !busy;
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    // The form around the panel is another one.
    event.stopPropagation();
    if (!canSubmit) return;
    setBusy(true);
    setProblem(null);
    try {
      await run(pin);
      onClose();
    } catch (error) {
      setProblem(failureText(failureOf(error)));
      field.current?.focus();
    } finally {
      setPin('');
      setBusy(false);
      // Also after a refusal: the record may be another one by now.
      void queries.invalidateQueries({ queryKey: api.signatures.key() });
    }
  };
  return (
    <form onSubmit={(event) => void submit(event)} noValidate>
      <Stack gap="sm">
        {children}
        <TextInput
          ref={field}
          type="password"
          label={t('pin')}
          description={t('pin-why')}
          inputWrapperOrder={['label', 'input', 'description', 'error']}
          value={pin}
          maxLength={PIN_LENGTH.max}
          autoComplete="off"
          onChange={(event) => {
            setPin(event.currentTarget.value);
            setProblem(null);
          }}
        />
        {problem && (
          <Alert color="red" role="alert" p="xs">
            {problem}
          </Alert>
        )}
        <Group justify="flex-end">
          <Button variant="default" onClick={onClose}>
            {t('app:cancel')}
          </Button>
          <Button type="submit" loading={busy} disabled={!canSubmit}>
            {action}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
