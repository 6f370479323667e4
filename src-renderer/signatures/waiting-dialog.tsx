import { Button, Loader, Modal, Stack, Text } from '@mantine/core';
import { IconChevronDown, IconChevronRight } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { SignedSubject } from '../../src-shared/signature.ts';
import { failureOf } from '../api/connection.ts';
import { failureText } from '../i18n/failure-text.ts';
import { plainText } from '../i18n/plain-text.ts';
import { usePeople } from '../state/people.ts';
import { useWorkstation } from '../state/workstation.ts';
import { SignaturePanel } from './signature-panel.tsx';

/** Subjects that are listed; of more there is the count. */
const LISTED = 50;

/** What waits for the signature of who is signed in. Nothing is looked up before it is opened. */
export function WaitingDialog({ opened, onClose }: { readonly opened: boolean; onClose(): void }) {
  const { t } = useTranslation(['signatures', 'app']);
  const me = usePeople((state) => state.me);
  const [isSigning, setIsSigning] = useState(false);
  return (
    <Modal
      opened={opened && me !== null}
      onClose={onClose}
      title={t('waiting-for-me')}
      size="lg"
      closeOnEscape={!isSigning}
      closeButtonProps={{ 'aria-label': t('app:close') }}
      centered
    >
      {me && <Waiting name={me.name} onDialog={setIsSigning} />}
    </Modal>
  );
}

function Waiting({ name, onDialog }: { readonly name: string; onDialog(open: boolean): void }) {
  const { t } = useTranslation('signatures');
  const { api } = useWorkstation();
  const { data, error } = useQuery(
    api.signatures.list.queryOptions({ input: { waitingFor: name, limit: LISTED } }),
  );
  if (error) {
    return (
      <Text size="sm" role="alert">
        {failureText(failureOf(error))}
      </Text>
    );
  }
  if (!data) return <Loader size="sm" aria-label={t('waiting-search')} />;
  const { subjects, total } = data;
  if (total === 0) return <Text size="sm">{t('waiting-none')}</Text>;
  return (
    <Stack gap="sm">
      {subjects.map((subject) => (
        <WaitingSubject
          key={`${subject.subject} ${subject.subjectId}`}
          waiting={subject}
          onDialog={onDialog}
        />
      ))}
      {total > subjects.length && (
        <Text size="sm">{t('waiting-more', { count: total - subjects.length })}</Text>
      )}
    </Stack>
  );
}

function WaitingSubject({
  waiting,
  onDialog,
}: {
  readonly waiting: SignedSubject;
  onDialog(open: boolean): void;
}) {
  const { t } = useTranslation('signatures');
  const { subject, subjectId, name, revision, status } = waiting;
  // Looked up one by one: under a report there can be thousands of records.
  const [isShown, show] = useState(false);
  const named = t(`named.${subject}`, { name: plainText(name), revision });
  return (
    <div>
      <Button
        variant="subtle"
        color="gray"
        size="compact-sm"
        aria-expanded={isShown}
        leftSection={isShown ? <IconChevronDown size={14} /> : <IconChevronRight size={14} />}
        onClick={() => show(!isShown)}
      >
        {named} · {t(`status.${status}`)}
      </Button>
      {isShown && <SignaturePanel subject={subject} subjectId={subjectId} onDialog={onDialog} />}
    </div>
  );
}
