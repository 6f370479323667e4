import {
  Alert,
  Button,
  Center,
  Group,
  Loader,
  NumberInput,
  Progress,
  SegmentedControl,
  Select,
  Stack,
  Text,
  Title,
} from '@mantine/core';
import { useCallbackRef, useDebouncedValue } from '@mantine/hooks';
import { notifications } from '@mantine/notifications';
import {
  IconAdjustments,
  IconDeviceFloppy,
  IconPencil,
  IconPlayerPlay,
  IconRotate,
} from '@tabler/icons-react';
import { useMutation, useQuery } from '@tanstack/react-query';
import { memo, type ReactNode, useCallback, useMemo, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useParams } from 'wouter';
import type { BatchSummaryRow } from '../../src-shared/contract/batches.ts';
import type { RecipeRow } from '../../src-shared/contract/recipes.ts';
import type { RunProgress } from '../../src-shared/contract/runs.ts';
import { flippedRows, histogram, scoreTable, whatIf } from '../../src-shared/what-if.ts';
import { failureOf } from '../api/connection.ts';
import { fetchReviewTable, type WholeReviewTable } from '../api/review-table.ts';
import { plainText } from '../i18n/plain-text.ts';
import { RecipeDrawer } from '../recipes/recipe-drawer.tsx';
import type { RecipeBase } from '../recipes/use-recipe-draft.ts';
import { useDenied } from '../state/people.ts';
import { routeTo, useGo } from '../state/routes.ts';
import { useSelectedBatch } from '../state/selected-batch.ts';
import { useSession } from '../state/session.ts';
import { useWorkstation } from '../state/workstation.ts';
import { FailureDetails } from '../ui/failure-details.tsx';
import { useFormat } from '../ui/use-format.ts';
import { FlipStrip } from './flip-strip.tsx';
import { Outcome, RegionOutcome, Section } from './outcome.tsx';
import { ScoreHistogram } from './score-histogram.tsx';
import { ThetaPlot } from './theta-plot.tsx';
import { isSameTrial, moved, round, type ThresholdName, type Trial } from './thresholds.ts';
import { liveTableKey, useLiveTable } from './use-live-table.ts';
import { useThetaProfile } from './use-theta-profile.ts';
import classes from './what-if.module.css';

const BINS = 100;
/** Milliseconds without a movement after which a line rests. */
const REST = 80;

export function WhatIfScreen() {
  const { t } = useTranslation(['what-if', 'app']);
  const { api } = useWorkstation();
  const go = useGo();
  const inAddress = useParams<{ batchId?: string }>().batchId;
  const selected = useSelectedBatch((state) => state.id);
  const { data: batches, error } = useQuery(
    api.batches.list.queryOptions({ input: {}, refetchOnMount: 'always' }),
  );
  const wanted = inAddress ? Number(inAddress) : selected;
  const batchId = wanted ?? batches?.find(({ run }) => run !== null && run.done > 0)?.batch.id;
  return (
    <div className={classes.screen}>
      <header className={classes.header}>
        <Title order={1} size="h3">
          {t('title')}
        </Title>
        <Select
          w={360}
          aria-label={t('batch')}
          placeholder={t('batch')}
          searchable
          allowDeselect={false}
          nothingFoundMessage={t('no-batch')}
          value={batchId === undefined ? null : String(batchId)}
          data={(batches ?? []).map(optionOf)}
          onChange={(id) => id && go(routeTo.whatIf(Number(id)))}
        />
      </header>
      {batchId !== undefined ? (
        <OfBatch key={batchId} batchId={batchId} />
      ) : (
        <Center flex={1}>
          {error ? (
            <div role="alert">
              <FailureDetails failure={failureOf(error)} />
            </div>
          ) : batches ? (
            <Nothing text={t('empty.no-batch')} />
          ) : (
            <Loader aria-label={t('loading')} />
          )}
        </Center>
      )}
    </div>
  );
}

function optionOf({ batch }: BatchSummaryRow) {
  return { value: String(batch.id), label: `${plainText(batch.name)} · ${batch.id}` };
}

function Nothing({ text, children }: { readonly text: string; readonly children?: ReactNode }) {
  const { t } = useTranslation('what-if');
  return (
    <Stack align="center" maw={460} ta="center" gap="sm" p="lg">
      <IconAdjustments size={48} stroke={1.1} aria-hidden />
      <Title order={2} size="h4">
        {t('empty.title')}
      </Title>
      <Text c="dimmed">{text}</Text>
      {children}
    </Stack>
  );
}

function OfBatch({ batchId }: { readonly batchId: number }) {
  const { t } = useTranslation(['what-if', 'app']);
  const { client } = useWorkstation();
  const language = useSession((session) => session.language);
  const go = useGo();
  const { data: table, error } = useQuery({
    queryKey: liveTableKey(batchId),
    queryFn: ({ signal }) => fetchReviewTable(client, { batchId, runId: null, language }, signal),
    refetchOnMount: 'always',
  });
  useLiveTable(batchId, table?.run?.run.id);
  if (error && !table) {
    return (
      <Center flex={1}>
        <div role="alert">
          <FailureDetails failure={failureOf(error)} />
        </div>
      </Center>
    );
  }
  if (!table) {
    return (
      <Center flex={1}>
        <Loader aria-label={t('loading')} />
      </Center>
    );
  }
  const { run } = table;
  if (!run || run.done === 0) {
    return (
      <Center flex={1}>
        <Nothing text={t('empty.no-results')}>
          <Button variant="default" onClick={() => go(routeTo.batches())}>
            {t('empty.to-batches')}
          </Button>
        </Nothing>
      </Center>
    );
  }
  return <Bench key={run.run.id} table={table} run={run} />;
}

/** The thresholds of a run and what others would do. */
function Bench({ table, run }: { readonly table: WholeReviewTable; readonly run: RunProgress }) {
  const { t } = useTranslation(['what-if', 'app']);
  const format = useFormat();
  const go = useGo();
  const { recipe, columns } = table;
  const batchId = table.batch.id;
  const [trial, setTrial] = useState<Trial>(() => trialOf(recipe));
  const [by, setBy] = useState<By>('model');
  const [scale, setScale] = useState<Scale>('linear');
  const [edited, setEdited] = useState<RecipeBase | null>(null);
  const scores = useMemo(() => scoreTable(columns), [columns]);
  const bars = useMemo(() => histogram(scores, by, BINS), [scores, by]);
  const before = useMemo(() => whatIf(scores, recipe), [scores, recipe]);
  const after = whatIf(scores, trial);
  // The strip of pictures follows when the line rests: the line itself must not wait for it.
  const [settled] = useDebouncedValue(trial, REST);
  const flipped = useMemo(() => flippedRows(scores, settled), [scores, settled]);
  const profile = useThetaProfile(run.run.id, scores.scores.length);
  const counting =
    profile?.state === 'counting'
      ? t('theta.counting', { done: format.count(profile.done), total: format.count(profile.total) })
      : '';
  const isSame = isSameTrial(trial, recipe);
  const move = useCallback(
    (name: ThresholdName, value: number) => setTrial((current) => moved(current, name, value)),
    [],
  );
  const openImage = useCallback((imageId: number) => go(routeTo.review(batchId, imageId)), [go, batchId]);
  const { save, adopt } = useSaving(table, run);
  const moveTheta = useCallback((theta: number) => move('theta', theta), [move]);
  const onSave = useCallbackRef((again: boolean) => save.mutate({ trial, again }));
  const onEdit = useCallbackRef(() =>
    setEdited({ recipe: { ...recipe, ...trial }, parentHash: run.run.recipeHash }),
  );
  return (
    <div className={classes.bench}>
      <div className={classes.plots}>
        <PlotHeader parts={bars.parts} by={by} onBy={setBy} scale={scale} onScale={setScale} />
        <ScoreHistogram histogram={bars} isLog={scale === 'log'} trial={trial} onMove={move} />
        <Group justify="space-between" gap="xs" mt="sm">
          <Title order={2} size="sm">
            {t('theta.plot')}
          </Title>
          <Group gap="md" className={classes.legend}>
            <span>
              <i className={classes.dot} data-part="regions" /> {t('theta.regions')}
            </span>
            <span>
              <i className={classes.dot} data-part="images" /> {t('theta.imagesWithRegion')}
            </span>
          </Group>
        </Group>
        <ThetaPlot
          profile={profile?.state === 'ready' ? profile.profile : undefined}
          counting={counting}
          theta={trial.theta}
          onMove={moveTheta}
        />
        <Title order={2} size="sm" mt="sm">
          {t('flips.title', { count: after.flipped, number: format.count(after.flipped) })}
        </Title>
        <FlipStrip
          runId={run.run.id}
          columns={columns}
          rows={flipped}
          thresholds={settled}
          onOpen={openImage}
        />
      </div>
      <aside className={classes.panel} aria-label={t('panel')}>
        <div className={classes.facts}>
          <Section
            title={t('thresholds')}
            action={
              <Button
                variant="subtle"
                size="compact-sm"
                leftSection={<IconRotate size={14} />}
                disabled={isSame}
                onClick={() => setTrial(trialOf(recipe))}
              >
                {t('reset')}
              </Button>
            }
          >
            <Group grow gap="xs" align="flex-start">
              <ThresholdInput name="warn" label={t('app:verdict.warn')} value={trial.warn} onMove={move} />
              <ThresholdInput
                name="reject"
                label={t('app:verdict.reject')}
                value={trial.reject}
                onMove={move}
              />
              <ThresholdInput name="theta" label="θ" value={trial.theta} onMove={move} />
            </Group>
          </Section>
          <Outcome before={before} after={after} />
          <Section title={t('theta.title')}>
            {profile?.state === 'ready' ? (
              <RegionOutcome profile={profile.profile} before={recipe.theta} after={trial.theta} />
            ) : profile?.state === 'failed' ? (
              <Alert color="red" p="xs">
                <FailureDetails failure={profile.error} />
              </Alert>
            ) : (
              <div>
                <Progress
                  value={profile ? (100 * profile.done) / Math.max(1, profile.total) : 0}
                  animated
                  mb={4}
                  aria-label={t('theta.title')}
                />
                <Text size="xs" c="dimmed">
                  {counting}
                </Text>
              </div>
            )}
            <Text size="xs" c="dimmed">
              {t('theta.note')}
            </Text>
          </Section>
        </div>
        <SavePanel isSame={isSame} isSaving={save.isPending} onSave={onSave} onEdit={onEdit} />
      </aside>
      <RecipeDrawer
        base={edited}
        onClose={() => setEdited(null)}
        onSaved={(saved) => {
          setEdited(null);
          adopt.mutate(saved);
        }}
      />
    </div>
  );
}

type By = 'model' | 'human';
type Scale = 'linear' | 'log';

const PlotHeader = memo(function PlotHeader({
  parts,
  by,
  onBy,
  scale,
  onScale,
}: {
  readonly parts: readonly string[];
  readonly by: By;
  onBy(by: By): void;
  readonly scale: Scale;
  onScale(scale: Scale): void;
}) {
  const { t } = useTranslation(['what-if', 'app']);
  return (
    <Group justify="space-between" gap="xs">
      <Title order={2} size="sm">
        {t('scores')}
      </Title>
      <Group gap="sm">
        <Legend parts={parts} />
        <SegmentedControl
          size="xs"
          aria-label={t('stack.label')}
          value={by}
          data={(['model', 'human'] as const).map((value) => ({ value, label: t(`stack.${value}`) }))}
          onChange={(value) => onBy(value as By)}
        />
        <SegmentedControl
          size="xs"
          aria-label={t('scale.label')}
          value={scale}
          data={(['linear', 'log'] as const).map((value) => ({ value, label: t(`scale.${value}`) }))}
          onChange={(value) => onScale(value as Scale)}
        />
      </Group>
    </Group>
  );
});

const ThresholdInput = memo(function ThresholdInput({
  name,
  label,
  value,
  onMove,
}: {
  readonly name: ThresholdName;
  readonly label: string;
  readonly value: number;
  onMove(name: ThresholdName, value: number): void;
}) {
  return (
    <NumberInput
      label={label}
      value={value}
      min={0}
      max={1}
      step={0.005}
      decimalScale={3}
      fixedDecimalScale
      clampBehavior="blur"
      onChange={(entered) => typeof entered === 'number' && onMove(name, round(entered))}
    />
  );
});

const SavePanel = memo(function SavePanel({
  isSame,
  isSaving,
  onSave,
  onEdit,
}: {
  /** The thresholds are those of the run. */
  readonly isSame: boolean;
  readonly isSaving: boolean;
  onSave(again: boolean): void;
  onEdit(): void;
}) {
  const { t } = useTranslation('what-if');
  const denied = useDenied()('recipes.save');
  return (
    <div className={classes.save}>
      <Text size="xs" c="dimmed">
        {t('save.about')}
      </Text>
      {denied.title && <Text size="xs">{denied.title}</Text>}
      <Button
        leftSection={<IconDeviceFloppy size={16} />}
        disabled={isSame}
        loading={isSaving}
        {...denied}
        onClick={() => onSave(false)}
      >
        {t('save.revision')}
      </Button>
      <Group grow gap="xs">
        <Button
          variant="default"
          size="xs"
          leftSection={<IconPlayerPlay size={15} />}
          disabled={isSame || isSaving}
          {...denied}
          onClick={() => onSave(true)}
        >
          {t('save.again')}
        </Button>
        <Button variant="default" size="xs" leftSection={<IconPencil size={15} />} onClick={onEdit}>
          {t('save.edit')}
        </Button>
      </Group>
    </div>
  );
});

function trialOf({ warn, reject, theta }: Trial): Trial {
  return { warn, reject, theta };
}

/** Saves thresholds as the recipe's next revision and makes it the batch's. */
function useSaving({ batch, recipe }: WholeReviewTable, { run }: RunProgress) {
  const { t } = useTranslation('what-if');
  const { client } = useWorkstation();
  const inspector = useSession((session) => session.inspector);
  const go = useGo();
  const adopt = useMutation({
    mutationFn: (saved: RecipeRow) =>
      client.batches.update({ id: batch.id, changes: { recipeHash: saved.hash }, inspector }),
    onSuccess: (_, saved) =>
      notifications.show({ color: 'teal', title: t('save.done', saved), message: t('save.next') }),
  });
  const save = useMutation({
    mutationFn: async ({ trial, again }: { readonly trial: Trial; readonly again: boolean }) => {
      const saved = await client.recipes.save({
        recipe: { ...recipe, ...trial },
        parentHash: run.recipeHash,
        inspector,
      });
      await adopt.mutateAsync(saved);
      if (!again) return;
      await client.runs.start({ batchId: batch.id, recipeHash: saved.hash, inspector });
      useSelectedBatch.getState().select(batch.id);
      go(routeTo.batches());
    },
  });
  return { save, adopt };
}

function Legend({ parts }: { readonly parts: readonly string[] }) {
  const { t } = useTranslation('what-if');
  return (
    <Group gap="sm" className={classes.legend}>
      {parts.map((part) => (
        <span key={part}>
          <i className={classes.dot} data-part={part} /> {t(`parts.${part as 'accept'}`)}
        </span>
      ))}
    </Group>
  );
}
