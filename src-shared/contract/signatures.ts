import { z } from 'zod';
import { hashSchema, idSchema, lineSchema } from '../field-schemas.ts';
import { pinSchema } from '../roles.ts';
import { signatureMeaningSchema, signatureSubjectSchema, signedSubjectSchema } from '../signature.ts';
import { base, count, inspector } from './base.ts';

const ofSubject = { subject: signatureSubjectSchema, subjectId: z.string().min(1).max(100) };

const newSignatureSchema = z.object({
  ...ofSubject,
  meaning: signatureMeaningSchema,
  /** Of the record as it was shown: another one by now is refused. */
  recordHash: hashSchema,
  /** Of who signs, typed again: being signed in is not enough. */
  pin: pinSchema,
  ...inspector,
});
export type NewSignature = z.infer<typeof newSignatureSchema>;

const withdrawalSchema = z.object({
  id: idSchema,
  reason: lineSchema.trim().min(1, 'say why'),
  pin: pinSchema,
  ...inspector,
});
export type Withdrawal = z.infer<typeof withdrawalSchema>;

/** Signatures under reports, dispositions of lots and recipe revisions. */
export const signatures = {
  /** How a subject is signed, and the hash of its record as it is now. A recipe's id is its hash. */
  of: base.input(z.object(ofSubject)).output(signedSubjectSchema),
  /** Takes people in the workspace. Which role may sign what: `leastRoleToSign`. */
  sign: base.input(newSignatureSchema).output(signedSubjectSchema),
  /** Adds an entry that says so: one's own, as an engineer also another's. */
  withdraw: base.input(withdrawalSchema).output(signedSubjectSchema),
  /** What was signed, the newest signature first; `waitingFor`: only what that person can sign next, or has to again. */
  list: base
    .input(
      z.object({
        waitingFor: z.string().max(100).nullable().default(null),
        offset: count.default(0),
        limit: z.int().min(1).max(200).default(50),
      }),
    )
    .output(z.object({ subjects: z.array(signedSubjectSchema), total: count })),
};
