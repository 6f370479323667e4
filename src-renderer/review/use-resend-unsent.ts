import i18next from 'i18next';
import { useEffect } from 'react';
import { failureOf, wasAnswered } from '../api/connection.ts';
import { failureText } from '../i18n/failure-text.ts';
import { usePeople } from '../state/people.ts';
import { useWorkstation, type WorkstationState } from '../state/workstation.ts';
import { showError } from '../ui/show-error.tsx';
import { draftKey, draftOf, isChanged, NOT_TO_KEEP, useDrafts, writeDraft } from './drafts.ts';
import { showStatus } from './status-line.ts';
import { EMPTY_STACK, push } from './undo-stack.ts';
import { keepStack, undoKey, useUndoStacks } from './undo-store.ts';
import { type EditRequest, isWaiting, sendEdit, useUnsentEdits } from './unsent-edits.ts';

/**
 * Sends again what the workstation did not acknowledge before the line broke, once it answers again and the inspector
 * whose word it is is signed in.
 */
export function useResendUnsent(): void {
  const workstation = useWorkstation();
  const me = usePeople((state) => state.me?.name);
  const isOpen = usePeople(({ people }) => people.length === 0);
  useEffect(() => {
    let isOver = false;
    const isMine = ({ workspaceId, inspector }: EditRequest) =>
      workspaceId === workstation.info.workspaceId && (isOpen || inspector === me);
    const resend = async () => {
      let stored = 0;
      for (const edit of useUnsentEdits.getState().edits.filter(isMine)) {
        if (isOver || !isWaiting(edit)) continue;
        try {
          await sendEdit(workstation.client, edit);
          stored++;
          follow(workstation, edit);
        } catch (error) {
          if (!wasAnswered(error)) return;
          refuse(edit, error);
        }
      }
      if (stored > 0) showStatus(i18next.t('review:said.sent-again', { count: stored }));
    };
    void resend();
    return () => {
      isOver = true;
    };
  }, [workstation, me, isOpen]);
}

/** What comes of an edit that is stored by now: it can be undone, and its draft is none any more. */
function follow({ info }: WorkstationState, { delta, runId, inspector, isNew }: EditRequest): void {
  if (isNew) {
    const key = undoKey(info.workspaceFolder, runId, inspector);
    keepStack(key, push(useUndoStacks.getState().byKey[key] ?? EMPTY_STACK, delta));
  }
  if (delta.kind === 'judge' && delta.after && !isChanged(delta.after, draftOf(runId, delta.imageId)))
    useDrafts.getState().drop(draftKey(runId, delta.imageId));
}

/** What was entered stays in the form, where it can be looked at and given again. */
function refuse({ delta, runId, seen }: EditRequest, error: unknown): void {
  const failure = failureOf(error);
  // It was retracted, by this very request or by somebody else.
  if (failure.details?.case === 'annotation-gone') return;
  if (delta.kind !== 'judge') {
    showError(error);
    return;
  }
  if (delta.after && delta.after.verdict !== 'withdrawn' && !NOT_TO_KEEP.has(failure.code)) {
    const { verdict, ...values } = delta.after;
    writeDraft(runId, delta.imageId, { ...values, verdict, seen });
  }
  showStatus(i18next.t('review:verdict.not-saved', { message: failureText(failure) }));
}
