import { z } from 'zod';
import { begunUploadSchema, UPLOAD_LIMITS, uploadFileSchema } from '../upload.ts';
import { base, inspector } from './base.ts';

const id = z.string().regex(/^[0-9a-f]{16}$/);

/** Images from a browser's machine into a folder of the workspace, from which they are imported as any others. */
export const uploads = {
  /** Begins an upload, or goes on with one. The pieces come over HTTP (`uploadPath`). */
  begin: base
    .input(z.object({ files: z.array(uploadFileSchema).min(1).max(UPLOAD_LIMITS.files), ...inspector }))
    .output(begunUploadSchema),
  /** All pieces are there. `path`: what is imported then. */
  finish: base.input(z.object({ id, ...inspector })).output(z.object({ path: z.string() })),
  /** Throws away what has come so far. */
  discard: base.input(z.object({ id, ...inspector })).output(z.null()),
};
