import { readFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { ClipSamError } from '../../../src-shared/errors.ts';
import { type InspectionArea, inspectionAreaSchema } from '../../../src-shared/inspection-area.ts';
import { parseJson } from '../../../src-shared/parse-json.ts';
import { schemaIssues } from '../../../src-shared/schema-issues.ts';
import { toReadError } from '../../files/read-error.ts';
import { refuseEmpty } from './save-area.ts';

/**
 * Where to look, from a JSON file; the part's image is found from the file's folder.
 * @throws ClipSamError `input-invalid` when it is no such description, or leaves nothing to look at; of reading the file
 */
export async function readAreaFile(path: string): Promise<InspectionArea> {
  const text = await readFile(path, 'utf8').catch((error: unknown) => {
    throw toReadError(error, path);
  });
  const area = parsed(text, path);
  refuseEmpty(area);
  const { part } = area;
  return part ? { ...area, part: { ...part, path: resolve(dirname(path), part.path) } } : area;
}

function parsed(text: string, path: string): InspectionArea {
  try {
    const checked = inspectionAreaSchema.safeParse(parseJson(text));
    if (checked.success) return checked.data;
    throw new SyntaxError(schemaIssues(checked.error));
  } catch (cause) {
    const problem = cause instanceof Error ? cause.message : String(cause);
    throw new ClipSamError('input-invalid', `${path} is no region of interest: ${problem}.`, { cause });
  }
}
