import { eventIterator } from '@orpc/contract';
import { z } from 'zod';
import { errorRecordSchema } from '../error-record.ts';
import { idSchema } from '../field-schemas.ts';
import { productSchema } from '../product.ts';
import { base, count, ofImage } from './base.ts';
import { deviceStatusSchema } from './device.ts';
import { presentWindowSchema } from './presence.ts';
import { runProgressSchema } from './runs.ts';

/** What keeps the workspace from storing, or holds it up. */
const workspaceHealthSchema = z.object({
  problems: z.array(errorRecordSchema).readonly(),
  /** Another program is writing to the workspace, and something waits for it. */
  isWaiting: z.boolean(),
});
export type WorkspaceHealthReport = z.infer<typeof workspaceHealthSchema>;

/** What happens in the workstation, told to every window. */
const workstationEventSchema = z.discriminatedUnion('kind', [
  /** A run moved on; at most a few a second. `imageIds`: results that came since the last such event. */
  z.object({ kind: z.literal('run'), progress: runProgressSchema, imageIds: z.array(idSchema) }),
  /** A batch was made, changed, archived, deleted, restored, or got images. */
  z.object({ kind: z.literal('batch'), batchId: idSchema }),
  /** An inspector judged or marked an image, here or in another window. */
  z.object({ kind: z.literal('reviewed'), ...ofImage }),
  /** Who has which image of a batch open, after somebody came, went on or left. */
  z.object({ kind: z.literal('presence'), batchId: idSchema, windows: z.array(presentWindowSchema) }),
  z.object({ kind: z.literal('recipes') }),
  /** What a product remembers has changed, or a change of it is under way. */
  z.object({ kind: z.literal('references'), product: productSchema }),
  /** Somebody saved where to look in the images of a product. */
  z.object({ kind: z.literal('areas') }),
  /** Somebody was added or removed, or got another role or PIN; or windows sign out after another time. */
  z.object({ kind: z.literal('people') }),
  /** A model pack was brought in, or the list of stopped downloads has changed. */
  z.object({ kind: z.literal('packs') }),
  /** Something about a followed folder has changed. */
  z.object({ kind: z.literal('follow') }),
  /** A lot was begun, changed, or disposed of. */
  z.object({ kind: z.literal('lots') }),
  /** A report was made or revised. */
  z.object({ kind: z.literal('reports') }),
  /** Something was signed. */
  z.object({ kind: z.literal('signatures') }),
  /** A backup was made, or when they are made has changed. */
  z.object({ kind: z.literal('backups') }),
  z.object({ kind: z.literal('device'), status: deviceStatusSchema }),
  z.object({ kind: z.literal('health'), report: workspaceHealthSchema }),
]);
export type WorkstationEvent = z.infer<typeof workstationEventSchema>;

/**
 * A folder of the machine that runs the workstation, for choosing what to import without a native dialog. In a network its
 * path is `<root>/<way>` below the folders that are opened to it, which themselves stand in a folder with the path ''.
 */
const folderListingSchema = z.object({
  path: z.string(),
  parent: z.string().nullable(),
  folders: z.array(z.object({ name: z.string(), path: z.string() })),
  /** Files of the wanted kind right in it. */
  files: z.array(z.object({ name: z.string(), path: z.string() })),
  /** Pictures right in it that are not read, by the endings of their names. */
  passedOver: z.array(z.object({ ending: z.string(), count })),
});
export type FolderListing = z.infer<typeof folderListingSchema>;

/** Files on disk that can be made again, in bytes, and what they may take at most. */
const cacheSizesSchema = z.object({
  thumbnails: z.object({ bytes: count, limit: count }),
  tiles: z.object({ bytes: count, limit: count }),
  /** Of images that others are compared with. */
  tokens: z.object({ bytes: count, limit: count }),
});
export type CacheSizes = z.infer<typeof cacheSizesSchema>;

const appInfoSchema = z.object({
  version: z.string(),
  /** `network`: a browser that may be on another machine, whose inspector signed in before it opened. */
  shell: z.enum(['electron', 'browser', 'network']),
  workspaceFolder: z.string(),
  /** Of the workspace, wherever it lies. */
  workspaceId: z.string(),
  /** Proposed name of the inspector: who is logged in on the machine. */
  userName: z.string(),
  platform: z.string(),
});
export type AppInfo = z.infer<typeof appInfoSchema>;

export const app = {
  info: base.output(appInfoSchema),
  /**
   * Starts with the device's status, the workspace's health and the progress of every run at work, then goes on until
   * it is aborted.
   */
  events: base.output(eventIterator(workstationEventSchema)),
  cache: base.output(cacheSizesSchema),
  clearCache: base.output(cacheSizesSchema),
  /** Reads all of the database; what is damaged, if anything, is a problem in the report from then on. */
  checkDatabase: base.output(workspaceHealthSchema),
  folder: base
    .input(
      z.object({
        path: z.string().max(4096).nullable(),
        /** `packs`: ZIP files and descriptions of model packs. */
        files: z.enum(['images', 'packs']).default('images'),
      }),
    )
    .output(folderListingSchema),
};
