import { z } from 'zod';
import { countSchema, hashSchema, immutable } from './field-schemas.ts';

/** Backups made in this way; a newer program may make others. */
export const BACKUP_FORMAT = 1;

/** `clipsam-backup.json`: which workspace a folder keeps backups of. */
export const backupFolderSchema = z.object({
  format: z.literal(BACKUP_FORMAT),
  /** UUID of the folder: another disk at the same place has another one. */
  id: z.uuid(),
  /** UUID of the workspace. */
  workspaceId: z.uuid(),
  /** Where the workspace was when the folder was made. */
  workspaceFolder: z.string(),
});
export type BackupFolder = z.infer<typeof backupFolderSchema>;

/** When and where a workspace is backed up. `everyHours` null: only when somebody asks for it. */
export const backupSettingsSchema = immutable(
  z.object({
    /** Full path. */
    folder: z.string().min(1).max(4096),
    everyHours: z
      .int()
      .min(1)
      .max(24 * 365)
      .nullable(),
    /** States of the database that are kept. */
    keep: z.int().min(1).max(1000),
  }),
);
export type BackupSettings = z.infer<typeof backupSettingsSchema>;

/** Generations that are kept where nobody says how many. */
export const KEEP_GENERATIONS = 7;

/** A file of a workspace that a backup has. */
export const backupFileSchema = z.object({
  /** In the workspace, with `/`. */
  path: z.string(),
  sha256: hashSchema,
  bytes: countSchema,
  /** Milliseconds since 1970; absent for files that are named after their content. */
  modified: z.number().optional(),
});
export type BackupFile = z.infer<typeof backupFileSchema>;

const backupCountsSchema = z.object({
  /** All files but the database, and their bytes. */
  files: countSchema,
  bytes: countSchema,
  /** Of these: they were not there before. */
  copied: countSchema,
  copiedBytes: countSchema,
  /** Images outside the workspace: they are not in it. */
  imagesOutside: countSchema,
  /** Files that the database names and the workspace does not have, or only damaged; those that an earlier backup had are not counted. */
  missing: countSchema,
  damaged: countSchema,
});
export type BackupCounts = z.infer<typeof backupCountsSchema>;

/** `manifest.json` of a generation: a backup is complete once it is there. */
export const backupManifestSchema = immutable(
  z.object({
    format: z.literal(BACKUP_FORMAT),
    folderId: z.uuid(),
    workspaceId: z.uuid(),
    /** Name of its folder. Its number tells which came first, not the clock. */
    generation: z.string(),
    startedAt: z.string(),
    madeAt: z.string(),
    softwareVersion: z.string(),
    database: z.object({ sha256: hashSchema, bytes: countSchema }),
    /** `files.jsonl`: a {@link BackupFile} a line. */
    list: z.object({ sha256: hashSchema, bytes: countSchema }),
    counts: backupCountsSchema,
    /** SHA-256 of all this in canonical JSON. */
    hash: hashSchema,
  }),
);
export type BackupManifest = z.infer<typeof backupManifestSchema>;

/** A backup as people see it. */
export const backupGenerationSchema = immutable(
  z.object({
    generation: z.string(),
    madeAt: z.string(),
    softwareVersion: z.string(),
    databaseBytes: countSchema,
    counts: backupCountsSchema,
    /** Why it cannot be used; null: nothing is known against it. */
    problem: z.string().nullable(),
  }),
);
export type BackupGeneration = z.infer<typeof backupGenerationSchema>;

/** What reading a whole backup again found. */
export const backupVerificationSchema = immutable(
  z.object({
    generation: z.string(),
    files: countSchema,
    bytes: countSchema,
    /** Paths in the workspace, at most {@link SHOWN_PATHS} of each, and how many there are. */
    damaged: z.object({ count: countSchema, paths: z.array(z.string()) }),
    missing: z.object({ count: countSchema, paths: z.array(z.string()) }),
    /** What is wrong with the database; null: nothing. */
    database: z.string().nullable(),
  }),
);
export type BackupVerification = z.infer<typeof backupVerificationSchema>;

/** Names that are told of many. */
export const SHOWN_PATHS = 20;
