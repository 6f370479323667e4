import { z } from 'zod';

/** How packs are brought in on a machine, as its settings file says; what is absent is the default. */
export const machineSettingsSchema = z.object({
  /** Folder of the packs that all workspaces use. */
  folder: z.string().optional(),
  /** Base address that is asked instead of the usual one. */
  mirror: z.string().optional(),
  tokenToMirror: z.boolean().optional(),
  proxy: z.string().optional(),
});
export type MachineSettings = z.infer<typeof machineSettingsSchema>;

/** Folders of workspaces, the last one that was opened first. */
export const workspaceListSchema = z.array(z.string());

/** What files were that nobody had stated a SHA-256 of when they first came, by address. */
export const firstUsesSchema = z.record(
  z.string(),
  z.object({ sha256: z.string(), bytes: z.number(), at: z.string() }),
);
export type FirstUses = z.infer<typeof firstUsesSchema>;

/** Files of an installation that have come whole, by key. */
export const comeFilesSchema = z.record(
  z.string(),
  z.object({
    sha256: z.string(),
    bytes: z.number(),
    comparedWith: z.enum(['expected', 'git', 'server', 'nothing']),
  }),
);
export type ComeFiles = z.infer<typeof comeFilesSchema>;
