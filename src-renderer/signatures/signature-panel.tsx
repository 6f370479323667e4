import { Badge, Button, Group, Stack, Text, Title } from '@mantine/core';
import { IconSignature } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useId, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { SignatureSubject, SignedSubject } from '../../src-shared/signature.ts';
import { failureOf } from '../api/connection.ts';
import { failureText } from '../i18n/failure-text.ts';
import { useWorkstation } from '../state/workstation.ts';
import { SignDialog } from './sign-dialog.tsx';
import { SignatureEntry } from './signature-entry.tsx';
import classes from './signatures.module.css';
import { STATUS_COLOURS } from './state-colours.ts';
import { useMaySign } from './use-may-sign.ts';
import { WithdrawDialog } from './withdraw-dialog.tsx';

interface SignaturePanelProps {
  readonly subject: SignatureSubject;
  /** Hash of a recipe; id of a report or lot. */
  readonly subjectId: string;
  /** True while a dialog of the panel is open, which Escape is meant for. */
  onDialog?(open: boolean): void;
}

/** Who signed a record, whether that still holds, and what else it takes. */
export function SignaturePanel({ subject, subjectId, onDialog = () => {} }: SignaturePanelProps) {
  const { t } = useTranslation('signatures');
  const { api } = useWorkstation();
  const titleId = useId();
  const { data, error } = useQuery(api.signatures.of.queryOptions({ input: { subject, subjectId } }));
  return (
    <Stack gap="xs" component="section" aria-labelledby={titleId}>
      <Group justify="space-between">
        <Title order={3} size="sm" id={titleId}>
          {t('title')}
        </Title>
        {data && (
          <Badge variant="light" color={STATUS_COLOURS[data.status]} data-status={data.status}>
            {t(`status.${data.status}`)}
          </Badge>
        )}
      </Group>
      {error && (
        <Text size="sm" role="alert">
          {failureText(failureOf(error))}
        </Text>
      )}
      {data && <Signatures signed={data} onDialog={onDialog} />}
    </Stack>
  );
}

function Signatures({ signed, onDialog }: { readonly signed: SignedSubject; onDialog(open: boolean): void }) {
  const { t } = useTranslation('signatures');
  const { meanings, denied, canWithdraw } = useMaySign(signed);
  const [dialog, setDialog] = useState<'sign' | number | null>(null);
  const show = (next: 'sign' | number | null) => {
    setDialog(next);
    onDialog(next !== null);
  };
  const { signatures, status, missing } = signed;
  return (
    <>
      {signatures.length === 0 && (
        <Text size="sm" c="dimmed">
          {t(signed.twoPeople ? 'none-of-two' : 'none')}
        </Text>
      )}
      <ol className={classes.signatures}>
        {signatures.map((signature) => (
          <SignatureEntry
            key={signature.id}
            signature={signature}
            {...(canWithdraw(signature) && { onWithdraw: () => show(signature.id) })}
          />
        ))}
      </ol>
      {status === 'waiting' && (
        <Text size="sm" role="status">
          {t('waiting', { meanings: missing.map((meaning) => t(`meaning.${meaning}`)).join(t('or')) })}
        </Text>
      )}
      <Group>
        <Button
          size="xs"
          variant="light"
          leftSection={<IconSignature size={15} />}
          onClick={() => show('sign')}
          {...denied}
        >
          {t('sign')}
        </Button>
        {denied.title && (
          <Text size="xs" c="dimmed" aria-hidden>
            {denied.title}
          </Text>
        )}
      </Group>
      <SignDialog signed={signed} meanings={meanings} opened={dialog === 'sign'} onClose={() => show(null)} />
      <WithdrawDialog
        signature={signatures.find(({ id }) => id === dialog) ?? null}
        onClose={() => show(null)}
      />
    </>
  );
}
