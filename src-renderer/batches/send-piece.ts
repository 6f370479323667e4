import { errorRecordSchema } from '../../src-shared/error-record.ts';
import { fromErrorRecord, throwIfCancelled } from '../../src-shared/errors.ts';
import {
  CHUNK_HASH_HEADER,
  pieceAnswerSchema,
  UPLOAD_KEY_HEADER,
  uploadPath,
} from '../../src-shared/upload.ts';
import { authorisation } from '../api/browser-access.ts';

/** What the workstation says of a piece that may go well the next time. */
const PASSING: readonly (string | undefined)[] = ['too-many-requests', 'upload-damaged'];
/** Milliseconds before each further try of such a piece. */
const PAUSES = [500, 1000, 2000, 4000, 8000];

export interface Piece {
  /** Of the upload, and the key that it was begun with. */
  readonly id: string;
  readonly key: string;
  /** Of the file in the upload. */
  readonly index: number;
  readonly offset: number;
  readonly piece: ArrayBuffer;
  readonly signal: AbortSignal;
}

/**
 * Sends a piece of a file.
 * @returns the bytes of the file that are there by then
 * @throws ClipSamError what the workstation answers with; `cancelled`; another error where it does not answer, or not as it should
 */
export async function sendPiece({ id, key, index, offset, piece, signal }: Piece): Promise<number> {
  const hash = hex(new Uint8Array(await crypto.subtle.digest('SHA-256', piece)));
  const headers = { ...authorisation(), [UPLOAD_KEY_HEADER]: key, [CHUNK_HASH_HEADER]: hash };
  for (let attempt = 0; ; attempt++) {
    throwIfCancelled(signal);
    const response = await fetch(uploadPath(id, index, offset), {
      ...{ method: 'PUT', headers, body: piece, signal },
    }).catch((error: unknown) => {
      throwIfCancelled(signal);
      throw error;
    });
    const body: unknown = await response.json().catch(() => null);
    if (response.ok) return pieceAnswerSchema.parse(body).offset;
    const { success, data } = errorRecordSchema.safeParse(body);
    if (!success) throw new Error(`The workstation answers with ${response.status}.`);
    if (!PASSING.includes(data.details?.case) || attempt >= PAUSES.length) throw fromErrorRecord(data);
    await new Promise((resolve) => setTimeout(resolve, PAUSES[attempt]));
  }
}

function hex(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}
