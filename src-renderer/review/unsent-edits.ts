import { create } from 'zustand';
import type { Annotation } from '../../src-shared/annotation.ts';
import type { VerdictEntry } from '../../src-shared/verdict.ts';
import { type Client, wasAnswered } from '../api/connection.ts';
import type { Delta } from './undo-stack.ts';

/** An edit on its way to the workstation. */
export interface EditRequest {
  /** Idempotency key: however often it is sent, it is stored once. */
  readonly key: string;
  /** When it was made, milliseconds since 1970. */
  readonly at: number;
  readonly workspaceId: string;
  readonly runId: number;
  readonly inspector: string;
  readonly delta: Delta;
  /** The newest verdict that was on screen; null: there was none. Absent: that does not matter. */
  readonly seen?: number | null;
  /** True for what can be undone, false for a step of undo itself. */
  readonly isNew: boolean;
  /** It was sent, and the line broke before the answer. */
  readonly isStalled: boolean;
}

/** Each has an entry of its own in the browser's storage, so that tabs don't overwrite each other's. */
const PREFIX = 'clipsam-unsent:';

/** What was entered and not acknowledged by the workstation, oldest first. It outlives a reload and a crash. */
export const useUnsentEdits = create<{ readonly edits: readonly EditRequest[] }>(() => ({
  edits: Object.keys(localStorage)
    .filter((name) => name.startsWith(PREFIX))
    .map((name) => JSON.parse(localStorage.getItem(name)!) as EditRequest)
    .toSorted((a, b) => a.at - b.at),
}));

window.addEventListener('storage', ({ key, newValue }) => {
  if (!key?.startsWith(PREFIX)) return;
  if (newValue === null) forget(key.slice(PREFIX.length));
  else remember(JSON.parse(newValue) as EditRequest);
});

function remember(request: EditRequest): void {
  useUnsentEdits.setState(({ edits }) => ({
    edits: [...edits.filter(({ key }) => key !== request.key), request].toSorted((a, b) => a.at - b.at),
  }));
}

function forget(gone: string): void {
  useUnsentEdits.setState(({ edits }) => ({ edits: edits.filter(({ key }) => key !== gone) }));
}

function keep(request: EditRequest): void {
  try {
    localStorage.setItem(PREFIX + request.key, JSON.stringify(request));
  } catch {
    // A storage that is full costs what a reload would bring back, and no more.
  }
  remember(request);
}

function drop(key: string): void {
  localStorage.removeItem(PREFIX + key);
  forget(key);
}

/** What this page waits for an answer to. */
const underWay = new Set<string>();

/** Those that nobody waits for any more: the line broke, or the page was loaded again. */
export function isWaiting({ key }: EditRequest): boolean {
  return !underWay.has(key);
}

export function newKey(): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) =>
    byte.toString(16).padStart(2, '0'),
  ).join('');
}

/**
 * Sends an edit and keeps it until the workstation answered, whatever that answer is.
 * @returns the entry that it made; null for a retraction
 */
export async function sendEdit(
  client: Client,
  request: EditRequest,
): Promise<VerdictEntry | Annotation | null> {
  keep(request);
  underWay.add(request.key);
  try {
    const made = await call(client, request);
    drop(request.key);
    return made;
  } catch (error) {
    if (wasAnswered(error)) drop(request.key);
    else keep({ ...request, isStalled: true });
    throw error;
  } finally {
    underWay.delete(request.key);
  }
}

async function call(client: Client, request: EditRequest): Promise<VerdictEntry | Annotation | null> {
  const { delta, runId, inspector, key: idempotencyKey, seen } = request;
  const { imageId } = delta;
  if (delta.kind === 'judge') {
    const values = delta.after ?? { verdict: 'withdrawn' as const };
    const { review } = client;
    return review.judge({ runId, imageId, inspector, ...values, seenVerdictId: seen, idempotencyKey });
  }
  if (delta.kind === 'retract') {
    await client.review.retract({ id: delta.annotationId, inspector });
    return null;
  }
  const { polygons, ...values } = delta.annotation;
  return client.review.annotate({
    runId,
    imageId,
    inspector,
    ...values,
    polygons: polygons?.map((polygon) => polygon.map((ring) => ring.map(([x, y]) => [x, y]))) ?? null,
    idempotencyKey,
  });
}

/** Whether an edit of an image waits for the workstation to answer again. */
export function useIsUnsent(runId: number | null, imageId: number): boolean {
  return useUnsentEdits(({ edits }) =>
    edits.some((edit) => edit.isStalled && edit.runId === runId && edit.delta.imageId === imageId),
  );
}
