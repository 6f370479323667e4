import { Badge, Button, Group, List, Paper, Progress, Stack, Text, Title } from '@mantine/core';
import { IconPlayerStop } from '@tabler/icons-react';
import { useEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { ExaminationProgress } from '../../src-shared/contract/backups.ts';
import type { Finding } from '../../src-shared/finding.ts';
import { failureOf } from '../api/connection.ts';
import type { Failure } from '../i18n/failure-text.ts';
import { useDenied } from '../state/people.ts';
import { useSession } from '../state/session.ts';
import { useWorkstation } from '../state/workstation.ts';
import { FailureDetails } from '../ui/failure-details.tsx';
import { useFormat } from '../ui/use-format.ts';

type Examining = Extract<ExaminationProgress, { kind: 'examining' }>;

/** Examines the workspace, says what is wrong and how to mend it, and mends what loses nothing. */
export function DoctorPanel() {
  const { t } = useTranslation('storage');
  const { client } = useWorkstation();
  const denied = useDenied();
  const inspector = useSession((session) => session.inspector);
  const [progress, setProgress] = useState<Examining | 'starting' | null>(null);
  const [findings, setFindings] = useState<readonly Finding[] | null>(null);
  const [failed, setFailed] = useState<Failure | null>(null);
  const abort = useRef<AbortController>(null);
  useEffect(() => () => abort.current?.abort(), []);
  const examine = async (mend: boolean) => {
    abort.current = new AbortController();
    const { signal } = abort.current;
    setProgress('starting');
    setFindings(null);
    setFailed(null);
    try {
      const events = mend
        ? await client.backups.mend({ inspector }, { signal })
        : await client.backups.examine(undefined, { signal });
      for await (const event of events) {
        if (event.kind === 'finished') setFindings(event.findings);
        else setProgress(event);
      }
    } catch (error) {
      if (!signal.aborted) setFailed(failureOf(error));
    } finally {
      setProgress(null);
    }
  };
  const canMend = findings?.some(({ mend, mended }) => mend !== 'no' && mended === null) === true;
  return (
    <Paper withBorder p="md" component="section" aria-labelledby="doctor-title" data-testid="doctor">
      <Stack gap="md">
        <Title order={2} size="h5" id="doctor-title">
          {t('doctor.title')}
        </Title>
        <Text size="xs" c="dimmed">
          {t('doctor.about')}
        </Text>
        {progress ? (
          <>
            <Text size="sm" role="status">
              {t(`doctor.step.${progress === 'starting' ? 'database' : progress.step}`)}
            </Text>
            <Progress value={shareOf(progress)} animated aria-label={t('doctor.progress')} />
            <Group>
              <Button
                variant="default"
                size="compact-sm"
                leftSection={<IconPlayerStop size={14} />}
                onClick={() => abort.current?.abort()}
              >
                {t('backup.stop')}
              </Button>
            </Group>
          </>
        ) : (
          <Group>
            <Button
              variant="default"
              size="compact-sm"
              {...denied('backups.examine')}
              onClick={() => void examine(false)}
            >
              {t('doctor.run')}
            </Button>
            {canMend && (
              <Button size="compact-sm" {...denied('backups.mend')} onClick={() => void examine(true)}>
                {t('doctor.mend')}
              </Button>
            )}
          </Group>
        )}
        {findings && <Findings findings={findings} />}
        {failed && (
          <div role="alert">
            <FailureDetails failure={failed} />
          </div>
        )}
      </Stack>
    </Paper>
  );
}

function shareOf(progress: Examining | 'starting'): number {
  if (progress === 'starting') return 0;
  // How many images there are is not known: the bar is full, and moves.
  return progress.total === 0 ? 100 : (100 * progress.done) / progress.total;
}

const COLORS = { fault: 'red', warning: 'yellow', note: 'gray' } as const;

function Findings({ findings }: { readonly findings: readonly Finding[] }) {
  const { t } = useTranslation('storage');
  const format = useFormat();
  if (findings.length === 0) {
    return (
      <Text size="sm" role="status">
        {t('doctor.sound')}
      </Text>
    );
  }
  return (
    <List listStyleType="none" spacing="sm" role="list" aria-label={t('doctor.findings')}>
      {findings.map(({ case: which, severity, values, paths, mend, mended }) => (
        <List.Item key={`${which} ${Object.values(values).join(' ')}`}>
          <Group gap="xs" align="flex-start" wrap="nowrap">
            <Badge color={COLORS[severity]} variant="outline" flex="none">
              {t(`doctor.severity.${severity}`)}
            </Badge>
            <Stack gap={2}>
              <Text size="sm">{t(`doctor.found.${which}`, values)}</Text>
              {paths.slice(0, 3).map((path) => (
                <Text size="xs" c="dimmed" key={path} style={{ overflowWrap: 'anywhere' }}>
                  {path}
                </Text>
              ))}
              {mended !== null ? (
                <Text size="xs" fw={600}>
                  {t('doctor.mended', { number: format.count(mended) })}
                </Text>
              ) : (
                mend !== 'no' && <Text size="xs">{t(`doctor.can-mend.${mend}`)}</Text>
              )}
            </Stack>
          </Group>
        </List.Item>
      ))}
    </List>
  );
}
