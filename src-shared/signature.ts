import { z } from 'zod';
import { countSchema, hashSchema, idSchema, immutable } from './field-schemas.ts';
import { ROLES, type Role, roleSchema } from './roles.ts';

/** What can be signed: a filed report, what became of a lot, a revision of a recipe. */
const SIGNATURE_SUBJECTS = ['report', 'lot', 'recipe'] as const;
export const signatureSubjectSchema = z.enum(SIGNATURE_SUBJECTS);
export type SignatureSubject = z.infer<typeof signatureSubjectSchema>;

/** What somebody says by signing (21 CFR 11.50: the meaning of a signature). */
const SIGNATURE_MEANINGS = ['inspected', 'reviewed', 'approved'] as const;
export const signatureMeaningSchema = z.enum(SIGNATURE_MEANINGS);
export type SignatureMeaning = z.infer<typeof signatureMeaningSchema>;

const LEAST_ROLE_TO_SIGN: Readonly<
  Record<SignatureSubject, Readonly<Record<SignatureMeaning, Role | null>>>
> = {
  report: { inspected: 'operator', reviewed: 'reviewer', approved: 'reviewer' },
  lot: { inspected: 'operator', reviewed: 'reviewer', approved: 'reviewer' },
  recipe: { inspected: null, reviewed: 'reviewer', approved: 'engineer' },
};

/** The least role that may sign a subject with a meaning; null: nobody, since it means nothing there. */
export function leastRoleToSign(subject: SignatureSubject, meaning: SignatureMeaning): Role | null {
  return LEAST_ROLE_TO_SIGN[subject][meaning];
}

/** The meanings with which a role may sign a subject. */
export function meaningsFor(role: Role, subject: SignatureSubject): SignatureMeaning[] {
  return SIGNATURE_MEANINGS.filter((meaning) => {
    const least = leastRoleToSign(subject, meaning);
    return least !== null && ROLES.indexOf(role) >= ROLES.indexOf(least);
  });
}

/** A signature or withdrawal, as it is kept and as the audit trail has it: all but its id. */
export const signedFieldsSchema = z.object({
  subject: signatureSubjectSchema,
  subjectId: z.string(),
  /** Null in a withdrawal, as is `recordHash`. */
  meaning: signatureMeaningSchema.nullable(),
  recordHash: hashSchema.nullable(),
  /** Id of the signature that is taken back. */
  withdraws: idSchema.nullable(),
  /** Of a withdrawal; else empty. */
  reason: z.string(),
  personId: idSchema,
  printedName: z.string(),
  role: roleSchema,
  signedAt: z.string(),
  clockBehind: z.string().nullable(),
  /** SHA-256 over the canonical JSON of the others. */
  hash: hashSchema,
});
export type SignedFields = z.infer<typeof signedFieldsSchema>;

/** A value of a signed record that is another one now. `before` and `after` are JSON text; null: not there. */
const recordChangeSchema = z.object({
  /** Names from the outside in, joined with dots; empty: the whole record. */
  path: z.string(),
  before: z.string().nullable(),
  after: z.string().nullable(),
});
export type RecordChange = z.infer<typeof recordChangeSchema>;

/**
 * `valid`: it covers the record as it is. `broken`: the record has changed since. `altered`: the signature itself, or
 * what is kept with it, was changed or removed behind the program's back. `withdrawn`: taken back, with a reason.
 */
const signatureStateSchema = z.enum(['valid', 'broken', 'altered', 'withdrawn']);
export type SignatureState = z.infer<typeof signatureStateSchema>;

const signatureRecordSchema = immutable(
  z.object({
    id: idSchema,
    printedName: z.string(),
    /** At the time of signing. */
    role: roleSchema,
    meaning: signatureMeaningSchema,
    /** ISO 8601 UTC. */
    signedAt: z.string(),
    /** The latest time that was known then, where the clock was behind it: it had been set back. */
    clockBehind: z.string().nullable(),
    /** Of the record as it was signed. */
    recordHash: hashSchema,
    state: signatureStateSchema,
    /** Of a broken one: what is another now, the first of {@link changeCount}. */
    changes: z.array(recordChangeSchema),
    changeCount: countSchema,
    withdrawal: z.object({ printedName: z.string(), at: z.string(), reason: z.string() }).nullable(),
  }),
);
export type SignatureRecord = z.infer<typeof signatureRecordSchema>;

/**
 * `waiting`: two people have to sign, and one has. `approved`: as the recipe asks for it. `broken`: a signature that counts
 * is broken or altered.
 */
const signatureStatusSchema = z.enum(['unsigned', 'signed', 'waiting', 'approved', 'broken']);
export type SignatureStatus = z.infer<typeof signatureStatusSchema>;

export const signedSubjectSchema = immutable(
  z.object({
    subject: signatureSubjectSchema,
    subjectId: z.string(),
    /** Number of a report, name of a lot or recipe. */
    name: z.string(),
    /** Of a report or recipe. */
    revision: z.int().positive().nullable(),
    /** SHA-256 over the canonical JSON of the record as it is now: what somebody who signs says to have seen. Null: it is gone. */
    recordHash: hashSchema.nullable(),
    /** The recipe asks for two different people. */
    twoPeople: z.boolean(),
    status: signatureStatusSchema,
    /** While {@link status} is `waiting`: with which of these somebody else makes it approved. */
    missing: z.array(signatureMeaningSchema),
    /** Oldest first. */
    signatures: z.array(signatureRecordSchema),
  }),
);
export type SignedSubject = z.infer<typeof signedSubjectSchema>;
