import { Alert, Button, CloseButton, FileButton, Group, List, Progress, Text } from '@mantine/core';
import { IconAlertTriangle, IconShieldCheck } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { type AuditHead, type AuditReport, auditHeadSchema } from '../../src-shared/audit.ts';
import { useWorkstation } from '../state/workstation.ts';
import { FailureDetails } from '../ui/failure-details.tsx';
import { LongList } from '../ui/long-list.tsx';
import { useFormat } from '../ui/use-format.ts';
import classes from './audit.module.css';
import { useAuditWords } from './audit-words.ts';
import type { useAuditWork } from './use-audit-work.ts';

type Check = ReturnType<
  typeof useAuditWork<{ readonly phase: 'entries' | 'records' | 'results' }, { readonly report: AuditReport }>
>;

/** The end of the trail, and what a check of it found; a head that was kept can be checked against. */
export function AuditCheck({ check }: { readonly check: Check }) {
  const { t } = useTranslation('audit');
  const { client } = useWorkstation();
  const [isNoHead, setNoHead] = useState(false);
  const reset = useRef<() => void>(null);
  const choose = async (file: File | null) => {
    if (!file) return;
    // The same file can be chosen again.
    reset.current?.();
    const head = headIn(await file.text());
    setNoHead(head === null);
    if (head) void check.start((signal) => client.audit.verify({ head }, { signal }));
  };
  return (
    <div className={classes.check}>
      <Group justify="space-between" wrap="nowrap">
        <Head />
        <FileButton resetRef={reset} accept=".json,application/json" onChange={(file) => void choose(file)}>
          {(props) => (
            <Button {...props} variant="default" size="xs" disabled={check.isRunning}>
              {t('check-head')}
            </Button>
          )}
        </FileButton>
      </Group>
      {isNoHead && (
        <Alert color="red" mt={6} role="alert">
          {t('no-head')}
        </Alert>
      )}
      {check.isRunning && <Running check={check} />}
      {check.failure && (
        <div role="alert">
          <FailureDetails failure={check.failure} />
        </div>
      )}
      {check.end && <Outcome report={check.end.report} onClose={check.stop} />}
    </div>
  );
}

function Head() {
  const { t } = useTranslation('audit');
  const { api } = useWorkstation();
  const format = useFormat();
  const { data } = useQuery(api.audit.head.queryOptions({ refetchOnMount: 'always' }));
  return (
    <div>
      <Text size="xs" c="dimmed">
        {t('supports')}
      </Text>
      <Text size="xs" c="dimmed" className={classes.hash}>
        {data ? t('head', { number: format.count(data.entries), hash: data.hash }) : ' '}
      </Text>
    </div>
  );
}

function Running({ check }: { readonly check: Check }) {
  const { t } = useTranslation('audit');
  const { progress } = check;
  const label = t(`phase.${progress?.phase ?? 'entries'}`);
  return (
    <Group mt={6} wrap="nowrap">
      <Text size="sm">{label}</Text>
      <Progress.Root flex={1}>
        <Progress.Section
          value={progress && progress.total > 0 ? (progress.done / progress.total) * 100 : 0}
          aria-label={label}
        />
      </Progress.Root>
      <Button size="compact-sm" variant="subtle" onClick={check.stop}>
        {t('cancel')}
      </Button>
    </Group>
  );
}

function Outcome({ report, onClose }: { readonly report: AuditReport; onClose(): void }) {
  const { t } = useTranslation('audit');
  const format = useFormat();
  const words = useAuditWords();
  const { head, records, results, findings, found, untrustedFrom, remarks } = report;
  const isWhole = found === 0;
  const counts = {
    entries: format.count(head.entries),
    records: format.count(records),
    results: format.count(results),
  };
  return (
    <Alert
      mt={6}
      role={isWhole ? 'status' : 'alert'}
      data-testid="audit-outcome"
      color={isWhole ? 'green' : 'red'}
      icon={isWhole ? <IconShieldCheck /> : <IconAlertTriangle />}
      title={
        <Group gap="xs" wrap="nowrap">
          {t(isWhole ? 'whole' : 'tampered')}
          <CloseButton size="sm" aria-label={t('close')} onClick={onClose} />
        </Group>
      }
    >
      <Text size="sm">{t('checked', counts)}</Text>
      {untrustedFrom !== null && (
        <Text size="sm" fw={600}>
          {t('untrusted', { entry: untrustedFrom })}
        </Text>
      )}
      {!isWhole && untrustedFrom === null && <Text size="sm">{t('trail-whole')}</Text>}
      {findings.length > 0 && (
        <LongList items={findings} render={(finding) => <Text size="sm">{words.finding(finding)}</Text>} />
      )}
      {found > findings.length && (
        <Text size="sm">{t('more', { number: format.count(found - findings.length) })}</Text>
      )}
      {remarks.length > 0 && (
        <List size="sm" mt={4} aria-label={t('remarks')}>
          {remarks.map((remark) => (
            <List.Item key={JSON.stringify(remark)}>{words.remark(remark)}</List.Item>
          ))}
        </List>
      )}
      {isWhole && (
        <Text size="sm" mt={4}>
          {t('limits')}
        </Text>
      )}
    </Alert>
  );
}

/** A kept head; null: the text is none. */
function headIn(text: string): AuditHead | null {
  try {
    return auditHeadSchema.parse(JSON.parse(text));
  } catch {
    return null;
  }
}
