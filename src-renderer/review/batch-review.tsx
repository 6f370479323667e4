import { Splitter } from '@mantine/core';
import { useCallbackRef } from '@mantine/hooks';
import { useQueryClient } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import type { RunProgress } from '../../src-shared/contract/runs.ts';
import { DEFAULT_OPINION_SETTINGS } from '../../src-shared/opinion.ts';
import { EMPTY_FILTER } from '../../src-shared/review-queue.ts';
import { failureOf } from '../api/connection.ts';
import { Viewer } from '../viewer/viewer.tsx';
import classes from './batch-review.module.css';
import { InspectorPanel } from './inspector-panel.tsx';
import { NoRun } from './no-run.tsx';
import { OpenElsewhereNote, useNamesElsewhere } from './open-elsewhere.tsx';
import { QueuePanel } from './queue-panel.tsx';
import { ReferenceOffer } from './reference-offer.tsx';
import { ReviewBar } from './review-bar.tsx';
import { useReviewSettings } from './review-settings.ts';
import { setProgress } from './review-table-cache.ts';
import { type BatchUnderReview, type Review, useReview } from './use-review.ts';
import { useSides } from './use-sides.tsx';

/** A batch with images: bar, queue, the image at hand, and the panel for what is said about it. */
export function BatchReview(props: BatchUnderReview) {
  const review = useReview(props);
  const queries = useQueryClient();
  const view = useReviewSettings((settings) => settings.view);
  const { data, other, queue, tableKey } = review;
  const follow = useCallbackRef((progress: RunProgress) => setProgress(queries, tableKey, progress));
  const showFailed = useCallbackRef(() => queue.narrow({ ...EMPTY_FILTER, status: ['failed'] }));
  return (
    <div className={classes.screen}>
      <ReviewBar
        data={data}
        counts={queue.counts}
        runs={other.runs}
        choices={other.choices}
        otherRunId={other.id}
        isChoosing={other.isChoosing}
        isNarrowed={queue.place.filter.runsDiffer}
        onOther={other.on}
        onProgress={follow}
        onFailed={showFailed}
        onAction={review.run}
      />
      <ReferenceOffer
        rows={data.list.rows}
        references={review.references}
        isUsed={(data.recipe.opinions ?? DEFAULT_OPINION_SETTINGS).references !== 'off'}
      />
      {view === 'grid' ? <GridColumns review={review} /> : <StripColumns review={review} />}
    </div>
  );
}

/** The images as tiles, beside the inspector's panel. */
function GridColumns({ review }: { readonly review: Review }) {
  const { widths, set } = useReviewSettings();
  return (
    <Splitter
      {...useSplitterProps()}
      sizes={[100, `${widths.inspector}px`]}
      onSizeChange={([, right]) => set({ widths: { ...widths, inspector: pixels(right) } })}
    >
      <Splitter.Pane defaultSize={100} className={classes.side ?? ''}>
        <Queue review={review} />
      </Splitter.Pane>
      {inspectorPane(review)}
    </Splitter>
  );
}

/** The images as a filmstrip, the one at hand in the viewer, and the inspector's panel. */
function StripColumns({ review }: { readonly review: Review }) {
  const { widths, set } = useReviewSettings();
  return (
    <Splitter
      {...useSplitterProps()}
      sizes={[`${widths.queue}px`, 100, `${widths.inspector}px`]}
      onSizeChange={([left, , right]) => set({ widths: { queue: pixels(left), inspector: pixels(right) } })}
    >
      <Splitter.Pane defaultSize="268px" min="220px" max="520px" collapsible className={classes.side ?? ''}>
        <Queue review={review} />
      </Splitter.Pane>
      <Splitter.Pane defaultSize={100} min={20} className={classes.viewer ?? ''}>
        <CurrentImage review={review} />
      </Splitter.Pane>
      {inspectorPane(review)}
    </Splitter>
  );
}

function useSplitterProps() {
  const { t } = useTranslation('review');
  return {
    className: classes.columns ?? '',
    withHandle: false,
    attributes: { handle: { 'aria-label': t('columns') } },
    lineSize: 1,
  };
}

/** A function and no component: the splitter knows only panes that are its own children. */
function inspectorPane(review: Review) {
  return (
    <Splitter.Pane defaultSize="340px" min="280px" max="560px" collapsible className={classes.side ?? ''}>
      <Inspector review={review} />
    </Splitter.Pane>
  );
}

function Queue({ review }: { readonly review: Review }) {
  const { queue, data, batchId, runId, other } = review;
  const { set } = useReviewSettings();
  const open = useCallbackRef((id: number) => {
    queue.select(id);
    set({ view: 'strip' });
  });
  return (
    <QueuePanel
      runId={runId}
      queue={queue.queue}
      current={queue.current}
      counts={queue.counts}
      filter={queue.place.filter}
      sampleProgress={queue.sampleProgress}
      thresholds={data.recipe}
      scale={review.scale.ofQueue}
      batchId={batchId}
      references={review.references.marks}
      other={other.data?.list ?? null}
      elsewhere={queue.elsewhere}
      searchField={review.searchField}
      onFilter={queue.narrow}
      onPick={queue.select}
      onOpen={open}
    />
  );
}

function CurrentImage({ review }: { readonly review: Review }) {
  const { data, runId, selection, select, annotating, image, pyramid } = review;
  const { current, elsewhere } = review.queue;
  const sides = useSides(review);
  const namesElsewhere = useNamesElsewhere();
  return (
    current && (
      <>
        <OpenElsewhereNote names={namesElsewhere(elsewhere.get(current.imageId))} />
        <Viewer
          {...sides}
          imageId={current.imageId}
          runId={runId}
          name={current.name}
          version={image.data?.image.version ?? null}
          file={image.data?.file ?? null}
          pyramid={pyramid.data ?? null}
          outcome={image.data?.outcome ?? null}
          thresholds={data.recipe}
          scale={review.scale.ofBatch}
          onScale={review.scale.set}
          hasTruth={image.data?.hasTruth ?? false}
          annotations={annotating.shown}
          area={review.area.shown}
          selectedRegion={selection.region}
          pointedRegion={selection.pointed}
          onSelectRegion={(region) => select({ region })}
          selectedAnnotation={selection.annotation}
          onSelectAnnotation={(annotation) => select({ annotation })}
          tool={review.tool}
          onTool={review.setTool}
          candidate={review.sam.asked}
          onPrompts={annotating.askSam}
          onDrawn={annotating.takeDrawn}
        />
      </>
    )
  );
}

function Inspector({ review }: { readonly review: Review }) {
  const { data, runId, queue, image, remarks, selection, verdicts, start } = review;
  const { current, counts } = queue;
  const unread = image.error ?? remarks.error;
  if (runId === null) return <NoRun images={counts.total} starting={start.isPending} onAction={review.run} />;
  return (
    current && (
      <InspectorPanel
        runId={runId}
        recipe={data.recipe}
        recipeHash={data.run?.run.recipeHash ?? ''}
        row={current}
        references={review.references}
        image={image.data}
        remarks={remarks.data}
        imageError={unread ? failureOf(unread) : null}
        classes={review.classes}
        asked={review.sam.asked}
        settled={review.settled}
        drawing={selection.drawn !== null}
        area={review.area}
        scale={review.scale.ofBatch}
        saving={verdicts.saving}
        failure={verdicts.error}
        region={selection.region}
        annotation={selection.annotation}
        commentField={review.commentField}
        on={review.handlers}
      />
    )
  );
}

function pixels(size: string | number | undefined): number {
  return Math.round(Number.parseFloat(String(size ?? 0)));
}
