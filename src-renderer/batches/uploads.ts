import { create } from 'zustand';
import { failure, throwIfCancelled } from '../../src-shared/errors.ts';
import { type BegunUpload, UPLOAD_LIMITS } from '../../src-shared/upload.ts';
import { failureOf, wasAnswered } from '../api/connection.ts';
import type { Failure } from '../i18n/failure-text.ts';
import { type WorkstationState, whenConnected } from '../state/workstation.ts';
import type { FileToUpload } from './chosen-files.ts';
import { givePaths } from './given-paths.ts';
import { sendPiece } from './send-piece.ts';

/** An upload at work, or how it ended. */
export type UploadJob =
  /** `waiting`: the line broke; it goes on by itself when the workstation answers. */
  | {
      readonly state: 'sending' | 'waiting';
      /** Bytes. */
      readonly sent: number;
      readonly total: number;
      cancel(): void;
    }
  | { readonly state: 'failed'; readonly error: Failure }
  | { readonly state: 'done'; readonly files: number; readonly passedOver: readonly string[] };

/** The newest upload of this window; it goes on while other screens are looked at, and after the line broke. */
export const useUploads = create<{ readonly job: UploadJob | null }>(() => ({ job: null }));

/** Whether a job is neither done nor given up. */
export function isUnderWay(job: UploadJob | null): boolean {
  return job?.state === 'sending' || job?.state === 'waiting';
}

/** Files that are sent at a time. */
const AT_ONCE = 3;
/** Milliseconds before an upload whose line broke goes on, with a workstation that answers. */
const PAUSE = 1000;
/** Times that it goes on without anything having come through in between. */
const TRIES = 10;
/** Bytes of names that a call may have, less than what a workstation in a network takes. */
const NAME_BYTES = 7 * 1024 ** 2;

/**
 * Sends files into the workspace, one upload at a time; what an earlier try has brought is not sent again. What is to be
 * imported then is given to the window ({@link givePaths}); progress and outcome are in {@link useUploads}.
 * @param choose finds the files
 */
export async function upload(
  choose: () => Promise<readonly FileToUpload[]> | readonly FileToUpload[],
  inspector: string,
): Promise<void> {
  if (isUnderWay(useUploads.getState().job)) return;
  const abort = new AbortController();
  const { signal } = abort;
  const cancel = () => abort.abort();
  useUploads.setState({ job: { state: 'sending', sent: 0, total: 0, cancel } });
  try {
    const chosen = await choose();
    if (chosen.length === 0) return useUploads.setState({ job: null });
    checkCount(chosen);
    const { path, passedOver } = await sendUntilDone(chosen, inspector, signal, cancel);
    useUploads.setState({ job: { state: 'done', files: chosen.length - passedOver.length, passedOver } });
    if (path !== null) givePaths([path]);
  } catch (error) {
    useUploads.setState({ job: signal.aborted ? null : { state: 'failed', error: failureOf(error) } });
  }
}

interface Outcome {
  /** What is to be imported; null: there is no image among them. */
  readonly path: string | null;
  readonly passedOver: readonly string[];
}

/** Begins anew where the line broke, or the workstation was started anew, and sends the rest. */
async function sendUntilDone(
  chosen: readonly FileToUpload[],
  inspector: string,
  signal: AbortSignal,
  cancel: () => void,
): Promise<Outcome> {
  const total = chosen.reduce((sum, { file }) => sum + file.size, 0);
  let most = 0;
  let tries = 0;
  const tell = (state: 'sending' | 'waiting', sent: number) => {
    if (sent > most) tries = 0;
    most = Math.max(most, sent);
    if (!signal.aborted) useUploads.setState({ job: { state, sent, total, cancel } });
  };
  for (;;) {
    try {
      const workstation = await whenConnected(signal);
      return await send(workstation, chosen, inspector, signal, (sent) => tell('sending', sent));
    } catch (error) {
      throwIfCancelled(signal);
      if (!isBroken(error) || ++tries > TRIES) throw error;
      tell('waiting', most);
      await new Promise((resolve) => setTimeout(resolve, PAUSE));
    }
  }
}

/** True where the upload itself is right, and goes on once the workstation answers, or somebody has signed in again. */
function isBroken(error: unknown): boolean {
  const { code, details } = failureOf(error);
  return !wasAnswered(error) || code === 'sign-in-required' || details?.case === 'upload-unknown';
}

async function send(
  { client }: WorkstationState,
  chosen: readonly FileToUpload[],
  inspector: string,
  signal: AbortSignal,
  onSent: (bytes: number) => void,
): Promise<Outcome> {
  const files = chosen.map(({ name, file }) => ({ name, bytes: file.size, modified: file.lastModified }));
  const begun = await client.uploads.begin({ files, inspector }, { signal });
  const { id, missing, passedOver } = begun;
  const left = missing.reduce((sum, { index, offset }) => sum + files[index]!.bytes - offset, 0);
  let sent = files.reduce((sum, { bytes }) => sum + bytes, 0) - left;
  onSent(sent);
  await sendAll(begun, chosen, signal, (bytes) => {
    sent += bytes;
    onSent(sent);
  });
  if (passedOver.length === files.length) return { path: null, passedOver };
  const { path } = await client.uploads.finish({ id, inspector }, { signal });
  return { path, passedOver };
}

async function sendAll(
  { id, key, missing }: BegunUpload,
  chosen: readonly FileToUpload[],
  signal: AbortSignal,
  onSent: (bytes: number) => void,
): Promise<void> {
  const waiting = [...missing];
  // Where one file fails the others stop, before the upload is begun anew.
  const rest = new AbortController();
  const all = AbortSignal.any([signal, rest.signal]);
  const sendNext = async () => {
    for (let next = waiting.shift(); next && !all.aborted; next = waiting.shift()) {
      const { index } = next;
      const { file } = chosen[index]!;
      let { offset } = next;
      do {
        const piece = await readPiece(file, offset);
        const there = await sendPiece({ id, key, index, offset, piece, signal: all });
        onSent(there - offset);
        offset = there;
      } while (offset < file.size);
    }
  };
  const sending = Array.from({ length: AT_ONCE }, () =>
    sendNext().catch((error: unknown) => {
      waiting.length = 0;
      rest.abort();
      throw error;
    }),
  );
  const outcomes = await Promise.allSettled(sending);
  throwIfCancelled(signal);
  // The first one that failed says why; the others were stopped.
  const reasons = outcomes.flatMap((outcome) => (outcome.status === 'rejected' ? [outcome.reason] : []));
  if (reasons.length > 0)
    throw reasons.find((reason) => failureOf(reason).code !== 'cancelled') ?? reasons[0];
}

async function readPiece(file: File, offset: number): Promise<ArrayBuffer> {
  try {
    return await file.slice(offset, offset + UPLOAD_LIMITS.chunkBytes).arrayBuffer();
  } catch (cause) {
    const message = `${file.name} was changed or taken away while it was sent. Choose the files again.`;
    throw failure('upload-file-changed', { file: file.name }, message, cause);
  }
}

function checkCount(chosen: readonly FileToUpload[]): void {
  const limit = UPLOAD_LIMITS.files;
  const names = chosen.reduce((sum, { name }) => sum + 3 * name.length + 60, 0);
  if (chosen.length <= limit && names <= NAME_BYTES) return;
  throw failure(
    'upload-too-many',
    { files: chosen.length, limit },
    `These are ${chosen.length} files; one upload brings at most ${limit}. Send fewer at a time.`,
  );
}
