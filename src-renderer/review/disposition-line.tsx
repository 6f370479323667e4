import { Button, Group, Select } from '@mantine/core';
import { IconFileText } from '@tabler/icons-react';
import { useMutation, useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { dispositionSchema } from '../../src-shared/disposition.ts';
import type { ReviewRow } from '../../src-shared/review-table.ts';
import { plainText } from '../i18n/plain-text.ts';
import type { UserAction } from '../keys/action.ts';
import { KeyHint } from '../keys/key-hint.tsx';
import { useDenied } from '../state/people.ts';
import { useSession } from '../state/session.ts';
import { useWorkstation } from '../state/workstation.ts';
import { useFormat } from '../ui/use-format.ts';
import classes from './disposition-line.module.css';
import { isNonconforming, nonconformanceReport, type ReviewContext } from './review-actions.ts';

interface DispositionLineProps {
  readonly runId: number;
  readonly row: ReviewRow;
  onAction(action: UserAction<ReviewContext>): void;
}

/** What becomes of a nonconforming image, and the way to its report; nothing for the others. */
export function DispositionLine({ runId, row, onAction }: DispositionLineProps) {
  const { t } = useTranslation('review');
  const denied = useDenied();
  if (!isNonconforming(row)) return null;
  return (
    <Group gap={8} wrap="nowrap" align="flex-end" className={classes.line}>
      {row.human === 'reject' && <Disposition key={row.imageId} runId={runId} imageId={row.imageId} />}
      <Button
        size="xs"
        flex="none"
        variant="default"
        leftSection={<IconFileText size={15} />}
        rightSection={<KeyHint action={nonconformanceReport} hidden />}
        {...denied('reports.make')}
        onClick={() => onAction(nonconformanceReport)}
      >
        {t('disposition.report')}
      </Button>
    </Group>
  );
}

function Disposition({ runId, imageId }: { readonly runId: number; readonly imageId: number }) {
  const { t } = useTranslation('review');
  const { api } = useWorkstation();
  const format = useFormat();
  const inspector = useSession((session) => session.inspector);
  const { disabled = false, ...why } = useDenied()('reports.dispose');
  const { data, refetch } = useQuery(api.reports.dispositions.queryOptions({ input: { runId, imageId } }));
  const { mutate, isPending } = useMutation(
    api.reports.dispose.mutationOptions({ onSettled: () => void refetch() }),
  );
  const last = data?.at(-1);
  const value = last && last.disposition !== 'withdrawn' ? last.disposition : null;
  return (
    <Select
      size="xs"
      flex={1}
      label={t('disposition.label')}
      placeholder={t('disposition.none')}
      clearable
      clearButtonProps={{ 'aria-label': t('disposition.withdraw') }}
      disabled={disabled || data === undefined || isPending}
      {...why}
      {...(last && {
        title: t('disposition.by', {
          name: plainText(last.inspector),
          moment: format.moment(last.createdAt),
        }),
      })}
      value={value}
      data={dispositionSchema.options.map((one) => ({ value: one, label: t(`disposition.${one}`) }))}
      onChange={(chosen) => {
        const disposition = dispositionSchema.safeParse(chosen).data ?? 'withdrawn';
        if (disposition !== (value ?? 'withdrawn')) mutate({ runId, imageId, disposition, inspector });
      }}
    />
  );
}
