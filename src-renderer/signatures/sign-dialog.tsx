import { Code, Modal, Radio, Stack, Text } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { SignatureMeaning, SignedSubject } from '../../src-shared/signature.ts';
import { plainText } from '../i18n/plain-text.ts';
import { usePeople } from '../state/people.ts';
import { useWorkstation } from '../state/workstation.ts';
import { PinForm } from './pin-form.tsx';
import { DIALOG } from './signature-dialog.ts';

interface SignDialogProps {
  readonly signed: SignedSubject;
  /** With which who is signed in may sign. */
  readonly meanings: readonly SignatureMeaning[];
  readonly opened: boolean;
  onClose(): void;
}

/** What is signed, as what, and the PIN. */
export function SignDialog({ opened, onClose, ...form }: SignDialogProps) {
  const { t } = useTranslation(['signatures', 'app']);
  return (
    <Modal
      {...DIALOG}
      opened={opened}
      onClose={onClose}
      title={t('sign-title')}
      closeButtonProps={{ 'aria-label': t('app:close') }}
    >
      <Form {...form} onClose={onClose} />
    </Modal>
  );
}

function Form({ signed, meanings, onClose }: Omit<SignDialogProps, 'opened'>) {
  const { t } = useTranslation(['signatures', 'app']);
  const { client } = useWorkstation();
  const me = usePeople((state) => state.me);
  // As it was shown when the dialog opened: what changes meanwhile is not what was seen.
  const [{ subject, subjectId, recordHash }] = useState(signed);
  const [meaning, setMeaning] = useState<SignatureMeaning | null>(
    meanings.length === 1 ? meanings[0]! : null,
  );
  if (!me || recordHash === null) return null;
  const sign = (pin: string) =>
    client.signatures.sign({ subject, subjectId, recordHash, meaning: meaning!, pin, inspector: me.name });
  return (
    <PinForm action={t('sign-do')} isComplete={meaning !== null} run={sign} onClose={onClose}>
      <Text size="sm">
        {t(`named.${subject}`, { name: plainText(signed.name), revision: signed.revision })}
      </Text>
      <Text size="xs" c="dimmed">
        {t('record-hash')} <Code title={recordHash}>{recordHash.slice(0, 16)}…</Code>
      </Text>
      <Text size="sm">
        {t('sign-why', { name: plainText(me.name), role: t(`app:people.roles.${me.role}`) })}
      </Text>
      <Radio.Group
        label={t('meaning-label')}
        value={meaning}
        onChange={(value) => setMeaning(value as SignatureMeaning)}
      >
        <Stack gap={6} mt={6}>
          {meanings.map((one, i) => (
            <Radio
              key={one}
              value={one}
              label={t(`meaning.${one}`)}
              description={t(`meaning-about.${one}`)}
              data-autofocus={i === 0 || undefined}
            />
          ))}
        </Stack>
      </Radio.Group>
    </PinForm>
  );
}
