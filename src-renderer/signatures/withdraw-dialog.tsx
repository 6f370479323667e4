import { Modal, Text, TextInput } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { SignatureRecord } from '../../src-shared/signature.ts';
import { plainText } from '../i18n/plain-text.ts';
import { usePeople } from '../state/people.ts';
import { useWorkstation } from '../state/workstation.ts';
import { PinForm } from './pin-form.tsx';
import { DIALOG } from './signature-dialog.ts';

interface WithdrawDialogProps {
  /** Null: closed. */
  readonly signature: SignatureRecord | null;
  onClose(): void;
}

/** Takes a signature back: why, and the PIN. */
export function WithdrawDialog({ signature, onClose }: WithdrawDialogProps) {
  const { t } = useTranslation(['signatures', 'app']);
  return (
    <Modal
      {...DIALOG}
      opened={signature !== null}
      onClose={onClose}
      title={t('withdraw-title')}
      closeButtonProps={{ 'aria-label': t('app:close') }}
    >
      {signature && <Form signature={signature} onClose={onClose} />}
    </Modal>
  );
}

function Form({
  signature: { id, printedName, meaning },
  onClose,
}: {
  readonly signature: SignatureRecord;
  onClose(): void;
}) {
  const { t } = useTranslation('signatures');
  const { client } = useWorkstation();
  const me = usePeople((state) => state.me);
  const [reason, setReason] = useState('');
  const withdraw = (pin: string) =>
    client.signatures.withdraw({ id, reason, pin, inspector: me?.name ?? '' });
  return (
    <PinForm action={t('withdraw')} isComplete={reason.trim() !== ''} run={withdraw} onClose={onClose}>
      <Text size="sm">
        {t('withdraw-why', { name: plainText(printedName), meaning: t(`meaning.${meaning}`) })}
      </Text>
      <TextInput
        label={t('reason')}
        data-autofocus
        value={reason}
        maxLength={500}
        onChange={(event) => setReason(event.currentTarget.value)}
      />
    </PinForm>
  );
}
