import { Button, Center, Loader, Select, Stack, Text, Title } from '@mantine/core';
import { IconAdjustments } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { useParams } from 'wouter';
import type { BatchSummaryRow } from '../../src-shared/contract/batches.ts';
import { failureOf } from '../api/connection.ts';
import { fetchReviewTable } from '../api/review-table.ts';
import { plainText } from '../i18n/plain-text.ts';
import { routeTo, useGo } from '../state/routes.ts';
import { useSelectedBatch } from '../state/selected-batch.ts';
import { useSession } from '../state/session.ts';
import { useWorkstation } from '../state/workstation.ts';
import { FailureDetails } from '../ui/failure-details.tsx';
import { Screen } from '../ui/screen.tsx';
import { ThresholdTrial } from './threshold-trial.tsx';
import { liveTableKey, useLiveTable } from './use-live-table.ts';

/** What other thresholds would say of a batch's results. */
export function WhatIfScreen() {
  const { t } = useTranslation(['what-if', 'app']);
  const { api } = useWorkstation();
  const go = useGo();
  const inAddress = useParams<{ batchId?: string }>().batchId;
  const selected = useSelectedBatch((state) => state.id);
  const { data: batches, error } = useQuery(
    api.batches.list.queryOptions({ input: {}, refetchOnMount: 'always' }),
  );
  const wanted = inAddress ? Number(inAddress) : selected;
  const batchId = wanted ?? batches?.find(({ run }) => run !== null && run.done > 0)?.batch.id;
  return (
    <Screen
      title={t('title')}
      beside={
        <Select
          w={360}
          aria-label={t('batch')}
          placeholder={t('batch')}
          searchable
          allowDeselect={false}
          nothingFoundMessage={t('no-batch')}
          value={batchId === undefined ? null : String(batchId)}
          data={(batches ?? []).map(optionOf)}
          onChange={(id) => id && go(routeTo.whatIf(Number(id)))}
        />
      }
    >
      {batchId !== undefined ? (
        <OfBatch key={batchId} batchId={batchId} />
      ) : (
        <Center flex={1}>
          {error ? (
            <div role="alert">
              <FailureDetails failure={failureOf(error)} />
            </div>
          ) : batches ? (
            <Nothing text={t('empty.no-batch')} />
          ) : (
            <Loader aria-label={t('loading')} />
          )}
        </Center>
      )}
    </Screen>
  );
}

function optionOf({ batch }: BatchSummaryRow) {
  return { value: String(batch.id), label: `${plainText(batch.name)} · ${batch.id}` };
}

function Nothing({ text, children }: { readonly text: string; readonly children?: ReactNode }) {
  const { t } = useTranslation('what-if');
  return (
    <Stack align="center" maw={460} ta="center" gap="sm" p="lg">
      <IconAdjustments size={48} stroke={1.1} aria-hidden />
      <Title order={2} size="h4">
        {t('empty.title')}
      </Title>
      <Text c="dimmed">{text}</Text>
      {children}
    </Stack>
  );
}

function OfBatch({ batchId }: { readonly batchId: number }) {
  const { t } = useTranslation(['what-if', 'app']);
  const { client } = useWorkstation();
  const language = useSession((session) => session.language);
  const go = useGo();
  const { data: table, error } = useQuery({
    queryKey: liveTableKey(batchId),
    queryFn: ({ signal }) => fetchReviewTable(client, { batchId, runId: null, language }, signal),
    refetchOnMount: 'always',
  });
  useLiveTable(batchId, table?.run?.run.id);
  if (error && !table) {
    return (
      <Center flex={1}>
        <div role="alert">
          <FailureDetails failure={failureOf(error)} />
        </div>
      </Center>
    );
  }
  if (!table) {
    return (
      <Center flex={1}>
        <Loader aria-label={t('loading')} />
      </Center>
    );
  }
  const { run } = table;
  if (!run || run.done === 0) {
    return (
      <Center flex={1}>
        <Nothing text={t('empty.no-results')}>
          <Button variant="default" onClick={() => go(routeTo.batches())}>
            {t('empty.to-batches')}
          </Button>
        </Nothing>
      </Center>
    );
  }
  return <ThresholdTrial key={run.run.id} table={table} run={run} />;
}
