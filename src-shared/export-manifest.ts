import { z } from 'zod';
import { EXPORT_FORMATS } from './export-formats.ts';

const fileSchema = z.object({
  /** Below the manifest's folder, with `/`. */
  path: z.string().min(1),
  format: z.enum(EXPORT_FORMATS),
  bytes: z.number(),
  sha256: z.string(),
});

/** `clipsam-export.json` in the folder of an export: what it is of, and which files are its own. */
export const exportManifestSchema = z.object({
  format: z.literal('clipsam-export'),
  formatVersion: z.literal(1),
  writtenBy: z.string(),
  createdAt: z.string(),
  workspace: z.string(),
  batch: z.object({ id: z.number(), name: z.string() }),
  run: z.number(),
  /** False while the files are being put in place; both those before and those after are then listed. */
  complete: z.boolean(),
  files: z.array(fileSchema).readonly(),
});
export type ManifestFile = z.infer<typeof fileSchema>;
export type ExportManifest = z.infer<typeof exportManifestSchema>;
