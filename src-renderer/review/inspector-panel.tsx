import { Badge, ScrollArea } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import type { RefObject } from 'react';
import { useTranslation } from 'react-i18next';
import type { ReviewImage } from '../../src-shared/contract.ts';
import type { Polygon, Region } from '../../src-shared/result.ts';
import type { ReviewRow } from '../../src-shared/review-table.ts';
import { overturns } from '../../src-shared/verdict.ts';
import { useWorkstation } from '../state/workstation.ts';
import { AnnotationList } from './annotation-list.tsx';
import { CandidatePanel } from './candidate-panel.tsx';
import { draftKey, useDrafts } from './drafts.ts';
import { DrawnPanel } from './drawn-panel.tsx';
import { HistoryList } from './history-list.tsx';
import { ModelSummary } from './model-summary.tsx';
import { RegionList } from './region-list.tsx';
import { ResultFacts } from './result-facts.tsx';
import { Section } from './section.tsx';
import type { AnnotationValues } from './undo-stack.ts';
import type { ReviewData } from './use-review-table.ts';
import type { Sam } from './use-sam.ts';
import type { useVerdicts } from './use-verdicts.ts';
import { VerdictForm } from './verdict-form.tsx';

interface InspectorPanelProps {
  readonly data: ReviewData;
  readonly row: ReviewRow;
  /** Undefined while it is on its way. */
  readonly image: ReviewImage | undefined;
  readonly imageError: string | null;
  readonly classes: readonly string[];
  readonly sam: Sam;
  readonly verdicts: ReturnType<typeof useVerdicts>;
  readonly drawn: readonly Polygon[] | null;
  readonly region: number | null;
  readonly annotation: number | null;
  readonly commentField: RefObject<HTMLTextAreaElement | null>;
  onRegion(index: number | null): void;
  onPoint(index: number | null): void;
  onAnnotation(id: number | null): void;
  onFalsePositive(index: number): void;
  onRetract(id: number): void;
  onEditPrompts(region: Region): void;
  onAcceptCandidate(kind: 'missed-defect' | 'corrected-region'): void;
  onDrawn(values: Pick<AnnotationValues, 'kind' | 'defectClass' | 'comment'> | null): void;
}

/** What the model says about the image, what the inspector says, and what was marked. */
export function InspectorPanel(props: InspectorPanelProps) {
  const { data, row, image, classes, sam, verdicts, region } = props;
  const { t } = useTranslation('review');
  const { api } = useWorkstation();
  const run = data.run?.run ?? null;
  const draft = useDrafts(({ byImage }) => (run ? byImage[draftKey(run.id, row.imageId)] : undefined));
  const { data: recipes = [] } = useQuery(api.recipes.list.queryOptions());
  const result = image?.outcome.status === 'done' ? image.outcome.result : null;
  const reasonFor =
    draft?.verdict && draft.verdict !== 'uncertain' && overturns(draft.verdict, row.model)
      ? draft.verdict
      : null;
  const revision = recipes.find(({ hash }) => hash === run?.recipeHash)?.revision ?? null;
  return (
    <ScrollArea h="100%" scrollbarSize={8} type="hover">
      {sam.asked && (
        <CandidatePanel
          asked={sam.asked}
          pixels={result ? result.width * result.height : 1}
          region={sam.asked.region ?? region}
          onChoose={sam.choose}
          onAccept={props.onAcceptCandidate}
          onDiscard={() => sam.ask(null)}
        />
      )}
      {props.drawn && (
        <DrawnPanel classes={classes} onSave={props.onDrawn} onDiscard={() => props.onDrawn(null)} />
      )}
      <ModelSummary row={row} image={image} recipe={data.recipe} error={props.imageError} />
      <VerdictForm
        key={row.imageId}
        last={image?.verdicts.at(-1)}
        draft={draft}
        classes={classes}
        reasonFor={reasonFor}
        saving={verdicts.saving}
        error={verdicts.error}
        disabled={run === null || row.status === 'pending'}
        commentField={props.commentField}
        onDraft={verdicts.write}
        onDecide={verdicts.decide}
        onAmend={verdicts.amend}
        onSubmit={verdicts.submit}
        onWithdraw={() => void verdicts.withdraw()}
      />
      {result && image && (
        <Section id="regions" title={t('regions.title')} aside={<Count of={result.regions.length} />}>
          <RegionList
            result={result}
            annotations={image.annotations}
            selected={region}
            onSelect={props.onRegion}
            onPoint={props.onPoint}
            onFalsePositive={props.onFalsePositive}
            onEditPrompts={props.onEditPrompts}
          />
        </Section>
      )}
      {image && run && (
        <Section
          id="annotations"
          title={t('annotations.title')}
          aside={<Count of={image.annotations.length} />}
        >
          <AnnotationList
            annotations={image.annotations}
            selected={props.annotation}
            onSelect={props.onAnnotation}
            onRetract={props.onRetract}
          />
        </Section>
      )}
      {image && run && (
        <Section
          id="history"
          title={t('history.title')}
          aside={<Count of={image.verdicts.length} />}
          openAtFirst={false}
        >
          <HistoryList verdicts={image.verdicts} />
        </Section>
      )}
      {result && (
        <Section
          id="facts"
          title={t('facts.title')}
          aside={`${result.device.running} · ${Math.round(result.timings.total).toLocaleString()} ms`}
          openAtFirst={false}
        >
          <ResultFacts result={result} recipe={data.recipe} revision={revision} />
        </Section>
      )}
    </ScrollArea>
  );
}

function Count({ of }: { readonly of: number }) {
  return (
    <Badge size="xs" variant="default" radius="sm">
      {of}
    </Badge>
  );
}
