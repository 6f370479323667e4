import { Button, Center, EmptyState, Loader } from '@mantine/core';
import { IconClipboardCheck, IconPlus } from '@tabler/icons-react';
import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { useParams } from 'wouter';
import { failureOf } from '../api/connection.ts';
import { KeyHint } from '../keys/key-hint.tsx';
import { useActions } from '../keys/use-actions.ts';
import { useDenied } from '../state/people.ts';
import { routeTo, useGo } from '../state/routes.ts';
import { useWorkstation } from '../state/workstation.ts';
import { FailureDetails } from '../ui/failure-details.tsx';
import { Screen } from '../ui/screen.tsx';
import { LotDetail } from './lot-detail.tsx';
import { LotList } from './lot-list.tsx';
import classes from './lots.module.css';
import { beginLotAction, LOT_ACTIONS, type LotsContext } from './lots-actions.ts';
import { NewLotForm } from './new-lot-form.tsx';
import { useJudgeSample } from './use-judge-sample.ts';

/** Acceptance sampling: the lots, and one of them or a new one beside them. */
export function LotsScreen() {
  const { t } = useTranslation('lots');
  const { api } = useWorkstation();
  const go = useGo();
  const { lotId: asked, again } = useParams<{ lotId?: string; again?: string }>();
  const isNew = asked === 'new';
  const { data, error, hasNextPage, fetchNextPage } = useInfiniteQuery(
    api.lots.list.infiniteOptions({
      input: (before: number | null) => ({ before }),
      initialPageParam: null,
      getNextPageParam: ({ next }) => next,
      refetchOnMount: 'always',
    }),
  );
  const lots = data?.pages.flatMap((page) => page.lots);
  const id = isNew ? Number(again) || null : Number(asked) || lots?.[0]?.lot.id || null;
  const { data: details, error: missing } = useQuery({
    ...api.lots.get.queryOptions({ input: { id: id ?? 0 }, refetchOnMount: 'always' }),
    enabled: id !== null,
  });
  const judge = useJudgeSample();
  const isDenied = 'disabled' in useDenied()('lots.begin');
  const context: LotsContext = {
    begin: () => !isDenied && go(routeTo.lots('new')),
    judge: details && !isNew ? () => judge(details) : null,
  };
  useActions(LOT_ACTIONS, context);
  const failure = error ?? missing;
  return (
    <Screen title={t('title')} beside={<NewButton context={context} />}>
      <div className={classes.columns}>
        {lots && lots.length > 0 && (
          <LotList
            lots={lots}
            current={isNew ? null : id}
            onMore={hasNextPage ? () => void fetchNextPage() : undefined}
          />
        )}
        <section className={classes.detail} aria-label={t(isNew ? 'new.title' : 'detail')}>
          {isNew && (id === null || details) ? (
            <NewLotForm key={id} again={details?.lot ?? null} />
          ) : details && id !== null ? (
            <LotDetail key={id} details={details} onJudge={() => judge(details)} />
          ) : (
            <Center flex={1}>
              {failure ? (
                <div role="alert">
                  <FailureDetails failure={failureOf(failure)} />
                </div>
              ) : lots?.length === 0 ? (
                <EmptyState
                  icon={<IconClipboardCheck />}
                  title={t('empty.title')}
                  description={t('empty.why')}
                >
                  <NewButton context={context} />
                </EmptyState>
              ) : (
                <Loader aria-label={t('loading')} />
              )}
            </Center>
          )}
        </section>
      </div>
    </Screen>
  );
}

function NewButton({ context }: { readonly context: LotsContext }) {
  const { t } = useTranslation('lots');
  return (
    <Button
      leftSection={<IconPlus size={16} />}
      rightSection={<KeyHint action={beginLotAction} hidden />}
      {...useDenied()('lots.begin')}
      onClick={context.begin}
    >
      {t('new.open')}
    </Button>
  );
}
