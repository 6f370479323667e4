import { useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import type { Annotation } from '../../src-shared/annotation.ts';
import { checkAnnotation } from '../../src-shared/annotation-limits.ts';
import type { Polygon } from '../../src-shared/geometry.ts';
import type { Region } from '../../src-shared/result.ts';
import type { ReviewRow } from '../../src-shared/review-table.ts';
import { useOthersWord } from '../state/people.ts';
import { showError } from '../ui/show-error.tsx';
import type { ReviewEdits } from './review-edits.ts';
import { showStatus } from './status-line.ts';
import type { AnnotationValues } from './undo-stack.ts';
import type { Sam } from './use-sam.ts';
import type { ChangeSelection, Selection } from './use-selection.ts';

interface AnnotatingContext {
  readonly row: ReviewRow | null;
  readonly runId: number | null;
  /** Those that are saved. */
  readonly annotations: readonly Annotation[];
  readonly selection: Selection;
  readonly select: ChangeSelection;
  readonly barred: string | null;
  readonly edits: ReviewEdits;
  readonly sam: Sam;
  rememberClass(name: string | undefined): void;
  /** An answer of SAM was taken: its tool is not needed any more. */
  onTaken(): void;
}

/** Marking what the model got wrong: false positives, areas drawn by hand, answers of SAM. */
export function useAnnotating(context: AnnotatingContext) {
  const { row, runId, annotations, selection, select, barred, edits, sam, rememberClass, onTaken } = context;
  const { t } = useTranslation('review');
  const othersWord = useOthersWord();
  const imageId = row?.imageId ?? null;

  const annotate = (values: AnnotationValues, done: () => void) => {
    if (imageId === null) return;
    if (barred !== null) return showStatus(barred);
    rememberClass(values.defectClass);
    edits.annotate(imageId, values).then(() => {
      showStatus(t('said.marked', { kind: t(`kind.${values.kind}`) }));
      done();
    }, showError);
  };
  const retract = (id: number) => {
    if (imageId === null) return;
    edits.retract(imageId, id).then(() => showStatus(t('said.retracted')), showError);
  };
  const toggleFalsePositive = (index: number) => {
    const known = annotations.find((one) => one.kind === 'false-positive' && one.regionIndex === index);
    const why = known ? othersWord('review.retract-of-others', known.inspector) : null;
    if (why !== null) return showStatus(why);
    if (known) return retract(known.id);
    const of = { regionIndex: index, polygons: null, defectClass: '', comment: '' };
    annotate({ kind: 'false-positive', ...of }, () => {});
  };
  const acceptCandidate = (kind: 'missed-defect' | 'corrected-region') => {
    const level = sam.asked?.levels.find((one) => one.level === sam.asked?.chosen);
    if (!sam.asked || !level) return;
    const regionIndex = kind === 'corrected-region' ? (sam.asked.region ?? selection.region) : null;
    const defectClass = kind === 'missed-defect' ? (row?.defectClass ?? '') : '';
    annotate({ kind, regionIndex, polygons: level.polygons, defectClass, comment: '' }, () => {
      sam.ask(null);
      onTaken();
    });
  };
  const askSam: Sam['ask'] = (prompts, region) => {
    if (prompts !== null && barred !== null) showStatus(barred);
    else sam.ask(prompts, region);
  };
  const editPrompts = (region: Region) => {
    select({ region: region.index });
    askSam({ box: region.prompts.box, points: [...region.prompts.points] }, region.index);
  };
  const takeDrawn = (drawn: readonly Polygon[]) => {
    try {
      checkAnnotation(drawn);
      select({ drawn });
    } catch (error) {
      showError(error);
    }
  };
  /** Saves the area that was drawn; null discards it. */
  const endDrawing = (values: Pick<AnnotationValues, 'kind' | 'defectClass' | 'comment'> | null) => {
    if (!values) return select({ drawn: null });
    annotate({ ...values, regionIndex: null, polygons: selection.drawn }, () => select({ drawn: null }));
  };
  // What was drawn stays in sight while its form is filled in.
  const shown = useMemo(
    () =>
      selection.drawn && imageId !== null && runId !== null
        ? [...annotations, unsaved(selection.drawn, { imageId, runId })]
        : annotations,
    [annotations, selection.drawn, imageId, runId],
  );
  return { shown, retract, toggleFalsePositive, acceptCandidate, askSam, editPrompts, takeDrawn, endDrawing };
}

/** An annotation that was drawn and not saved yet: by nobody, at no time. */
function unsaved(polygons: readonly Polygon[], at: Pick<Annotation, 'imageId' | 'runId'>): Annotation {
  const of = { ...at, id: -1, regionIndex: null, inspector: '', createdAt: '' };
  return { ...of, kind: 'missed-defect', polygons, defectClass: '', comment: '' };
}
