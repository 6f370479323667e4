import type { z } from 'zod';

/** Characters that are told: a foreign file may have a million faults, and names as long as itself. */
const LONGEST = 2000;

/**
 * What is wrong with JSON that a schema refused, on one line: `head.steps: expected number; file: ...`.
 * @param tellsNames whether names that do not belong there are told: of a file that is the user's own
 */
export function schemaIssues(error: z.ZodError, tellsNames = true): string {
  const issues = error.issues
    .map(({ path, ...issue }) => {
      const isName = issue.code === 'unrecognized_keys' && !tellsNames;
      return `${path.join('.') || 'file'}: ${isName ? `${issue.keys.length} unknown names` : issue.message}`;
    })
    .join('; ');
  return issues.length > LONGEST ? `${issues.slice(0, LONGEST)}…` : issues;
}
