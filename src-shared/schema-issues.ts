import type { z } from 'zod';

/** What is wrong with JSON that a schema refused, on one line: `head.steps: expected number; file: ...`. */
export function schemaIssues(error: z.ZodError): string {
  return error.issues.map(({ path, message }) => `${path.join('.') || 'file'}: ${message}`).join('; ');
}
