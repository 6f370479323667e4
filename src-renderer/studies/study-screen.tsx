import { Button, Center, Loader, Progress, Stack, Text, Title } from '@mantine/core';
import { IconEyeOff } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { useParams } from 'wouter';
import type { StudyTurn } from '../../src-shared/study.ts';
import { failureOf } from '../api/connection.ts';
import { plainText } from '../i18n/plain-text.ts';
import { useActions } from '../keys/use-actions.ts';
import { useDenied } from '../state/people.ts';
import { routeTo, useGo } from '../state/routes.ts';
import { useSession } from '../state/session.ts';
import { useWorkstation } from '../state/workstation.ts';
import { FailureDetails } from '../ui/failure-details.tsx';
import { useFormat } from '../ui/use-format.ts';
import { PlainViewer } from '../viewer/plain-viewer.tsx';
import classes from './studies.module.css';
import { STUDY_ACTIONS, type StudyContext } from './study-actions.ts';
import { StudyAnswers } from './study-answers.tsx';
import { useStudyTurn } from './use-study-turn.ts';

/** Blind inspection: the image and nothing else. */
export function StudyScreen() {
  const id = Number(useParams<{ studyId: string }>().studyId);
  const inspector = useSession((session) => session.inspector);
  // Another inspector in the same window is somewhere else in the study.
  return <Rounds key={`${id} ${inspector}`} id={id} inspector={inspector} />;
}

function Rounds({ id, inspector }: { readonly id: number; readonly inspector: string }) {
  const { t } = useTranslation('studies');
  const { turn, error, isChanged, isJudging, begin, judge, takeBack } = useStudyTurn(id, inspector);
  const context: StudyContext = {
    canJudge: !isChanged,
    canTakeBack: turn?.canTakeBack ?? false,
    judge,
    takeBack,
  };
  useActions(STUDY_ACTIONS, context);
  if (!turn) {
    return (
      <Center h="100%">
        {error ? (
          <Stack role="alert" maw={460}>
            <FailureDetails failure={failureOf(error)} />
            <LeaveButton />
          </Stack>
        ) : (
          <Loader aria-label={t('loading')} />
        )}
      </Center>
    );
  }
  return (
    <div className={classes.screen}>
      <Header turn={turn} isJudging={isJudging} />
      {isJudging && turn.image ? (
        <>
          <div className={classes.viewer}>
            <Picture image={turn.image} />
          </div>
          <StudyAnswers context={context} />
        </>
      ) : turn.image ? (
        <Introduction turn={turn} onBegin={begin} />
      ) : (
        <Center flex={1}>
          <Through studyId={turn.study.id} />
        </Center>
      )}
    </div>
  );
}

function Header({
  turn: { study, round, done },
  isJudging,
}: {
  readonly turn: StudyTurn;
  readonly isJudging: boolean;
}) {
  const { t } = useTranslation('studies');
  return (
    <header className={classes.header}>
      <IconEyeOff size={20} stroke={1.6} aria-hidden />
      <Title order={1} size="h4" className={classes.title}>
        <bdi>{plainText(study.name)}</bdi>
      </Title>
      {isJudging && (
        <>
          <Progress w={160} value={(100 * done) / study.images} aria-hidden />
          <Text size="sm" role="status" data-testid="place">
            {t('place', { at: done + 1, total: study.images, round, rounds: study.rounds })}
          </Text>
        </>
      )}
      <LeaveButton />
    </header>
  );
}

function LeaveButton() {
  const { t } = useTranslation('studies');
  const go = useGo();
  return (
    <Button variant="default" onClick={() => go(routeTo.batches())}>
      {t('leave')}
    </Button>
  );
}

function Through({ studyId }: { readonly studyId: number }) {
  const { t } = useTranslation('studies');
  const go = useGo();
  const isDenied = 'disabled' in useDenied()('studies.results');
  return (
    <Stack align="center" maw={460} ta="center" data-testid="through">
      <Title order={2} size="h3">
        {t('through.title')}
      </Title>
      <Text>{t(isDenied ? 'through.for-others' : 'through.text')}</Text>
      {isDenied ? (
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
