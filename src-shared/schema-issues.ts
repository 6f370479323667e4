import type { z } from 'zod';

/** Characters that are told: a foreign file may have a million faults, and names as long as itself. */
const LONGEST = 2000;

/** What is wrong with JSON that a schema refused, on one line: `head.steps: expected number; file: ...`. */
export function schemaIssues(error: z.ZodError): string {
  const issues = error.issues
    .map(({ path, message }) => `${path.join('.') || 'file'}: ${message}`)
    .join('; ');
  return issues.length > LONGEST ? `${issues.slice(0, LONGEST)}…` : issues;
}
