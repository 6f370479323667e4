import { Anchor, Badge, Button, Center, Group, Loader, Stack, Table, Text, Title } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { IconDownload } from '@tabler/icons-react';
import { useMutation, useQuery } from '@tanstack/react-query';
import { type ReactNode, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useParams } from 'wouter';
import { type Agreement, readingOf } from '../../src-shared/agreement.ts';
import { csvStyleOf } from '../../src-shared/export-formats.ts';
import type { StudyResults } from '../../src-shared/study.ts';
import type { HumanVerdict } from '../../src-shared/verdict.ts';
import { failureOf } from '../api/connection.ts';
import { plainText } from '../i18n/plain-text.ts';
import { useDenied } from '../state/people.ts';
import { routeTo, useGo } from '../state/routes.ts';
import { useSession } from '../state/session.ts';
import { useWorkstation } from '../state/workstation.ts';
import { FailureDetails } from '../ui/failure-details.tsx';
import { useFormat } from '../ui/use-format.ts';
import { HUMAN_ICONS, verdictClass } from '../ui/verdict-icons.tsx';
import classes from './studies.module.css';

/** What comes out of an agreement study, for those who may see it. */
export function StudyResultsScreen() {
  const id = Number(useParams<{ studyId: string }>().studyId);
  const inspector = useSession((session) => session.inspector);
  const isForOthers = 'disabled' in useDenied()('studies.results');
  if (isForOthers) return <ForOthers />;
  return <Gate key={`${id} ${inspector}`} id={id} inspector={inspector} />;
}

/** Instead of results that are none of the person's business. */
function ForOthers() {
  const { t } = useTranslation(['studies', 'app']);
  const go = useGo();
  return (
    <Center h="100%">
      <Stack align="center" maw={460} ta="center">
        <Title order={1} size="h3">
          {t('results')}
        </Title>
        <Text>{t('app:people.needs.reviewer')}</Text>
        <Button autoFocus onClick={() => go(routeTo.batches())}>
          {t('leave')}
        </Button>
      </Stack>
    </Center>
  );
}

/** Whoever did not begin is asked whether he will; whoever is in the midst of it sees nothing. */
function Gate({ id, inspector }: { readonly id: number; readonly inspector: string }) {
  const { t } = useTranslation('studies');
  const go = useGo();
  const { api } = useWorkstation();
  const input = { id, inspector };
  const [insists, setInsists] = useState(false);
  const turn = useQuery(api.studies.next.queryOptions({ input, refetchOnMount: 'always' }));
  const isThrough = turn.data?.image === null;
  const hasBegun = turn.data !== undefined && (turn.data.round > 1 || turn.data.done > 0);
  const results = useQuery(
    api.studies.results.queryOptions({
      input,
      refetchOnMount: 'always',
      enabled: turn.data !== undefined && (hasBegun || isThrough || insists),
    }),
  );
  const error = turn.error ?? results.error;
  if (error) {
    return (
      <Center h="100%">
        <Stack role="alert" maw={460}>
          <FailureDetails failure={failureOf(error)} />
          {hasBegun ? (
            <Button onClick={() => go(routeTo.study(id))}>{t('locked')}</Button>
          ) : (
            <Button variant="default" onClick={() => go(routeTo.batches())}>
              {t('leave')}
            </Button>
          )}
        </Stack>
      </Center>
    );
  }
  if (turn.data && !hasBegun && !insists) {
    return (
      <Center h="100%">
        <Stack align="center" maw={460} ta="center">
          <Title order={1} size="h3">
            {t('peek.title')}
          </Title>
          <Text>{t('peek.text')}</Text>
          <Group>
            <Button autoFocus onClick={() => go(routeTo.study(id))}>
              {t('take-part')}
            </Button>
            <Button variant="default" onClick={() => setInsists(true)}>
              {t('peek.show')}
            </Button>
          </Group>
        </Stack>
      </Center>
    );
  }
  if (!results.data) {
    return (
      <Center h="100%">
        <Loader aria-label={t('loading')} />
      </Center>
    );
  }
  return <Results results={results.data} inspector={inspector} />;
}

function Results({ results, inspector }: { readonly results: StudyResults; readonly inspector: string }) {
  const { t } = useTranslation('studies');
  const go = useGo();
  const { client } = useWorkstation();
  const { study, inspectors, pending, known } = results;
  const { mutate, isPending } = useMutation({
    mutationFn: () =>
      client.studies.exportAnswers({ id: study.id, inspector, csv: csvStyleOf(navigator.language) }),
    onSuccess: ({ path }) =>
      notifications.show({ message: t('csv-done', { path: plainText(path) }), autoClose: 15_000 }),
  });
  const waiting = pending.map((one) => t('progress-of', { ...one, inspector: plainText(one.inspector) }));
  const kappas = [results.overall, ...inspectors.map((one) => one.repeatability), ...results.pairs];
  return (
    <div className={classes.screen}>
      <header className={classes.header}>
        <Title order={1} size="h4" className={classes.title}>
          {t('results-title', { name: plainText(study.name) })}
        </Title>
        <Button
          variant="default"
          leftSection={<IconDownload size={16} />}
          loading={isPending}
          onClick={() => mutate()}
        >
          {t('csv')}
        </Button>
        <Button variant="default" onClick={() => go(routeTo.batches())}>
          {t('leave')}
        </Button>
      </header>
      <section
        className={classes.results}
        data-testid="study-results"
        // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached with the keyboard
        tabIndex={0}
        aria-label={t('results')}
      >
        {waiting.length > 0 && <Text size="sm">{t('pending', { list: waiting.join(' · ') })}</Text>}
        {inspectors.length === 0 ? (
          <Text>{t('empty')}</Text>
        ) : (
          <>
            <Overall results={results} />
            <Inspectors results={results} />
            {results.pairs.length > 0 && <Pairs results={results} />}
            <div className={classes.section}>
              <Text size="sm" className={classes.quiet}>
                {t('hint')}
              </Text>
              {kappas.some(({ kappa }) => kappa === null) && (
                <Text size="sm" className={classes.quiet}>
                  {t('undefined-why')}
                </Text>
              )}
              <Text size="sm" className={classes.quiet}>
                {known === 0 ? t('no-truth') : t('known', { known, total: study.images })}
              </Text>
            </div>
            <Disagreements results={results} />
          </>
        )}
      </section>
    </div>
  );
}

function Overall({ results: { overall, inspectors } }: { readonly results: StudyResults }) {
  const { t } = useTranslation('studies');
  return (
    <Section title={t('overall.title')}>
      <Group gap="xl">
        <div data-testid="overall-kappa">
          <Text size="sm" className={classes.quiet}>
            {t('overall.kappa')}
          </Text>
          <Kappa value={overall.kappa} large />
        </div>
        <div>
          <Text size="sm" className={classes.quiet}>
            {t('overall.agreed')}
          </Text>
          <Share of={overall} />
        </div>
      </Group>
      {inspectors.length === 1 && <Text size="sm">{t('overall.single')}</Text>}
    </Section>
  );
}

function Inspectors({ results: { inspectors } }: { readonly results: StudyResults }) {
  const { t } = useTranslation('studies');
  const heads = ['inspector', 'repeatability', 'alike', 'reference', 'misses', 'false-alarms'] as const;
  return (
    <Section title={t('table.title')}>
      <Table data-testid="inspectors">
        <Table.Thead>
          <Table.Tr>
            {heads.map((head) => (
              <Table.Th key={head} scope="col">
                {t(`table.${head}`)}
              </Table.Th>
            ))}
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {inspectors.map(({ inspector, repeatability, reference }) => (
            <Table.Tr key={inspector}>
              <Table.Th scope="row">
                <bdi>{plainText(inspector)}</bdi>
              </Table.Th>
              <Table.Td>
                <Kappa value={repeatability.kappa} />
              </Table.Td>
              <Table.Td>
                <Share of={repeatability} />
              </Table.Td>
              <Table.Td>{reference ? <Kappa value={reference.kappa} /> : '–'}</Table.Td>
              <Table.Td>
                {reference ? t('table.of', { count: reference.misses, total: reference.defective }) : '–'}
              </Table.Td>
              <Table.Td>
                {reference ? t('table.of', { count: reference.falseAlarms, total: reference.good }) : '–'}
              </Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </Section>
  );
}

function Pairs({ results: { pairs } }: { readonly results: StudyResults }) {
  const { t } = useTranslation('studies');
  return (
    <Section title={t('table.pair')}>
      <Table>
        <Table.Thead>
          <Table.Tr>
            <Table.Th scope="col">{t('table.pair')}</Table.Th>
            <Table.Th scope="col">{t('table.pair-kappa')}</Table.Th>
            <Table.Th scope="col">{t('table.pair-alike')}</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {pairs.map((pair) => (
            <Table.Tr key={`${pair.first}\n${pair.second}`}>
              <Table.Th scope="row">
                {t('table.pair-names', { first: plainText(pair.first), second: plainText(pair.second) })}
              </Table.Th>
              <Table.Td>
                <Kappa value={pair.kappa} />
              </Table.Td>
              <Table.Td>
                <Share of={pair} />
              </Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </Section>
  );
}

function Disagreements({
  results: { disagreements, inspectors, study },
}: {
  readonly results: StudyResults;
}) {
  const { t } = useTranslation(['studies', 'app']);
  const format = useFormat();
  return (
    <Section title={t('disagreements.title', { number: format.count(disagreements.length) })}>
      {disagreements.length === 0 ? (
        <Text size="sm">{t('disagreements.none')}</Text>
      ) : (
        <Table data-testid="disagreements">
          <Table.Thead>
            <Table.Tr>
              <Table.Th scope="col">{t('disagreements.image')}</Table.Th>
              <Table.Th scope="col">{t('disagreements.truth')}</Table.Th>
              {inspectors.map(({ inspector }) => (
                <Table.Th key={inspector} scope="col">
                  <bdi>{plainText(inspector)}</bdi>
                </Table.Th>
              ))}
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {disagreements.map(({ imageId, name, reference, answers }) => (
              <Table.Tr key={imageId}>
                <Table.Th scope="row">
                  <Anchor
                    href={`#${routeTo.review(study.batchId, imageId)}`}
                    size="sm"
                    aria-label={t('disagreements.open', { name: plainText(name) })}
                  >
                    <bdi>{plainText(name)}</bdi>
                  </Anchor>
                </Table.Th>
                <Table.Td>{reference ? t(`app:verdict.${reference}`) : t('disagreements.unknown')}</Table.Td>
                {answers.map(({ inspector, verdicts }) => (
                  <Table.Td key={inspector}>
                    <Marks verdicts={verdicts} />
                  </Table.Td>
                ))}
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      )}
    </Section>
  );
}

function Marks({ verdicts }: { readonly verdicts: readonly HumanVerdict[] }) {
  const { t } = useTranslation('app');
  const label = verdicts.map((verdict) => t(`verdict.${verdict}`)).join(', ');
  return (
    <span className={classes.marks} role="img" aria-label={label} title={label}>
      {verdicts.map((verdict, round) => {
        const Icon = HUMAN_ICONS[verdict];
        // biome-ignore lint/suspicious/noArrayIndexKey: the round is what tells answers apart
        return <Icon key={round} size={18} className={verdictClass(verdict)} />;
      })}
    </span>
  );
}

function Section({ title, children }: { readonly title: string; readonly children: ReactNode }) {
  return (
    <section className={classes.section}>
      <Title order={2} size="h5">
        {title}
      </Title>
      {children}
    </section>
  );
}

const COLOURS = { good: 'teal', between: 'gray', poor: 'red' } as const;

function Kappa({ value, large = false }: { readonly value: number | null; readonly large?: boolean }) {
  const { t } = useTranslation('studies');
  if (value === null) return <Text size="sm">{t('undefined')}</Text>;
  const { aiag, landis } = readingOf(value);
  return (
    <Group gap={8} wrap="nowrap">
      <Text size={large ? 'xl' : 'sm'} fw={600} className={classes.number}>
        {value.toFixed(2)}
      </Text>
      <Badge variant="outline" color={COLOURS[aiag]} autoContrast tt="none" radius="sm" c="inherit">
        {t('read', { aiag: t(`reading.${aiag}`), landis: t(`landis.${landis}`) })}
      </Badge>
    </Group>
  );
}

function Share({ of: { agreed, total, interval } }: { readonly of: Agreement }) {
  const { t } = useTranslation('studies');
  const format = useFormat();
  return (
    <>
      <Text size="sm">{t('overall.share', { agreed, total, share: format.share(agreed, total) })}</Text>
      {interval && (
        <Text size="xs" className={classes.quiet}>
          {t('overall.interval', {
            low: format.share(interval[0], 1),
            high: format.share(interval[1], 1),
          })}
        </Text>
      )}
    </>
  );
}
