import { Badge, ScrollArea } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { memo, type RefObject } from 'react';
import { useTranslation } from 'react-i18next';
import type { Annotation } from '../../src-shared/annotation.ts';
import type { ReviewImage, ReviewRemarks } from '../../src-shared/contract/review.ts';
import { opinionDisagreement } from '../../src-shared/opinion.ts';
import type { Recipe } from '../../src-shared/recipe.ts';
import type { InspectionResult, MaskLevel, Region } from '../../src-shared/result.ts';
import type { ReviewRow } from '../../src-shared/review-table.ts';
import { type Scale, scaleOf } from '../../src-shared/scale.ts';
import { overturns } from '../../src-shared/verdict.ts';
import type { Failure } from '../i18n/failure-text.ts';
import type { UserAction } from '../keys/action.ts';
import { useSession } from '../state/session.ts';
import { useWorkstation } from '../state/workstation.ts';
import { AnnotationList } from './annotation-list.tsx';
import { AreaEditPanel, SavedArea } from './area-panel.tsx';
import { CandidatePanel } from './candidate-panel.tsx';
import { DispositionLine } from './disposition-line.tsx';
import { crossingOf, draftKey, useDrafts, type VerdictDraft } from './drafts.ts';
import { DrawnPanel } from './drawn-panel.tsx';
import { HistoryList } from './history-list.tsx';
import { ModelSummary } from './model-summary.tsx';
import { OpinionSummary } from './opinion-summary.tsx';
import { ReferenceButton } from './reference-button.tsx';
import { RegionList } from './region-list.tsx';
import { ResultFacts } from './result-facts.tsx';
import type { ReviewContext } from './review-actions.ts';
import { Section } from './section.tsx';
import type { AnnotationValues } from './undo-stack.ts';
import { useIsUnsent } from './unsent-edits.ts';
import type { AreaTools } from './use-area.ts';
import type { References } from './use-references.ts';
import type { AskedSam } from './use-sam.ts';
import { VerdictForm } from './verdict-form.tsx';

/** What can be done in the panel. */
export type InspectorHandlers = {
  run(action: UserAction<ReviewContext>): void;
  draft(changes: VerdictDraft): void;
  decide(verdict: 'accept' | 'reject' | 'uncertain', changes?: VerdictDraft): void;
  amend(changes: VerdictDraft): void;
  withdraw(): void;
  /** Gives up the drafted verdict for the one that came before it. */
  takeTheirs(): void;
  selectRegion(index: number | null): void;
  pointAtRegion(index: number | null): void;
  selectAnnotation(id: number | null): void;
  toggleFalsePositive(index: number): void;
  retract(id: number): void;
  editPrompts(region: Region): void;
  chooseLevel(level: MaskLevel['level']): void;
  acceptCandidate(kind: 'missed-defect' | 'corrected-region'): void;
  discardCandidate(): void;
  endDrawing(values: Pick<AnnotationValues, 'kind' | 'defectClass' | 'comment'> | null): void;
  /** What was drawn is where to look, or to ignore. */
  addToArea(kind: 'include' | 'ignore'): void;
  /** SAM's answer is the part. */
  takePart(): void;
  removeFromArea(kind: 'include' | 'ignore', index: number): void;
  removePart(): void;
  saveArea(): void;
  discardArea(): void;
};

interface InspectorPanelProps {
  readonly runId: number;
  readonly recipe: Recipe;
  readonly recipeHash: string;
  readonly row: ReviewRow;
  /** Undefined while they are on their way. */
  readonly image: ReviewImage | undefined;
  readonly remarks: ReviewRemarks | undefined;
  readonly references: References;
  readonly imageError: Failure | null;
  readonly classes: readonly string[];
  readonly asked: AskedSam | null;
  /** Why no verdict may be given here: somebody else's stands; null: one may. */
  readonly settled: string | null;
  readonly drawing: boolean;
  readonly area: Pick<AreaTools, 'saved' | 'edit' | 'saving'>;
  /** How large a pixel of the batch's images is; null: not known. */
  readonly scale: Scale | null;
  readonly saving: boolean;
  /** Why the verdict could not be saved. */
  readonly failure: Failure | null;
  readonly region: number | null;
  readonly annotation: number | null;
  readonly commentField: RefObject<HTMLTextAreaElement | null>;
  /** Always the same object. */
  readonly on: InspectorHandlers;
}

/** What the model says about the image, what the inspector says, and what was annotated. */
export const InspectorPanel = memo(function InspectorPanel(props: InspectorPanelProps) {
  const { recipe, row, image, classes, asked, region, on } = props;
  const result = image?.outcome.status === 'done' ? image.outcome.result : null;
  return (
    <ScrollArea h="100%" scrollbarSize={8} type="hover">
      {asked && (
        <CandidatePanel
          asked={asked}
          pixels={result ? result.width * result.height : 1}
          region={asked.region ?? region}
          onChoose={on.chooseLevel}
          onAccept={on.acceptCandidate}
          onPart={on.takePart}
          onDiscard={on.discardCandidate}
        />
      )}
      {props.drawing && (
        <DrawnPanel
          classes={classes}
          onSave={on.endDrawing}
          onArea={on.addToArea}
          onDiscard={() => on.endDrawing(null)}
        />
      )}
      {props.area.edit && (
        <AreaEditPanel
          edit={props.area.edit}
          saving={props.area.saving}
          on={{
            remove: on.removeFromArea,
            removePart: on.removePart,
            save: on.saveArea,
            discard: on.discardArea,
          }}
        />
      )}
      <ModelSummary row={row} image={image} recipe={recipe} error={props.imageError} />
      <Verdict {...props} />
      <DispositionLine runId={props.runId} row={row} onAction={on.run} />
      <ReferenceButton row={row} references={props.references} onAction={on.run} />
      {result?.opinions && <Opinions result={result} />}
      {result && <Regions {...props} result={result} />}
      <Remarks {...props} />
      {result && !props.area.edit && <Area {...props} result={result} />}
      {result && <Facts {...props} result={result} />}
    </ScrollArea>
  );
});

function Verdict(props: InspectorPanelProps) {
  const { runId, row, on } = props;
  const draft = useDrafts(({ byImage }) => byImage[draftKey(runId, row.imageId)]);
  const inspector = useSession((session) => session.inspector);
  const last = props.remarks?.verdicts.at(-1);
  const chosen = draft?.verdict;
  const reasonFor = chosen && chosen !== 'uncertain' && overturns(chosen, row.model) ? chosen : null;
  return (
    <VerdictForm
      imageId={row.imageId}
      last={last}
      draft={draft}
      classes={props.classes}
      reasonFor={reasonFor}
      crossing={crossingOf(last, draft, inspector)}
      saving={props.saving}
      unsent={useIsUnsent(runId, row.imageId)}
      error={props.failure}
      disabled={row.status === 'pending' || props.settled !== null}
      why={props.settled}
      commentField={props.commentField}
      onDraft={on.draft}
      onDecide={on.decide}
      onAmend={on.amend}
      onAction={on.run}
      onWithdraw={on.withdraw}
      onTakeTheirs={on.takeTheirs}
    />
  );
}

type WithResult = InspectorPanelProps & { readonly result: InspectionResult };

function Opinions({ result }: { readonly result: InspectionResult }) {
  const { t } = useTranslation('review');
  const apart = opinionDisagreement(result.opinions ?? []);
  return (
    <Section
      id="opinions"
      title={t('opinions.title')}
      aside={t('opinions.apart', { value: apart.toFixed(2) })}
    >
      <OpinionSummary {...result} />
    </Section>
  );
}

function Regions({ result, image, remarks, region, scale, on }: WithResult) {
  const { t } = useTranslation('review');
  return (
    <Section id="regions" title={t('regions.title')} aside={<Count of={result.regions.length} />}>
      <RegionList
        result={result}
        scale={scaleOf(result, { scale })}
        annotations={remarks?.annotations ?? NO_ANNOTATIONS}
        barred={image?.file === 'changed' ? t('changed') : null}
        selected={region}
        onSelect={on.selectRegion}
        onPoint={on.pointAtRegion}
        onFalsePositive={on.toggleFalsePositive}
        onEditPrompts={on.editPrompts}
      />
    </Section>
  );
}

/** What was said about the image: annotations, and the history of its verdicts. */
function Remarks({ remarks, annotation, on }: InspectorPanelProps) {
  const { t } = useTranslation('review');
  if (!remarks) return null;
  const { annotations, verdicts } = remarks;
  return (
    <>
      <Section id="annotations" title={t('annotations.title')} aside={<Count of={annotations.length} />}>
        <AnnotationList
          annotations={annotations}
          selected={annotation}
          onSelect={on.selectAnnotation}
          onRetract={on.retract}
        />
      </Section>
      <Section
        id="history"
        title={t('history.title')}
        aside={<Count of={verdicts.length} />}
        openAtFirst={false}
      >
        <HistoryList verdicts={verdicts} />
      </Section>
    </>
  );
}

/** Where the product's images are looked at. */
function Area({ area: { saved }, result, on }: WithResult) {
  const { t } = useTranslation('review');
  const isOther = (result.area?.hash ?? null) !== (saved?.hash ?? null);
  return (
    <Section
      id="area"
      title={t('area.title')}
      aside={isOther ? t('area.other-aside') : null}
      openAtFirst={false}
    >
      <SavedArea
        saved={saved}
        result={result}
        on={{ remove: on.removeFromArea, removePart: on.removePart }}
      />
    </Section>
  );
}

function Facts({ result, recipe, recipeHash }: WithResult) {
  const { t } = useTranslation('review');
  const { api } = useWorkstation();
  const { data: recipes = [] } = useQuery(api.recipes.list.queryOptions());
  const revision = recipes.find(({ hash }) => hash === recipeHash)?.revision ?? null;
  return (
    <Section
      id="facts"
      title={t('facts.title')}
      aside={`${result.device.running} · ${Math.round(result.timings.total).toLocaleString()} ms`}
      openAtFirst={false}
    >
      <ResultFacts result={result} recipe={recipe} revision={revision} />
    </Section>
  );
}

const NO_ANNOTATIONS: readonly Annotation[] = [];

function Count({ of }: { readonly of: number }) {
  return (
    <Badge size="xs" variant="default" radius="sm">
      {of}
    </Badge>
  );
}
