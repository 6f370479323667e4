import { Alert, Button, Group, Modal, NumberInput, Stack, Text, TextInput, Title } from '@mantine/core';
import { useMutation, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Batch } from '../../src-shared/batch.ts';
import type { StudyOverview } from '../../src-shared/contract/studies.ts';
import { STUDY_ROUNDS, STUDY_SIZE } from '../../src-shared/study.ts';
import { failureOf } from '../api/connection.ts';
import { plainText } from '../i18n/plain-text.ts';
import { useDenied } from '../state/people.ts';
import { routeTo, useGo } from '../state/routes.ts';
import { useSession } from '../state/session.ts';
import { useWorkstation } from '../state/workstation.ts';
import { FailureDetails } from '../ui/failure-details.tsx';
import { PlainName } from '../ui/plain-name.tsx';
import { useFormat } from '../ui/use-format.ts';
import classes from './studies.module.css';

/** The agreement studies of a batch, and a new one. */
export function StudyDialog({
  batch,
  images,
  onClose,
}: {
  /** Null: closed. */
  readonly batch: Batch | null;
  readonly images: number;
  onClose(): void;
}) {
  const { t } = useTranslation(['studies', 'app']);
  return (
    <Modal
      opened={batch !== null}
      onClose={onClose}
      title={t('title', { name: plainText(batch?.name ?? '') })}
      size="lg"
      closeButtonProps={{ 'aria-label': t('app:close') }}
    >
      {batch && <Studies batchId={batch.id} images={images} onClose={onClose} />}
    </Modal>
  );
}

function Studies({
  batchId,
  images,
  onClose,
}: {
  readonly batchId: number;
  readonly images: number;
  onClose(): void;
}) {
  const { t } = useTranslation('studies');
  const { api } = useWorkstation();
  const inspector = useSession((session) => session.inspector);
  const reason = useDenied()('studies.create').title;
  const { data: studies, error } = useQuery(
    api.studies.list.queryOptions({ input: { batchId }, refetchOnMount: 'always' }),
  );
  return (
    <Stack gap="md">
      <Text size="sm">{t('why')}</Text>
      {error && (
        <div role="alert">
          <FailureDetails failure={failureOf(error)} />
        </div>
      )}
      {studies && studies.length > 0 && (
        <section>
          <Title order={3} size="h5">
            {t('existing')}
          </Title>
          <ul className={classes.studies}>
            {studies.map((row) => (
              <StudyRow key={row.study.id} row={row} inspector={inspector} />
            ))}
          </ul>
        </section>
      )}
      <Title order={3} size="h5">
        {t('new')}
      </Title>
      {reason ? (
        <Text size="sm">{reason}</Text>
      ) : (
        <NewStudy batchId={batchId} images={images} onClose={onClose} />
      )}
    </Stack>
  );
}

function NewStudy({
  batchId,
  images,
  onClose,
}: {
  readonly batchId: number;
  readonly images: number;
  onClose(): void;
}) {
  const { t } = useTranslation(['studies', 'app']);
  const format = useFormat();
  const go = useGo();
  const { client } = useWorkstation();
  const inspector = useSession((session) => session.inspector);
  const [name, setName] = useState(() =>
    t('default-name', { date: format.moment(new Date().toISOString()) }),
  );
  const [size, setSize] = useState<number>(STUDY_SIZE.proposed);
  const [rounds, setRounds] = useState<number>(STUDY_ROUNDS.min);
  const create = useMutation({
    mutationFn: () => client.studies.create({ batchId, name, size, rounds, inspector }),
    onSuccess: ({ study }) => go(routeTo.study(study.id)),
  });
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        create.mutate();
      }}
    >
      <Stack gap="sm">
        <TextInput
          label={t('name')}
          value={name}
          maxLength={500}
          required
          data-autofocus
          onChange={(event) => setName(event.currentTarget.value)}
        />
        <Group grow align="flex-start">
          <NumberInput
            label={t('size')}
            description={t('size-hint')}
            value={size}
            min={STUDY_SIZE.min}
            max={STUDY_SIZE.max}
            clampBehavior="blur"
            allowDecimal={false}
            inputWrapperOrder={['label', 'input', 'description', 'error']}
            onChange={(value) => setSize(Number(value))}
          />
          <NumberInput
            label={t('rounds')}
            value={rounds}
            min={STUDY_ROUNDS.min}
            max={STUDY_ROUNDS.max}
            clampBehavior="strict"
            allowDecimal={false}
            onChange={(value) => setRounds(Number(value))}
          />
        </Group>
        {images < STUDY_SIZE.min && (
          <Alert color="yellow" p="xs">
            {t('few', { number: format.count(images) })}
          </Alert>
        )}
        <Group justify="flex-end">
          <Button variant="default" onClick={onClose}>
            {t('app:cancel')}
          </Button>
          <Button type="submit" disabled={name.trim() === ''} loading={create.isPending}>
            {t('create')}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}

function StudyRow({ row, inspector }: { readonly row: StudyOverview; readonly inspector: string }) {
  const { t } = useTranslation('studies');
  const format = useFormat();
  const go = useGo();
  const denied = useDenied();
  const { study, inspectors } = row;
  const own = inspectors.find((row) => row.inspector === inspector);
  const isThrough = own !== undefined && own.done === own.total;
  const facts = { images: format.count(study.images), rounds: format.count(study.rounds) };
  const progress = inspectors.map((one) => t('progress-of', { ...one, inspector: plainText(one.inspector) }));
  return (
    <li className={classes.study}>
      <div style={{ minWidth: 0 }}>
        <PlainName size="sm" fw={600}>
          {study.name}
        </PlainName>
        <Text size="xs" className={classes.quiet}>
          {t('facts', { ...facts, date: format.moment(study.createdAt) })}
        </Text>
        <Text size="xs" className={classes.quiet}>
          {progress.length > 0 ? progress.join(' · ') : t('nobody')}
        </Text>
      </div>
      <Group gap={6} wrap="nowrap">
        {!isThrough && (
          <Button size="xs" onClick={() => go(routeTo.study(study.id))}>
            {t(own ? 'go-on' : 'take-part')}
          </Button>
        )}
        <Button
          size="xs"
          variant="default"
          disabled={own !== undefined && !isThrough}
          {...denied('studies.results')}
          onClick={() => go(routeTo.studyResults(study.id))}
        >
          {t('results')}
        </Button>
      </Group>
    </li>
  );
}
