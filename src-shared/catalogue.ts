import { z } from 'zod';
import { isDownload, type Pack, packSchema } from './pack.ts';

/** A text in both languages of the window. */
export const localTextSchema = z.strictObject({ en: z.string().min(1), 'zh-CN': z.string().min(1) });

/** A figure of a pack, with where it comes from. */
export const figureSchema = z.strictObject({
  what: localTextSchema,
  /** As people read it; null: not measured. */
  value: z.string().min(1).nullable(),
  source: z.enum(['published', 'measured here', 'not measured']),
  note: localTextSchema.nullable(),
});

const fileKey = z.string().min(1).max(100);
const hexadecimal = (digits: number) => z.string().regex(new RegExp(`^[0-9a-f]{${digits}}$`));

/** A file of a pack that is not here yet: what nobody has stated is null, and is measured when it comes. */
const catalogueFileSchema = z.looseObject({
  source: z
    .string()
    .max(2048)
    .refine((text) => /^(npm|made):/.test(text) || isDownload(text)),
  sha256: hexadecimal(64).nullable(),
  bytes: z.int().positive().nullable(),
  /** Roughly, where the bytes are not known. */
  approximateBytes: z.int().positive().optional(),
  /** SHA-1 over `blob <bytes>\0` and the content. */
  gitBlobSha1: hexadecimal(40).optional(),
  licence: z.string().min(1),
  provenance: z.string().min(1),
});
export type CatalogueFile = z.infer<typeof catalogueFileSchema>;

/** The wanted decoder is that of the encoder's own model: what both graphs hold is equal. Else another one is used. */
const claimSchema = z.strictObject({
  kind: z.literal('same-decoder'),
  /** File of the decoder that the pack would use. */
  decoder: fileKey,
  /** File of the encoder's own decoder, which comes along to be compared. */
  own: fileKey,
  /** What takes the place of the pack's parts when they differ. */
  otherwise: z.strictObject({ segmenter: z.unknown() }),
});
export type Claim = z.infer<typeof claimSchema>;

/** A file that is `made:` of one that is downloaded, which is not kept. */
const makingSchema = z.strictObject({ kind: z.literal('linear-head'), from: fileKey, file: fileKey });

/** A pack that can be installed, without what is known only when its files are here. */
export const catalogueEntrySchema = z
  .looseObject({
    schemaVersion: z.literal(2),
    id: z.string(),
    version: z.string(),
    title: z.string(),
    files: z.record(fileKey, catalogueFileSchema),
    purpose: localTextSchema,
    /** Memory that running it takes; null: not measured. */
    memoryBytes: z.int().positive().nullable(),
    figures: z.array(figureSchema).max(50),
    /** What its user has to know, whatever comes of the claims. */
    notes: z.array(z.string().min(1)).optional(),
    /** Every licence of the files, with where it can be read. */
    licences: z.array(z.strictObject({ name: z.string().min(1), address: z.url() })).min(1),
    claims: z.array(claimSchema).max(8).optional(),
    makes: z.array(makingSchema).max(8).optional(),
  })
  .superRefine((entry, context) => {
    const complain = (message: string) => context.addIssue({ code: 'custom', message });
    const { files, licences, claims = [], makes = [] } = entry;
    for (const [key, { licence, source, bytes, approximateBytes }] of Object.entries(files)) {
      if (!licences.some(({ name }) => name === licence)) complain(`licences lack ${licence} of "${key}"`);
      const isMade = makes.some(({ file }) => file === key);
      if (source.startsWith('made:') !== isMade)
        complain(`"${key}" must be made: exactly where makes says so`);
      if (bytes !== null && approximateBytes !== undefined) complain(`"${key}" has two sizes`);
    }
    const named = [...claims.flatMap(({ decoder, own }) => [decoder, own]), ...makes.map(({ from }) => from)];
    for (const key of named) if (!files[key]) complain(`"${key}" is not among files`);
    // Whatever will be measured, the rest has to be a pack, whether the claims hold or not.
    for (const isSame of [true, false]) {
      const parsed = packSchema.safeParse(packOf(entry, trialContents(entry.files), isSame, []));
      for (const { path, message } of parsed.error?.issues ?? []) complain(`${path.join('.')}: ${message}`);
    }
  });
export type CatalogueEntry = z.infer<typeof catalogueEntrySchema>;

/** What a file turned out to be. */
export interface MeasuredFile {
  readonly sha256: string;
  readonly bytes: number;
}

/**
 * The pack that an entry becomes. It is not checked.
 * @param contents of every file that has come or was made, by key
 * @param isClaimed whether the claims hold; else what they say stands otherwise
 * @param notes what its user has to know
 */
export function packOf(
  entry: z.infer<z.ZodObject> & Pick<CatalogueEntry, 'files' | 'claims' | 'makes' | 'notes'>,
  contents: ReadonlyMap<string, MeasuredFile>,
  isClaimed: boolean,
  notes: readonly string[],
): unknown {
  const {
    files,
    claims = [],
    makes = [],
    purpose,
    memoryBytes,
    figures,
    licences,
    notes: entryNotes,
    ...parts
  } = entry;
  // Of two decoders that were compared one is used; of what another file was made, nothing any more.
  const dropped = new Set([
    ...claims.map(({ decoder, own }) => (isClaimed ? own : decoder)),
    ...makes.map(({ from }) => from),
  ]);
  const allNotes = [...(entryNotes ?? []), ...notes];
  const kept = Object.entries(files).filter(([key]) => !dropped.has(key));
  return {
    ...parts,
    ...(isClaimed ? {} : Object.assign({}, ...claims.map(({ otherwise }) => otherwise))),
    ...(allNotes.length > 0 && { notes: allNotes }),
    files: Object.fromEntries(
      kept.map(([key, { approximateBytes, gitBlobSha1, ...file }]) => [
        key,
        {
          ...file,
          source: file.source.replace(/^made:/, 'pack:'),
          ...contents.get(key),
        },
      ]),
    ),
  } satisfies Partial<Record<keyof Pack, unknown>>;
}

/** Stands for contents that are not known yet. */
function trialContents(files: CatalogueEntry['files']): Map<string, MeasuredFile> {
  return new Map(
    Object.entries(files).map(([key, { sha256, bytes }]) => [
      key,
      { sha256: sha256 ?? '0'.repeat(64), bytes: bytes ?? 1 },
    ]),
  );
}

/** Bytes that a file has, as far as they are known, or thought to have. */
export function expectedBytes({ bytes, approximateBytes }: CatalogueFile): number {
  return bytes ?? approximateBytes ?? 0;
}
