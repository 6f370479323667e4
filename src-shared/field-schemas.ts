import { z } from 'zod';

/** Of a row in the workspace's database. */
export const idSchema = z.int().positive();
export const countSchema = z.int().min(0);
export const hashSchema = z.string().regex(/^[0-9a-f]{64}$/, 'must be a SHA-256 in hexadecimal digits');
/** What a client chose at random for a request, so that it is carried out once however often it is sent. */
export const idempotencyKeySchema = z
  .string()
  .regex(/^[\w-]{16,64}$/, 'must be 16 to 64 letters, digits, - and _');
/** A line of text that somebody writes. */
export const lineSchema = z.string().max(500);
/** Several lines that somebody writes. */
export const textSchema = z.string().max(10_000);
/** Who does something: goes into the history with it. */
export const inspectorNameSchema = z.string().trim().min(1, 'say who you are').max(100);

type Immutable<T> = T extends string | number | boolean | null | undefined
  ? T
  : { readonly [K in keyof T]: Immutable<T[K]> };

/**
 * The same schema with a type whose values nobody may write to, all the way down. Only the type changes: nothing is
 * frozen or copied, since outlines have thousands of points.
 */
export function immutable<S extends z.ZodType>(
  schema: S,
): z.ZodType<Immutable<z.output<S>>, Immutable<z.input<S>>> {
  return schema as never;
}
