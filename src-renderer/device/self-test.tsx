import { Alert, Button, Group, Paper, Select, Stack, Text, Title } from '@mantine/core';
import { IconPlayerPlay, IconPlayerStop } from '@tabler/icons-react';
import { useEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { PackSummary, SelfTestEvent } from '../../src-shared/contract/packs.ts';
import type { DeviceRequest } from '../../src-shared/device.ts';
import type { Timings } from '../../src-shared/result.ts';
import { failureOf } from '../api/connection.ts';
import type { Failure } from '../i18n/failure-text.ts';
import { formatScore } from '../i18n/format.ts';
import { useDenied } from '../state/people.ts';
import { useWorkstation } from '../state/workstation.ts';
import { type Fact, Facts } from '../ui/facts.tsx';
import { FailureDetails } from '../ui/failure-details.tsx';
import { useFormat } from '../ui/use-format.ts';
import classes from './self-test.module.css';
import { useDeviceName } from './use-device-name.ts';

type Of<Kind extends SelfTestEvent['kind']> = Extract<SelfTestEvent, { kind: Kind }>;

interface Test {
  readonly running: boolean;
  readonly starting?: Of<'starting'>;
  readonly ready?: Of<'ready'>;
  readonly finished?: Of<'finished'>;
  readonly error?: Failure;
}

const STEPS = [
  'read',
  'encode',
  'umci',
  'regions',
  'decode',
  'fuse',
  'write',
] as const satisfies readonly (keyof Timings)[];

/** Inspects a sample on the chosen device and shows where the time goes. */
export function SelfTest({
  packs,
  device,
}: {
  readonly packs: readonly PackSummary[];
  readonly device: DeviceRequest;
}) {
  const { t } = useTranslation(['models', 'app']);
  const nameOf = useDeviceName();
  const { client } = useWorkstation();
  const denied = useDenied();
  const [pack, setPack] = useState(packs[0]?.id ?? '');
  const [test, setTest] = useState<Test | null>(null);
  const abort = useRef<AbortController>(null);
  useEffect(() => () => abort.current?.abort(), []);
  const run = async () => {
    abort.current = new AbortController();
    const { signal } = abort.current;
    setTest({ running: true });
    try {
      for await (const event of await client.packs.selfTest({ pack, device }, { signal })) {
        setTest((now) => ({ ...now, running: true, [event.kind]: event }));
      }
      setTest((now) => now && { ...now, running: false });
    } catch (error) {
      setTest((now) => (signal.aborted ? null : { ...now, running: false, error: failureOf(error) }));
    }
  };
  return (
    <Paper withBorder p="md" component="section" aria-labelledby="self-test-title">
      <Stack gap="sm">
        <Group justify="space-between">
          <Title order={2} size="h5" id="self-test-title">
            {t('test.title')}
          </Title>
          <Group gap="xs">
            {test?.running ? (
              <Button
                variant="default"
                leftSection={<IconPlayerStop size={16} />}
                onClick={() => abort.current?.abort()}
              >
                {t('app:cancel')}
              </Button>
            ) : (
              <Button
                leftSection={<IconPlayerPlay size={16} />}
                disabled={pack === ''}
                {...denied('packs.selfTest')}
                onClick={() => void run()}
              >
                {t('test.run')}
              </Button>
            )}
          </Group>
        </Group>
        <Text size="sm" c="dimmed">
          {t('test.about', { device: nameOf(device) })}
        </Text>
        {packs.length > 1 && (
          <Select
            aria-label={t('test.pack')}
            value={pack}
            allowDeselect={false}
            data={packs.map(({ id }) => id)}
            onChange={(id) => id && setPack(id)}
          />
        )}
        {test?.running && (
          <Text size="sm" aria-live="polite">
            {test.ready ? t('test.inspecting', { image: test.starting?.image ?? '' }) : t('test.starting')}
          </Text>
        )}
        {test?.error && (
          <Alert color="red" title={t('test.failed')}>
            <FailureDetails failure={test.error} />
          </Alert>
        )}
        {test?.finished && (
          <Result ready={test.ready} finished={test.finished} image={test.starting?.image ?? ''} />
        )}
      </Stack>
    </Paper>
  );
}

function Result({
  ready,
  finished: { device, timings, score, verdict, regions, rssBytes },
  image,
}: {
  readonly ready: Of<'ready'> | undefined;
  readonly finished: Of<'finished'>;
  readonly image: string;
}) {
  const { t } = useTranslation(['models', 'app']);
  const nameOf = useDeviceName();
  const format = useFormat();
  const longest = Math.max(1, ...STEPS.map((step) => timings[step]));
  const facts: readonly Fact[] = [
    [t('test.sample'), image],
    [t('device.running'), nameOf(device.running)],
    ...(device.fallbackReason ? [[t('device.why'), device.fallbackReason] as const] : []),
    ...(ready ? [[t('test.start'), milliseconds(ready.startMs)] as const] : []),
    [t('test.total'), milliseconds(timings.total)],
    [
      t('test.verdict'),
      t('test.verdict-of', {
        verdict: t(`app:verdict.${verdict}`),
        score: formatScore(score),
        count: regions,
      }),
    ],
    [t('device.memory'), rssBytes === null ? '–' : format.bytes(rssBytes)],
  ];
  return (
    <Stack gap="sm" data-testid="self-test-result">
      <Facts facts={facts} />
      <ul className={classes.steps} aria-label={t('test.steps')}>
        {STEPS.map((step) => (
          <li key={step}>
            <Text size="sm">{t(`test.step.${step}`)}</Text>
            <span className={classes.track} aria-hidden>
              <span style={{ width: `${(100 * timings[step]) / longest}%` }} />
            </span>
            <Text size="sm" className={classes.time}>
              {milliseconds(timings[step])}
            </Text>
          </li>
        ))}
      </ul>
    </Stack>
  );
}

function milliseconds(value: number): string {
  return value < 10
    ? `${value.toFixed(1)} ms`
    : value < 10_000
      ? `${Math.round(value)} ms`
      : `${(value / 1000).toFixed(1)} s`;
}
