import type { Batch } from '../../../src-shared/batch.ts';
import { ClipSamError } from '../../../src-shared/errors.ts';

/**
 * The batches that a person means: by name (there may be several of it, newest first) or by id. `id:2` and `name:2`
 * say which; a text that is the name of one batch and the id of another is refused, not guessed at.
 * @param batches newest first
 * @throws ClipSamError `not-found` when there is none, `input-invalid` when the text has two meanings
 */
export function chooseBatches(batches: readonly Batch[], text: string): readonly Batch[] {
  const [, kind, rest] = /^(id|name):(.*)$/s.exec(text) ?? [];
  const byName = batches.filter(({ name }) => name === text || (kind === 'name' && name === rest));
  const byId = batches.filter(({ id }) => String(id) === (kind === 'id' ? rest : text));
  const meant = new Set([...byName, ...byId]);
  if (byName.length > 0 && byId.some((batch) => !byName.includes(batch))) {
    const [other] = byId;
    const named = kind === undefined ? `name:${text}` : `id:${byName[0]!.id}`;
    throw new ClipSamError(
      'input-invalid',
      `"${text}" is the name of batch ${byName.map(({ id }) => id).join(', ')}, and batch ${other!.id} is called "${other!.name}". Say id:${other!.id} or ${named}.`,
    );
  }
  if (meant.size > 0) return [...meant];
  throw new ClipSamError('not-found', `There is no batch "${text}". Batches there: ${listOf(batches)}.`);
}

function listOf(batches: readonly Batch[]): string {
  return batches.map(({ id, name }) => `${id} "${name}"`).join(', ') || 'none';
}
