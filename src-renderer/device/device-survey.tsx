import { Badge, Button, Code, Group, Paper, Stack, Text, Title } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import type { DeviceFinding, MissingPart } from '../../src-shared/device-survey.ts';
import { failureOf } from '../api/connection.ts';
import { useWorkstation } from '../state/workstation.ts';
import { FailureDetails } from '../ui/failure-details.tsx';
import { useFormat } from '../ui/use-format.ts';
import classes from './device-survey.module.css';

const COLOURS: Readonly<Record<DeviceFinding['state'], string>> = {
  works: 'teal',
  slower: 'gray',
  wrong: 'red',
  missing: 'yellow',
  failed: 'red',
  'not-in-build': 'gray',
  'not-on-platform': 'gray',
};

/** Tries every device, and says what each lacks and how to get it on this system. */
export function DeviceSurveyPanel() {
  const { t } = useTranslation('models');
  const { client } = useWorkstation();
  const survey = useMutation({ mutationFn: () => client.device.survey() });
  return (
    <Paper withBorder p="md" component="section" aria-labelledby="survey-title" data-testid="survey">
      <Stack gap="md">
        <Group justify="space-between" wrap="nowrap" align="flex-start">
          <Title order={2} size="h5" id="survey-title">
            {t('survey.title')}
          </Title>
          <Button
            variant="default"
            size="compact-sm"
            className={classes.button}
            loading={survey.isPending}
            onClick={() => survey.mutate()}
          >
            {t('survey.try')}
          </Button>
        </Group>
        {!survey.data && (
          <Text size="sm" c="dimmed" role="status">
            {t(survey.isPending ? 'survey.trying' : 'survey.about')}
          </Text>
        )}
        {survey.error && (
          <div role="alert">
            <FailureDetails failure={failureOf(survey.error)} />
          </div>
        )}
        {survey.data?.devices.map((finding) => (
          <Finding key={finding.device} finding={finding} />
        ))}
      </Stack>
    </Paper>
  );
}

function Finding({ finding }: { readonly finding: DeviceFinding }) {
  const { t } = useTranslation('models');
  const format = useFormat();
  const { device, state, missing, trial, reason } = finding;
  const ms = (value: number) => format.number(Math.round(value * 10) / 10);
  return (
    <article aria-label={t(`device.names.${device}`)}>
      <Group gap="xs">
        <Text size="sm" fw={600}>
          {t(`device.names.${device}`)}
        </Text>
        <Badge variant="light" radius="sm" tt="none" color={COLOURS[state]}>
          {t(`survey.state-${state}`)}
        </Badge>
      </Group>
      {trial && (
        <Text size="xs" c="dimmed">
          {device === 'cpu'
            ? t('survey.trial-cpu', { ms: ms(trial.ms) })
            : t('survey.trial', { ms: ms(trial.ms), cpu: ms(trial.cpuMs) })}
        </Text>
      )}
      {reason !== null && (state === 'failed' || state === 'wrong') && (
        <Text size="xs" c="dimmed" lang="en">
          {reason}
        </Text>
      )}
      {missing.map((part) => (
        <Missing key={part.part} missing={part} />
      ))}
    </article>
  );
}

function Missing({ missing: { part, libraries, command, address } }: { readonly missing: MissingPart }) {
  const { t } = useTranslation('models');
  return (
    <div>
      <Text size="xs">
        {t('survey.lacks', { part: t(`survey.parts.${part}`) })}
        {libraries.length > 0 && ` (${libraries.join(', ')})`}
      </Text>
      {command !== null && (
        <Code block fz={11} className={classes.command}>
          {command}
        </Code>
      )}
      {address !== null && (
        <Text size="xs" c="dimmed" className={classes.address}>
          {address}
        </Text>
      )}
    </div>
  );
}
