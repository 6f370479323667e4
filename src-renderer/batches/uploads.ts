import { create } from 'zustand';
import { errorRecordSchema } from '../../src-shared/error-record.ts';
import { ClipSamError, fromErrorRecord, throwIfCancelled } from '../../src-shared/errors.ts';
import {
  type BegunUpload,
  CHUNK_HASH_HEADER,
  pieceAnswerSchema,
  UPLOAD_KEY_HEADER,
  UPLOAD_LIMITS,
  uploadPath,
} from '../../src-shared/upload.ts';
import { authorisation } from '../api/browser-access.ts';
import { type Client, failureOf } from '../api/connection.ts';
import type { Failure } from '../i18n/failure-text.ts';
import type { FileToUpload } from './chosen-files.ts';

/** An upload at work, or how it ended. */
export type UploadJob =
  | { readonly state: 'sending'; readonly sent: number; readonly total: number; cancel(): void }
  | { readonly state: 'failed'; readonly error: Failure }
  | { readonly state: 'done'; readonly files: number; readonly passedOver: readonly string[] };

/** The newest upload of this window; it goes on while other screens are looked at. */
export const useUploads = create<{ readonly job: UploadJob | null }>(() => ({ job: null }));

/** Files that are sent at a time. */
const AT_ONCE = 3;
/** Milliseconds before each further try of a piece; after the last one the upload fails, and can be begun again. */
const PAUSES = [500, 1000, 2000, 4000, 8000, 16_000, 30_000];

/**
 * Sends files into the workspace; what an earlier try has brought is not sent again. Progress and outcome are in
 * {@link useUploads}.
 * @returns the folder to import; null: it was cancelled or failed, or there is no image among them
 */
export async function upload(
  client: Pick<Client, 'uploads'>,
  chosen: readonly FileToUpload[],
  inspector: string,
): Promise<string | null> {
  const abort = new AbortController();
  const { signal } = abort;
  const total = chosen.reduce((sum, { file }) => sum + file.size, 0);
  const tell = (sent: number) =>
    useUploads.setState({ job: { state: 'sending', sent, total, cancel: () => abort.abort() } });
  tell(0);
  try {
    const files = chosen.map(({ name, file }) => ({ name, bytes: file.size, modified: file.lastModified }));
    const begun = await client.uploads.begin({ files, inspector }, { signal });
    const { passedOver } = begun;
    const left = begun.missing.reduce((sum, { index, offset }) => sum + files[index]!.bytes - offset, 0);
    let sent = total - left;
    tell(sent);
    await sendAll(begun, chosen, signal, (bytes) => {
      sent += bytes;
      tell(sent);
    });
    const isEmpty = passedOver.length === files.length;
    const path = isEmpty ? null : (await client.uploads.finish({ id: begun.id, inspector }, { signal })).path;
    const job = { state: 'done', files: files.length - passedOver.length, passedOver } as const;
    useUploads.setState({ job });
    return path;
  } catch (error) {
    useUploads.setState({ job: signal.aborted ? null : { state: 'failed', error: failureOf(error) } });
    return null;
  }
}

async function sendAll(
  { id, key, missing }: BegunUpload,
  chosen: readonly FileToUpload[],
  signal: AbortSignal,
  onSent: (bytes: number) => void,
): Promise<void> {
  const waiting = [...missing];
  const sendNext = async () => {
    for (let next = waiting.shift(); next; next = waiting.shift()) {
      const { index } = next;
      const { file } = chosen[index]!;
      let { offset } = next;
      do {
        const piece = await file.slice(offset, offset + UPLOAD_LIMITS.chunkBytes).arrayBuffer();
        const there = await sendPiece(uploadPath(id, index, offset), key, piece, signal);
        onSent(there - offset);
        offset = there;
      } while (offset < file.size);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, sendNext));
}

/** @returns the bytes of the file that are there by then */
async function sendPiece(
  path: string,
  key: string,
  piece: ArrayBuffer,
  signal: AbortSignal,
): Promise<number> {
  const hash = hex(new Uint8Array(await crypto.subtle.digest('SHA-256', piece)));
  const headers = { ...authorisation(), [UPLOAD_KEY_HEADER]: key, [CHUNK_HASH_HEADER]: hash };
  for (let attempt = 0; ; attempt++) {
    throwIfCancelled(signal);
    const isLast = attempt >= PAUSES.length;
    try {
      const response = await fetch(path, { method: 'PUT', headers, body: piece, signal });
      const body: unknown = await response.json().catch(() => null);
      if (response.ok) return pieceAnswerSchema.parse(body).offset;
      const { success, data } = errorRecordSchema.safeParse(body);
      const error = success
        ? fromErrorRecord(data)
        : new Error(`The workstation answers with ${response.status}.`);
      // What is wrong with the upload itself gets no better; a line that broke, or too much at once, does.
      if (isLast || (success && data.code !== 'too-many-requests')) throw error;
    } catch (error) {
      if (isLast || signal.aborted || error instanceof ClipSamError) throw error;
    }
    await new Promise((resolve) => setTimeout(resolve, PAUSES[attempt]));
  }
}

function hex(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}
