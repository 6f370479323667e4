import { oc } from '@orpc/contract';
import { z } from 'zod';
import { errorRecordSchema } from '../error-record.ts';
import { idSchema, inspectorNameSchema } from '../field-schemas.ts';

/** A procedure. Errors that a user can act on come as `CLIPSAM` with an error record; anything else is a fault of the program. */
export const base = oc.errors({ CLIPSAM: { status: 422, data: errorRecordSchema } });

export const count = z.int().min(0);
/** Who does it. */
export const inspector = { inspector: inspectorNameSchema };
export const byId = z.object({ id: idSchema });
export const ofImage = { runId: idSchema, imageId: idSchema };
