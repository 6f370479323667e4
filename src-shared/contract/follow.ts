import { z } from 'zod';
import { errorRecordSchema } from '../error-record.ts';
import { idSchema, immutable } from '../field-schemas.ts';
import { followRequestSchema, followSettingsSchema, followStateSchema } from '../followed-folder.ts';
import { base, byId, inspector } from './base.ts';

/** A folder whose images the workstation inspects as they come, or did. */
const followedFolderSchema = immutable(
  z.object({
    id: idSchema,
    path: z.string(),
    settings: followSettingsSchema,
    inspector: z.string(),
    /** The workstation goes on with it when it is started again. */
    isOn: z.boolean(),
    /** Null: nobody follows it here now. */
    state: followStateSchema.nullable(),
    /** Why it could not be followed. */
    error: errorRecordSchema.nullable(),
  }),
);
export type FollowedFolderView = z.infer<typeof followedFolderSchema>;

/** Folders that are followed. */
export const follow = {
  /** All that ever were, oldest first. */
  list: base.output(z.array(followedFolderSchema)),
  /** `recipeHash` null: the recipe of the program's own pack, about the object. `onlyNew`: not what is there by now. */
  start: base
    .input(
      z.object({
        path: z.string().min(1).max(4096),
        settings: followRequestSchema,
        onlyNew: z.boolean(),
        ...inspector,
      }),
    )
    .output(followedFolderSchema),
  stop: base.input(byId.extend(inspector)).output(followedFolderSchema),
};
