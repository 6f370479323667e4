import { z } from 'zod';
import { countSchema, immutable } from './field-schemas.ts';

/** What one upload may bring. The disk keeps a reserve besides (`src-main/services/imports/uploads.ts`). */
export const UPLOAD_LIMITS = {
  files: 20_000,
  /** Bytes of a file, and of all together. */
  fileBytes: 4 * 1024 ** 3,
  bytes: 200 * 1024 ** 3,
  /** Bytes of a piece: small enough to come through a slow line before its request is given up. */
  chunkBytes: 2 * 1024 ** 2,
} as const;

/** Carries the key that the upload was begun with, in requests with a piece. */
export const UPLOAD_KEY_HEADER = 'x-clipsam-upload';
/** Carries the SHA-256 of the piece. */
export const CHUNK_HASH_HEADER = 'x-clipsam-sha256';

/** Where a piece of a file is `PUT`; answered with `{ offset }`, the bytes that are there by then. */
export function uploadPath(id: string, index: number, offset: number): string {
  return `/uploads/${id}/${index}?offset=${offset}`;
}

/** A file as the browser has it. */
export const uploadFileSchema = immutable(
  z.strictObject({
    /** With the folders that it was chosen with, and `/`. */
    name: z.string().min(1).max(1000),
    bytes: countSchema,
    /** Milliseconds since 1970. */
    modified: z.number(),
  }),
);
export type UploadFile = z.infer<typeof uploadFileSchema>;

/** What is still to be sent, from which byte on. */
export const begunUploadSchema = immutable(
  z.object({
    /** The same for the same files of the same person: an upload that was broken off goes on. */
    id: z.string(),
    key: z.string(),
    missing: z.array(z.object({ index: countSchema, offset: countSchema })),
    /** Names of files that are no images. */
    passedOver: z.array(z.string()),
  }),
);
export type BegunUpload = z.infer<typeof begunUploadSchema>;

export const pieceAnswerSchema = z.object({ offset: countSchema });
