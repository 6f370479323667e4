import { Button, Center, Group, Loader, Stack, Text, Title } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { IconDownload } from '@tabler/icons-react';
import { useMutation, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useParams } from 'wouter';
import { csvStyleOf } from '../../src-shared/export-formats.ts';
import type { StudyResults } from '../../src-shared/study.ts';
import { failureOf } from '../api/connection.ts';
import { startDownload } from '../api/downloads.ts';
import { plainText } from '../i18n/plain-text.ts';
import { useDenied, usePeople } from '../state/people.ts';
import { routeTo, useGo } from '../state/routes.ts';
import { useSession } from '../state/session.ts';
import { useWorkstation } from '../state/workstation.ts';
import { FailureDetails } from '../ui/failure-details.tsx';
import classes from './studies.module.css';
import { Disagreements, InspectorTable, Overall, PairTable } from './study-tables.tsx';

/** What comes out of an agreement study, for those who may see it. */
export function StudyResultsScreen() {
  const id = Number(useParams<{ studyId: string }>().studyId);
  const inspector = useSession((session) => session.inspector);
  const isNotForRole = 'disabled' in useDenied()('studies.results');
  if (isNotForRole) return <NotForRole />;
  return <Gate key={`${id} ${inspector}`} id={id} inspector={inspector} />;
}

/** Instead of results that the role of whoever is signed in may not see. */
function NotForRole() {
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

/** Whoever did not begin is asked to take part first; whoever has begun sees nothing until they are through. */
function Gate({ id, inspector }: { readonly id: number; readonly inspector: string }) {
  const { t } = useTranslation('studies');
  const go = useGo();
  const { api } = useWorkstation();
  const input = { id, inspector };
  const [wantsResults, setWantsResults] = useState(false);
  const turn = useQuery(api.studies.next.queryOptions({ input, refetchOnMount: 'always' }));
  const isThrough = turn.data?.image === null;
  const hasBegun = turn.data !== undefined && (turn.data.round > 1 || turn.data.done > 0);
  const results = useQuery(
    api.studies.results.queryOptions({
      input,
      refetchOnMount: 'always',
      enabled: turn.data !== undefined && (hasBegun || isThrough || wantsResults),
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
  if (turn.data && !hasBegun && !wantsResults) {
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
            <Button variant="default" onClick={() => setWantsResults(true)}>
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
  const download = usePeople((state) => state.isOverNetwork);
  const { mutate, isPending } = useMutation({
    mutationFn: () =>
      client.studies.exportAnswers({
        ...{ id: study.id, inspector, download },
        csv: csvStyleOf(navigator.language),
      }),
    onSuccess: ({ path, download: made }) => {
      if (made) return startDownload(made);
      notifications.show({ message: t('csv-done', { path: plainText(path) }), autoClose: 15_000 });
    },
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
            <InspectorTable results={results} />
            {results.pairs.length > 0 && <PairTable results={results} />}
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
