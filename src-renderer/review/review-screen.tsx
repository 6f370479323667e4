import { Alert, Button, Center, EmptyState, Group, Loader, Splitter } from '@mantine/core';
import { useCallbackRef } from '@mantine/hooks';
import { IconAlertTriangle, IconPhotoOff } from '@tabler/icons-react';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useMemo, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useParams } from 'wouter';
import type { Annotation } from '../../src-shared/annotation.ts';
import type { RunProgress } from '../../src-shared/contract/runs.ts';
import { checkMark } from '../../src-shared/mark-limits.ts';
import type { Polygon, Region } from '../../src-shared/result.ts';
import { EMPTY_FILTER, nearestUnreviewed } from '../../src-shared/review-queue.ts';
import { failureOf } from '../api/connection.ts';
import { useActions } from '../keys/use-actions.ts';
import { useOthersWord } from '../state/people.ts';
import { useReviewPosition } from '../state/review-position.ts';
import { routeTo, useGo } from '../state/routes.ts';
import { useSession } from '../state/session.ts';
import { useWorkstation } from '../state/workstation.ts';
import { FailureDetails } from '../ui/failure-details.tsx';
import { showError } from '../ui/show-error.tsx';
import { Viewer } from '../viewer/viewer.tsx';
import type { Tool } from '../viewer/viewer-props.ts';
import { type InspectorHandlers, InspectorPanel } from './inspector-panel.tsx';
import { NoRun } from './no-run.tsx';
import { QueuePanel } from './queue-panel.tsx';
import { ReviewBar } from './review-bar.tsx';
import classes from './review-screen.module.css';
import { classOrder, useReviewSettings } from './review-settings.ts';
import { type ReviewData, reviewTableKey, setProgress } from './review-table-cache.ts';
import { say } from './status-line.ts';
import type { AnnotationValues } from './undo-stack.ts';
import { useDeeds } from './use-deeds.ts';
import { useQueue } from './use-queue.ts';
import { useReviewImage } from './use-review-image.ts';
import { useReviewTable } from './use-review-table.ts';
import { useSam } from './use-sam.ts';
import { useStableHandlers } from './use-stable-handlers.ts';
import { useVerdicts } from './use-verdicts.ts';

/** Screen 2: the images of a batch one by one, with the model's result, the inspector's verdict and marks. */
export function ReviewScreen() {
  const params = useParams<{ batchId: string; imageId?: string }>();
  const batchId = Number(params.batchId);
  const imageId = params.imageId === undefined ? null : Number(params.imageId);
  const { runId } = useReviewPosition(batchId);
  const { t } = useTranslation('review');
  const go = useGo();
  const table = useReviewTable(batchId, runId);
  if (table.data?.list.rows.length === 0) {
    return (
      <EmptyState
        h="100%"
        icon={<IconPhotoOff />}
        title={t('empty.no-images')}
        description={t('empty.no-images-why')}
      >
        <Button onClick={() => go(routeTo.batches())}>{t('empty.to-batches')}</Button>
      </EmptyState>
    );
  }
  if (table.data) {
    return <Desk key={batchId} batchId={batchId} runId={runId} asked={imageId} data={table.data} />;
  }
  return (
    <Center h="100%" p="xl">
      {table.error ? (
        <Alert color="red" icon={<IconAlertTriangle />} title={t('error.table')} maw={520}>
          <FailureDetails failure={failureOf(table.error)} />
          <Group gap="xs" mt="sm">
            <Button size="xs" variant="default" onClick={() => void table.refetch()}>
              {t('error.again')}
            </Button>
            <Button size="xs" variant="default" onClick={() => go(routeTo.batches())}>
              {t('empty.to-batches')}
            </Button>
          </Group>
        </Alert>
      ) : (
        <Loader aria-label={t('loading')} />
      )}
    </Center>
  );
}

interface DeskProps {
  readonly batchId: number;
  /** The run that was chosen; null: the newest. */
  readonly runId: number | null;
  /** The image that the address names. */
  readonly asked: number | null;
  readonly data: ReviewData;
}

/** What is selected in the image at hand; gone with it. */
interface Selection {
  readonly imageId: number | null;
  readonly region: number | null;
  readonly annotation: number | null;
  /** The region under the pointer in the list. */
  readonly pointed: number | null;
  /** An area drawn by hand that nothing was said about yet. */
  readonly drawn: readonly Polygon[] | null;
}

function Desk({ batchId, runId: chosenRun, asked, data }: DeskProps) {
  const { t } = useTranslation(['review', 'app']);
  const { api } = useWorkstation();
  const queries = useQueryClient();
  const inspector = useSession((session) => session.inspector);
  const { view, widths, classes: known, set } = useReviewSettings();
  const tableKey = reviewTableKey(batchId, chosenRun);
  const runId = data.run?.run.id ?? null;
  const line = useQueue(batchId, data, asked);
  const { queue, current, counts, place, select, narrow, move } = line;
  const imageId = current?.imageId ?? null;
  const { image, remarks, pyramid } = useReviewImage(runId, queue, current);
  const deeds = useDeeds(runId, tableKey);
  const verdicts = useVerdicts(runId, deeds, line);
  const sam = useSam(runId, imageId);
  const [tool, setTool] = useState<Tool>('pan');
  const [selection, setSelection] = useState<Selection>(noSelection(null));
  const seen = selection.imageId === imageId ? selection : noSelection(imageId);
  const mark = (changes: Partial<Selection>) => setSelection({ ...seen, ...changes });
  const searchField = useRef<HTMLInputElement>(null);
  const commentField = useRef<HTMLTextAreaElement>(null);

  const { data: used = [] } = useQuery(api.review.defectClasses.queryOptions());
  const defectClasses = useMemo(
    () =>
      classOrder(
        known,
        used,
        PROPOSED_CLASSES.map((name) => t(`class.${name}`)),
      ),
    [known, used, t],
  );
  const fixClasses = (name: string | undefined) => {
    if (name && !known.includes(name)) set({ classes: [...defectClasses, name].filter(isFirst) });
  };

  const start = useMutation(
    api.runs.start.mutationOptions({ onSuccess: () => queries.invalidateQueries({ queryKey: tableKey }) }),
  );
  const startRun = () => {
    if (!start.isPending) start.mutate({ batchId, inspector });
  };

  const result = image.data?.outcome.status === 'done' ? image.data.outcome.result : null;
  const unread = image.error ?? remarks.error;
  const annotations = remarks.data?.annotations ?? NO_MARKS;
  const othersWord = useOthersWord();
  const last = remarks.data?.verdicts.at(-1);
  // Nothing is said of a picture that the model never saw.
  const barred = image.data?.file === 'changed' ? t('changed') : null;
  const settled =
    barred ??
    (last && last.verdict !== 'withdrawn' ? othersWord('review.judge-after-others', last.inspector) : null);
  const annotate = (values: AnnotationValues, done: () => void) => {
    if (imageId === null) return;
    if (barred !== null) return say(barred);
    fixClasses(values.defectClass);
    deeds.annotate(imageId, values).then(() => {
      say(t('said.marked', { kind: t(`kind.${values.kind}`) }));
      done();
    }, showError);
  };
  const retract = (id: number) => {
    if (imageId === null) return;
    deeds.retract(imageId, id).then(() => say(t('said.retracted')), showError);
  };
  const toggleFalsePositive = (index: number) => {
    const marked = annotations.find((mark) => mark.kind === 'false-positive' && mark.regionIndex === index);
    const why = marked ? othersWord('review.retract-of-others', marked.inspector) : null;
    if (why !== null) return say(why);
    if (marked) return retract(marked.id);
    annotate(
      { kind: 'false-positive', regionIndex: index, polygons: null, defectClass: '', comment: '' },
      () => {},
    );
  };
  const markSelected = () => {
    const index = seen.region ?? (result?.regions.length === 1 ? result.regions[0]!.index : null);
    if (index === null) say(t('said.select-region'));
    else toggleFalsePositive(index);
  };
  const nextRegion = () => {
    const indexes = result?.regions.map(({ index }) => index) ?? [];
    const at = seen.region === null ? -1 : indexes.indexOf(seen.region);
    mark({ region: indexes[(at + 1) % indexes.length] ?? null });
  };
  const acceptCandidate = (kind: 'missed-defect' | 'corrected-region') => {
    const level = sam.asked?.levels.find((one) => one.level === sam.asked?.chosen);
    if (!sam.asked || !level) return;
    const regionIndex = kind === 'corrected-region' ? (sam.asked.region ?? seen.region) : null;
    const defectClass = kind === 'missed-defect' ? (current?.defectClass ?? '') : '';
    annotate({ kind, regionIndex, polygons: level.polygons, defectClass, comment: '' }, () => {
      sam.ask(null);
      setTool('pan');
    });
  };
  const takeDrawn = (drawn: readonly Polygon[]) => {
    try {
      checkMark(drawn);
      mark({ drawn });
    } catch (error) {
      showError(error);
    }
  };
  const endDrawing = (values: Pick<AnnotationValues, 'kind' | 'defectClass' | 'comment'> | null) => {
    if (!values) return mark({ drawn: null });
    annotate({ ...values, regionIndex: null, polygons: seen.drawn }, () => mark({ drawn: null }));
  };
  const askSam: typeof sam.ask = (prompts, region) => {
    if (prompts !== null && barred !== null) say(barred);
    else sam.ask(prompts, region);
  };
  const editPrompts = (region: Region) => {
    mark({ region: region.index });
    askSam({ box: region.prompts.box, points: [...region.prompts.points] }, region.index);
  };
  const pickClass = (index: number) => () => {
    const name = defectClasses[index];
    if (name === undefined) return;
    if (settled !== null) return say(settled);
    fixClasses(name);
    verdicts.amend({ defectClass: name });
    say(t('said.class', { name }));
  };
  const pickLevelOrClass = (index: 0 | 1 | 2) =>
    sam.asked?.levels.length ? () => sam.choose(([1, 2, 3] as const)[index]) : pickClass(index);

  const step = (by: 1 | -1) => () => {
    const target = queue[(current ? queue.indexOf(current) : -1) + by];
    if (target) select(target.imageId);
  };
  const stepUnreviewed = (by: 1 | -1) => () => {
    const target = nearestUnreviewed(queue, current ? queue.indexOf(current) : -1, by);
    if (target) select(target.imageId);
    else say(t('said.all-reviewed'));
  };
  // What was drawn stays in sight while its form is filled in.
  const shownMarks = useMemo(
    () => (seen.drawn ? [...annotations, unsaved(seen.drawn)] : annotations),
    [annotations, seen.drawn],
  );
  const open = useCallbackRef((id: number) => {
    select(id);
    set({ view: 'strip' });
  });
  const chooseRun = useCallbackRef((id: number) => move(batchId, { runId: id }));
  const follow = useCallbackRef((progress: RunProgress) => setProgress(queries, tableKey, progress));
  const showFailed = useCallbackRef(() => narrow({ ...EMPTY_FILTER, status: ['failed'] }));
  const undo = useCallbackRef(() => void verdicts.undo());
  const redo = useCallbackRef(() => void verdicts.redo());
  const judged = (verdict: 'accept' | 'reject' | 'uncertain') => () =>
    settled === null ? verdicts.decide(verdict) : say(settled);
  const canJudge = runId !== null && current !== null && current.status !== 'pending';
  useActions({
    'review.next': step(1),
    'review.previous': step(-1),
    'review.next-unreviewed': stepUnreviewed(1),
    'review.previous-unreviewed': stepUnreviewed(-1),
    'review.undo': undo,
    'review.redo': redo,
    'review.search': () => searchField.current?.select(),
    'review.grid': () => set({ view: view === 'grid' ? 'strip' : 'grid' }),
    'review.comment': runId === null ? startRun : () => commentField.current?.focus(),
    ...(canJudge && {
      'review.accept': judged('accept'),
      'review.reject': judged('reject'),
      'review.uncertain': judged('uncertain'),
      'review.submit': settled === null ? verdicts.submit : () => say(settled),
      'review.false-positive': markSelected,
      'tool.next-region': nextRegion,
      'review.class-1': pickLevelOrClass(0),
      'review.class-2': pickLevelOrClass(1),
      'review.class-3': pickLevelOrClass(2),
      'review.class-4': pickClass(3),
      'review.class-5': pickClass(4),
      'review.class-6': pickClass(5),
      'review.class-7': pickClass(6),
      'review.class-8': pickClass(7),
      'review.class-9': pickClass(8),
    }),
  });

  const handlers = useStableHandlers<InspectorHandlers>({
    draft: verdicts.write,
    decide: verdicts.decide,
    amend: (changes) => {
      fixClasses(changes.defectClass?.trim());
      verdicts.amend(changes);
    },
    submit: verdicts.submit,
    withdraw: () => void verdicts.withdraw(),
    selectRegion: (region) => mark({ region }),
    pointAtRegion: (pointed) => mark({ pointed }),
    selectAnnotation: (annotation) => mark({ annotation }),
    toggleFalsePositive,
    retract,
    editPrompts,
    chooseLevel: sam.choose,
    acceptCandidate,
    discardCandidate: () => sam.ask(null),
    endDrawing,
  });

  const dividers = { handle: { 'aria-label': t('columns') } };
  const panel = (
    <QueuePanel
      runId={runId}
      queue={queue}
      current={current}
      counts={counts}
      filter={place.filter}
      thresholds={data.recipe}
      batchId={batchId}
      searchField={searchField}
      onFilter={narrow}
      onPick={select}
      onOpen={open}
    />
  );
  const imagePanel =
    runId === null ? (
      <NoRun images={counts.total} starting={start.isPending} onStart={startRun} />
    ) : (
      current && (
        <InspectorPanel
          runId={runId}
          recipe={data.recipe}
          recipeHash={data.run?.run.recipeHash ?? ''}
          row={current}
          image={image.data}
          remarks={remarks.data}
          imageError={unread ? failureOf(unread) : null}
          classes={defectClasses}
          asked={sam.asked}
          settled={settled}
          drawing={seen.drawn !== null}
          saving={verdicts.saving}
          failure={verdicts.error}
          region={seen.region}
          annotation={seen.annotation}
          commentField={commentField}
          on={handlers}
        />
      )
    );
  const inspectorPane = (
    <Splitter.Pane defaultSize="340px" min="280px" max="560px" collapsible className={classes.side ?? ''}>
      {imagePanel}
    </Splitter.Pane>
  );
  return (
    <div className={classes.screen}>
      <ReviewBar
        data={data}
        counts={counts}
        onRun={chooseRun}
        onProgress={follow}
        onFailed={showFailed}
        onUndo={undo}
        onRedo={redo}
      />
      {view === 'grid' ? (
        <Splitter
          key="grid"
          className={classes.columns ?? ''}
          sizes={[100, `${widths.inspector}px`]}
          onSizeChange={([, right]) => set({ widths: { ...widths, inspector: pixels(right) } })}
          withHandle={false}
          attributes={dividers}
          lineSize={1}
        >
          <Splitter.Pane defaultSize={100} className={classes.side ?? ''}>
            {panel}
          </Splitter.Pane>
          {inspectorPane}
        </Splitter>
      ) : (
        <Splitter
          key="strip"
          className={classes.columns ?? ''}
          sizes={[`${widths.queue}px`, 100, `${widths.inspector}px`]}
          onSizeChange={([left, , right]) =>
            set({ widths: { queue: pixels(left), inspector: pixels(right) } })
          }
          withHandle={false}
          attributes={dividers}
          lineSize={1}
        >
          <Splitter.Pane
            defaultSize="268px"
            min="220px"
            max="520px"
            collapsible
            className={classes.side ?? ''}
          >
            {panel}
          </Splitter.Pane>
          <Splitter.Pane defaultSize={100} min={20} className={classes.viewer ?? ''}>
            {current && (
              <Viewer
                imageId={current.imageId}
                runId={runId}
                name={current.name}
                version={image.data?.image.version ?? null}
                file={image.data?.file ?? null}
                pyramid={pyramid.data ?? null}
                outcome={image.data?.outcome ?? null}
                thresholds={data.recipe}
                hasTruth={image.data?.hasTruth ?? false}
                annotations={shownMarks}
                selectedRegion={seen.region}
                pointedRegion={seen.pointed}
                onSelectRegion={(region) => mark({ region })}
                selectedAnnotation={seen.annotation}
                onSelectAnnotation={(annotation) => mark({ annotation })}
                tool={tool}
                onTool={setTool}
                candidate={sam.asked}
                onPrompts={askSam}
                onDrawn={takeDrawn}
              />
            )}
          </Splitter.Pane>
          {inspectorPane}
        </Splitter>
      )}
    </div>
  );
}

/** What the digits mean in a workspace where no class was given yet. */
const PROPOSED_CLASSES = [
  'scratch',
  'dent',
  'crack',
  'contamination',
  'discolouration',
  'hole',
  'missing-part',
  'deformation',
  'other',
] as const;

const NO_MARKS: readonly Annotation[] = [];

/** A mark that was drawn and not saved yet. */
function unsaved(polygons: readonly Polygon[]): Annotation {
  const of = { id: -1, runId: 0, imageId: 0, regionIndex: null, inspector: '', createdAt: '' };
  return { ...of, kind: 'missed-defect', polygons, defectClass: '', comment: '' };
}

function noSelection(imageId: number | null): Selection {
  return { imageId, region: null, annotation: null, pointed: null, drawn: null };
}

function pixels(size: string | number | undefined): number {
  return Math.round(Number.parseFloat(String(size ?? 0)));
}

function isFirst(value: string, index: number, values: readonly string[]): boolean {
  return values.indexOf(value) === index;
}
