import { useQueryClient } from '@tanstack/react-query';
import { useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { ReviewRemarks } from '../../src-shared/contract/review.ts';
import { nearestUnreviewed } from '../../src-shared/review-queue.ts';
import type { ReviewRow } from '../../src-shared/review-table.ts';
import { overturns } from '../../src-shared/verdict.ts';
import { failureOf } from '../api/connection.ts';
import { type Failure, failureText } from '../i18n/failure-text.ts';
import { useWorkstation } from '../state/workstation.ts';
import type { Deeds, Move } from './deeds.ts';
import { type Draft, drafted, draftKey, isChanged, NOTHING, useDrafts } from './drafts.ts';
import { FILMSTRIP_ID } from './filmstrip.tsx';
import { useReviewSettings } from './review-settings.ts';
import { say } from './status-line.ts';
import { type Delta, type VerdictValues, valuesOf } from './undo-stack.ts';
import type { Queue } from './use-queue.ts';

type Verdict = 'accept' | 'reject' | 'uncertain';

const NOT_TO_KEEP: ReadonlySet<string> = new Set(['not-permitted', 'image-changed']);

/** Giving, changing, taking back and undoing verdicts, with what follows: drafts, reasons, going on, what is said. */
export function useVerdicts(runId: number | null, deeds: Deeds, line: Queue) {
  const { t } = useTranslation(['review', 'app']);
  const { api } = useWorkstation();
  const queries = useQueryClient();
  const [saving, setSaving] = useState<number | null>(null);
  const [failure, setFailure] = useState<{ readonly imageId: number; readonly failure: Failure } | null>(
    null,
  );
  const latest = useRef(line);
  latest.current = line;
  const row = line.current;

  const advance = (from: ReviewRow) => {
    const { queue, current, select } = latest.current;
    if (current?.imageId !== from.imageId) return;
    const at = queue.indexOf(current);
    const next = nearestUnreviewed(queue, at, 1);
    if (!next) say(t('said.all-reviewed'));
    const target = next ?? queue[at + 1];
    if (target) select(target.imageId);
    // Letters are keys again, wherever the verdict was given.
    document.getElementById(FILMSTRIP_ID)?.focus({ preventScroll: true });
  };

  /** Stores a verdict with what the form holds; asks for a reason instead where one is missing. */
  const save = async (of: ReviewRow, verdict: Verdict, goOn: boolean) => {
    if (runId === null) return;
    const { imageId } = of;
    const key = draftKey(runId, imageId);
    const draft = useDrafts.getState().byImage[key];
    const overturned = overturns(verdict, of.model);
    setSaving(imageId);
    setFailure(null);
    // The image stays in the queue, whatever the filter says to its new verdict.
    latest.current.select(imageId);
    try {
      const { verdicts } = await queries.fetchQuery(
        api.review.remarks.queryOptions({ input: { runId, imageId } }),
      );
      const values = drafted(valuesOf(verdicts.at(-1)), draft, verdict, overturned);
      if (overturned && values.overturnReason === '') {
        useDrafts.getState().write(key, { verdict });
        say(t('said.reason-needed'));
        return;
      }
      await deeds.judge(imageId, values);
      if (useDrafts.getState().byImage[key] === draft) useDrafts.getState().drop(key);
      say(t('said.saved', { name: of.name, verdict: t(`app:verdict.${verdict}`) }));
      if (goOn) advance(of);
    } catch (error) {
      const reason = failureOf(error);
      // What is somebody else's to decide, or about another picture, is no draft.
      if (draft?.verdict !== verdict && !NOT_TO_KEEP.has(reason.code))
        useDrafts.getState().write(key, { verdict });
      setFailure({ imageId, failure: reason });
      say(t('verdict.not-saved', { message: `${of.name}: ${failureText(reason)}` }));
    } finally {
      setSaving(null);
    }
  };

  const write = (changes: Draft) => {
    if (row && runId !== null) useDrafts.getState().write(draftKey(runId, row.imageId), changes);
  };
  const goOn = useReviewSettings((settings) => settings.autoAdvance);
  const draftNow = () =>
    row && runId !== null ? useDrafts.getState().byImage[draftKey(runId, row.imageId)] : undefined;

  return {
    saving: saving !== null && saving === row?.imageId,
    error: failure && failure.imageId === row?.imageId ? failure.failure : null,
    write,
    decide: (verdict: Verdict, changes?: Draft) => {
      if (!row) return;
      if (changes) write(changes);
      void save(row, verdict, goOn);
    },
    amend: (changes: Draft) => {
      if (!row || runId === null) return;
      const last = savedValues(row.imageId);
      const draft = draftNow();
      if (!isChanged({ ...NOTHING, verdict: 'uncertain', ...last, ...draft }, changes) && !draft) return;
      write(changes);
      if (row.human && !draft?.verdict && isChanged(last, { ...draft, ...changes }))
        void save(row, row.human, false);
    },
    submit: () => {
      const verdict = draftNow()?.verdict ?? row?.human;
      if (row && verdict) void save(row, verdict, true);
      else say(t('said.choose-first'));
    },
    withdraw: async () => {
      if (!row) return;
      try {
        latest.current.select(row.imageId);
        const taken = savedValues(row.imageId);
        await deeds.judge(row.imageId, null);
        keepAsDraft(row.imageId, taken);
        say(t('said.withdrawn', { name: row.name }));
      } catch (error) {
        setFailure({ imageId: row.imageId, failure: failureOf(error) });
      }
    },
    undo: () =>
      stepBack(async () => {
        const move = await deeds.undo();
        if (move?.outcome === 'done' && move.delta.kind === 'judge' && move.delta.before === null)
          keepAsDraft(move.delta.imageId, move.delta.after);
        return move;
      }, 'said.undone'),
    redo: () => stepBack(deeds.redo, 'said.redone'),
  };

  function savedValues(imageId: number): VerdictValues | null {
    if (runId === null) return null;
    const queryKey = api.review.remarks.queryKey({ input: { runId, imageId } });
    return valuesOf(queries.getQueryData<ReviewRemarks>(queryKey)?.verdicts.at(-1));
  }

  /** What was entered with a verdict outlives it in the form. */
  function keepAsDraft(imageId: number, values: VerdictValues | null) {
    if (!values || runId === null) return;
    const { defectClass, severity, comment } = values;
    useDrafts.getState().write(draftKey(runId, imageId), { defectClass, severity, comment });
  }

  async function stepBack(step: () => Promise<Move | undefined>, key: 'said.undone' | 'said.redone') {
    try {
      const move = await step();
      if (!move) return say(t(key === 'said.undone' ? 'said.nothing-to-undo' : 'said.nothing-to-redo'));
      const { delta, outcome } = move;
      latest.current.select(delta.imageId);
      const name = latest.current.rowOf(delta.imageId)?.name ?? '';
      const said = outcome === 'done' ? key : (`${key}-not` as const);
      say(t(said, { what: describe(delta), name }));
    } catch (error) {
      say(t('said.failed', { message: failureText(failureOf(error)) }));
    }
  }

  function describe(delta: Delta): string {
    if (delta.kind === 'judge') {
      const { after } = delta;
      return !after || after.verdict === 'withdrawn' ? t('deed.withdraw') : t(`app:verdict.${after.verdict}`);
    }
    return t(`deed.${delta.kind}`, { kind: t(`kind.${delta.annotation.kind}`) });
  }
}
