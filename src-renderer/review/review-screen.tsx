import { Alert, Button, Center, EmptyState, Group, Loader } from '@mantine/core';
import { IconAlertTriangle, IconPhotoOff } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import { useParams } from 'wouter';
import { failureOf } from '../api/connection.ts';
import { useReviewPosition } from '../state/review-position.ts';
import { routeTo, useGo } from '../state/routes.ts';
import { FailureDetails } from '../ui/failure-details.tsx';
import { BatchReview } from './batch-review.tsx';
import { useReviewTable } from './use-review-table.ts';

/** Screen 2: the images of a batch one by one, with the model's result, the inspector's verdict and annotations. */
export function ReviewScreen() {
  const params = useParams<{ batchId: string; imageId?: string; otherRunId?: string }>();
  const batchId = Number(params.batchId);
  const imageId = params.imageId === undefined ? null : Number(params.imageId);
  const otherRunId = params.otherRunId === undefined ? null : Number(params.otherRunId);
  const { runId } = useReviewPosition(batchId);
  const { t } = useTranslation('review');
  const go = useGo();
  const table = useReviewTable(batchId, runId);
  if (table.data?.list.rows.length === 0) {
    return (
      <EmptyState
        h="100%"
        icon={<IconPhotoOff />}
        title={t('empty.no-images')}
        description={t('empty.no-images-why')}
      >
        <Button onClick={() => go(routeTo.batches())}>{t('empty.to-batches')}</Button>
      </EmptyState>
    );
  }
  if (table.data) {
    const asked = { asked: imageId, askedOther: otherRunId };
    return <BatchReview key={batchId} batchId={batchId} runId={runId} {...asked} data={table.data} />;
  }
  return (
    <Center h="100%" p="xl">
      {table.error ? (
        <Alert color="red" icon={<IconAlertTriangle />} title={t('error.table')} maw={520}>
          <FailureDetails failure={failureOf(table.error)} />
          <Group gap="xs" mt="sm">
            <Button size="xs" variant="default" onClick={() => void table.refetch()}>
              {t('error.again')}
            </Button>
            <Button size="xs" variant="default" onClick={() => go(routeTo.batches())}>
              {t('empty.to-batches')}
            </Button>
          </Group>
        </Alert>
      ) : (
        <Loader aria-label={t('loading')} />
      )}
    </Center>
  );
}
