import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useRef, useState } from 'react';
import type { Annotation } from '../../src-shared/annotation.ts';
import { useActions } from '../keys/use-actions.ts';
import { routeTo, useGo } from '../state/routes.ts';
import { useSession } from '../state/session.ts';
import { useWorkstation } from '../state/workstation.ts';
import type { Tool } from '../viewer/viewer-props.ts';
import type { InspectorHandlers } from './inspector-panel.tsx';
import { REVIEW_KEYS } from './review-actions.ts';
import { type ReviewData, reviewTableKey } from './review-table-cache.ts';
import { useAnnotating } from './use-annotating.ts';
import { useArea } from './use-area.ts';
import { useDefectClasses } from './use-defect-classes.ts';
import { useObstacles } from './use-obstacles.ts';
import { useOtherRun } from './use-other-run.ts';
import { usePreparedSam } from './use-prepared-sam.ts';
import { useQueue } from './use-queue.ts';
import { useReferences } from './use-references.ts';
import { useReviewEdits } from './use-review-edits.ts';
import { useReviewImage } from './use-review-image.ts';
import { useSam } from './use-sam.ts';
import { useScale } from './use-scale.ts';
import { useSelection } from './use-selection.ts';
import { useStableHandlers } from './use-stable-handlers.ts';
import { useVerdicts } from './use-verdicts.ts';

const NO_ANNOTATIONS: readonly Annotation[] = [];

export interface BatchUnderReview {
  readonly batchId: number;
  /** The run that was chosen; null: the newest. */
  readonly runId: number | null;
  /** The image that the address names. */
  readonly asked: number | null;
  /** The run to compare with that the address names. */
  readonly askedOther: number | null;
  readonly data: ReviewData;
}

/** Everything that the parts of the review share: the queue, the image at hand, and what can be done to it. */
export function useReview({ batchId, runId: chosenRun, asked, askedOther, data }: BatchUnderReview) {
  const tableKey = reviewTableKey(batchId, chosenRun);
  const runId = data.run?.run.id ?? null;
  const other = useOtherRun(batchId, runId, askedOther);
  const queue = useQueue(batchId, data, asked, other.data?.list ?? null);
  const { current } = queue;
  const { image, otherImage, remarks, pyramid } = useReviewImage(runId, other.id, queue.queue, current);
  const edits = useReviewEdits(runId, tableKey);
  const verdicts = useVerdicts(runId, edits, queue, remarks.data);
  const references = useReferences(runId, current, edits);
  usePreparedSam(runId, queue.queue, current);
  const sam = useSam(runId, current?.imageId ?? null);
  const [tool, setTool] = useState<Tool>('pan');
  const [selection, select] = useSelection(current?.imageId ?? null);
  const { classes, remember } = useDefectClasses();
  const start = useStart(batchId, tableKey);
  const { barred, settled } = useObstacles(image.data, remarks.data);
  const annotating = useAnnotating({
    row: current,
    runId,
    annotations: remarks.data?.annotations ?? NO_ANNOTATIONS,
    selection,
    select,
    barred,
    edits,
    sam,
    rememberClass: remember,
    onTaken: () => setTool('pan'),
  });
  const scale = useScale(data);
  const area = useArea({ batch: data.batch, recipe: data.recipe, runId, image: image.data });
  const { toggleFalsePositive } = annotating;
  const go = useGo();
  const searchField = useRef<HTMLInputElement>(null);
  const commentField = useRef<HTMLTextAreaElement>(null);
  const selectRegion = (region: number | null) => select({ region });
  const run = useActions(REVIEW_KEYS, {
    queue: queue.queue,
    current,
    elsewhere: queue.elsewhere,
    select: queue.select,
    runId,
    startRun: start.run,
    other,
    verdicts,
    settled,
    classes,
    rememberClass: remember,
    sam,
    regions: image.data?.outcome.status === 'done' ? image.data.outcome.result.regions : [],
    selectedRegion: selection.region,
    selectRegion,
    toggleFalsePositive,
    toggleReference: references.toggle,
    report: () => {
      if (runId !== null && current) go(routeTo.newReport({ batchId, runId, imageId: current.imageId }));
    },
    searchField,
    commentField,
  });
  const handlers = useStableHandlers<InspectorHandlers>({
    run,
    draft: verdicts.write,
    decide: verdicts.decide,
    amend: (changes) => {
      remember(changes.defectClass?.trim());
      verdicts.amend(changes);
    },
    withdraw: () => void verdicts.withdraw(),
    takeTheirs: verdicts.takeTheirs,
    selectRegion,
    pointAtRegion: (pointed) => select({ pointed }),
    selectAnnotation: (annotation) => select({ annotation }),
    toggleFalsePositive,
    retract: annotating.retract,
    editPrompts: annotating.editPrompts,
    chooseLevel: sam.choose,
    acceptCandidate: annotating.acceptCandidate,
    discardCandidate: () => sam.ask(null),
    endDrawing: annotating.endDrawing,
    addToArea: (kind) => {
      area.add(kind, selection.drawn ?? []);
      select({ drawn: null });
    },
    takePart: () => {
      if (sam.asked) area.takePart(sam.asked);
      sam.ask(null);
      setTool('pan');
    },
    removeFromArea: area.remove,
    removePart: area.removePart,
    saveArea: area.save,
    discardArea: area.discard,
  });
  return {
    batchId,
    data,
    tableKey,
    runId,
    other,
    queue,
    image,
    otherImage,
    remarks,
    pyramid,
    verdicts,
    references,
    sam,
    tool,
    setTool,
    selection,
    select,
    classes,
    settled,
    start,
    annotating,
    area,
    scale,
    searchField,
    commentField,
    run,
    handlers,
  };
}
export type Review = ReturnType<typeof useReview>;

/** Starts the first run of the batch. */
function useStart(batchId: number, tableKey: ReturnType<typeof reviewTableKey>) {
  const { api } = useWorkstation();
  const queries = useQueryClient();
  const inspector = useSession((session) => session.inspector);
  const { isPending, mutate } = useMutation(
    api.runs.start.mutationOptions({ onSuccess: () => queries.invalidateQueries({ queryKey: tableKey }) }),
  );
  const run = () => {
    if (!isPending) mutate({ batchId, inspector });
  };
  return { isPending, run };
}
