import { Button, Center, Loader, Progress, Stack, Text, Title } from '@mantine/core';
import { IconArrowBackUp, IconEyeOff } from '@tabler/icons-react';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useParams } from 'wouter';
import type { StudyTurn } from '../../src-shared/study.ts';
import type { HumanVerdict } from '../../src-shared/verdict.ts';
import { failureOf } from '../api/connection.ts';
import { plainText } from '../i18n/plain-text.ts';
import { isEnabled } from '../keys/action.ts';
import { KeyHint } from '../keys/key-hint.tsx';
import { useActions } from '../keys/use-actions.ts';
import { useDenied } from '../state/people.ts';
import { routeTo, useGo } from '../state/routes.ts';
import { useSession } from '../state/session.ts';
import { useWorkstation } from '../state/workstation.ts';
import { FailureDetails } from '../ui/failure-details.tsx';
import { useFormat } from '../ui/use-format.ts';
import { HUMAN_ICONS, verdictClass } from '../ui/verdict-icons.tsx';
import { PlainViewer } from '../viewer/plain-viewer.tsx';
import classes from './studies.module.css';
import { JUDGE, STUDY_ACTIONS, type StudyContext, takeBack } from './study-actions.ts';

const VERDICTS = ['accept', 'reject', 'uncertain'] as const;

/** Blind inspection: the image and nothing else. */
export function StudyScreen() {
  const id = Number(useParams<{ studyId: string }>().studyId);
  const inspector = useSession((session) => session.inspector);
  // Another inspector at the same desk is somewhere else in the study.
  return <Rounds key={`${id} ${inspector}`} id={id} inspector={inspector} />;
}

function Rounds({ id, inspector }: { readonly id: number; readonly inspector: string }) {
  const { t } = useTranslation(['studies', 'app', 'viewer']);
  const go = useGo();
  const { api, client } = useWorkstation();
  const queries = useQueryClient();
  const next = api.studies.next.queryOptions({ input: { id, inspector }, refetchOnMount: 'always' });
  const { data: turn, error } = useQuery({ ...next, enabled: inspector !== '' });
  const [begun, setBegun] = useState<number | null>(null);
  const shownAt = useRef(0);
  const imageId = turn?.image?.id ?? null;
  // biome-ignore lint/correctness/useExhaustiveDependencies: another image, another start
  useEffect(() => {
    shownAt.current = performance.now();
  }, [imageId, begun, turn?.round]);
  const { mutate, isPending } = useMutation({
    mutationFn: (act: () => Promise<StudyTurn>) => act(),
    onSuccess: (after) => queries.setQueryData(next.queryKey, after),
    onError: () => queries.invalidateQueries({ queryKey: next.queryKey }),
  });
  const isChanged = turn?.image?.file === 'changed';
  const isAtWork = turn?.image != null && (turn.done > 0 || begun === turn.round);
  const judge = (verdict: HumanVerdict) => {
    if (!isAtWork || imageId === null || isPending || isChanged) return;
    const milliseconds = Math.min(Math.round(performance.now() - shownAt.current), 86_400_000);
    mutate(() => client.studies.judge({ id, inspector, imageId, verdict, milliseconds }));
  };
  const undo = () => {
    if (!turn?.canTakeBack || isPending) return;
    // The first image of a round comes again without the introduction.
    setBegun(turn.round);
    mutate(() => client.studies.takeBack({ id, inspector }));
  };
  const context: StudyContext = {
    canJudge: !isChanged,
    canTakeBack: turn?.canTakeBack ?? false,
    judge,
    takeBack: undo,
  };
  useActions(STUDY_ACTIONS, context);
  if (!turn) {
    return (
      <Center h="100%">
        {error ? (
          <Stack role="alert" maw={460}>
            <FailureDetails failure={failureOf(error)} />
            <Button variant="default" onClick={() => go(routeTo.batches())}>
              {t('leave')}
            </Button>
          </Stack>
        ) : (
          <Loader aria-label={t('loading')} />
        )}
      </Center>
    );
  }
  const { study, round, done } = turn;
  return (
    <div className={classes.screen}>
      <header className={classes.header}>
        <IconEyeOff size={20} stroke={1.6} aria-hidden />
        <Title order={1} size="h4" className={classes.title}>
          <bdi>{plainText(study.name)}</bdi>
        </Title>
        {isAtWork && (
          <>
            <Progress w={160} value={(100 * done) / study.images} aria-hidden />
            <Text size="sm" role="status" data-testid="place">
              {t('place', { at: done + 1, total: study.images, round, rounds: study.rounds })}
            </Text>
          </>
        )}
        <Button variant="default" onClick={() => go(routeTo.batches())}>
          {t('leave')}
        </Button>
      </header>
      {isAtWork && turn.image ? (
        <>
          <div className={classes.viewer}>
            <Picture image={turn.image} />
          </div>
          <fieldset className={classes.answers} aria-label={t('answers')}>
            {VERDICTS.map((verdict) => {
              const Icon = HUMAN_ICONS[verdict];
              return (
                <Button
                  key={verdict}
                  variant="default"
                  size="md"
                  leftSection={<Icon size={20} className={verdictClass(verdict)} />}
                  rightSection={<KeyHint action={JUDGE[verdict]} hidden />}
                  disabled={!isEnabled(JUDGE[verdict], context)}
                  title={isChanged ? t('viewer:changed-study') : undefined}
                  onClick={() => JUDGE[verdict].run(context)}
                >
                  {t(`app:verdict.${verdict}`)}
                </Button>
              );
            })}
            <Button
              variant="subtle"
              size="md"
              leftSection={<IconArrowBackUp size={18} />}
              rightSection={<KeyHint action={takeBack} hidden />}
              disabled={!isEnabled(takeBack, context)}
              onClick={() => takeBack.run(context)}
            >
              {t('undo')}
            </Button>
          </fieldset>
        </>
      ) : turn.image ? (
        <Introduction turn={turn} onBegin={() => setBegun(round)} />
      ) : (
        <Center flex={1}>
          <Through studyId={study.id} />
        </Center>
      )}
    </div>
  );
}

function Through({ studyId }: { readonly studyId: number }) {
  const { t } = useTranslation('studies');
  const go = useGo();
  const isForOthers = 'disabled' in useDenied()('studies.results');
  return (
    <Stack align="center" maw={460} ta="center" data-testid="through">
      <Title order={2} size="h3">
        {t('through.title')}
      </Title>
      <Text>{t(isForOthers ? 'through.for-others' : 'through.text')}</Text>
      {isForOthers ? (
        <Button autoFocus onClick={() => go(routeTo.batches())}>
          {t('leave')}
        </Button>
      ) : (
        <Button autoFocus onClick={() => go(routeTo.studyResults(studyId))}>
          {t('through.results')}
        </Button>
      )}
    </Stack>
  );
}

function Introduction({ turn, onBegin }: { readonly turn: StudyTurn; onBegin(): void }) {
  const { t } = useTranslation(['studies', 'app']);
  const format = useFormat();
  const { study, round } = turn;
  return (
    <Center flex={1}>
      <Stack align="center" maw={520} ta="center">
        <Title order={2} size="h3">
          {t('intro.title', { round, rounds: study.rounds })}
        </Title>
        <Text>
          {round === 1
            ? t('intro.first', { count: study.images })
            : t('intro.again', { before: format.count(round - 1) })}
        </Text>
        <Button autoFocus onClick={onBegin}>
          {t('intro.begin', { round })}
        </Button>
      </Stack>
    </Center>
  );
}

function Picture({ image }: { readonly image: NonNullable<StudyTurn['image']> }) {
  const { t } = useTranslation('studies');
  const { api } = useWorkstation();
  const { data: pyramid } = useQuery(
    api.review.pyramid.queryOptions({ input: { imageId: image.id }, gcTime: 60_000 }),
  );
  return (
    <PlainViewer
      imageId={image.id}
      version={image.version}
      file={image.file}
      pyramid={pyramid ?? null}
      description={t('image')}
    />
  );
}
