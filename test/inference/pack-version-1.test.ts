import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { hashOfJson } from '../../src-main/files/canonical-json.ts';
import { loadPack } from '../../src-main/inference/pack-loader.ts';
import type { Pack } from '../../src-shared/pack.ts';
import { tempFolder } from '../temp-folder.ts';
import { writeTinyPack } from './tiny-pack.ts';

/** The same pack as programs before format 2 described it. */
function asVersion1({ vision, text, segmenter, head, variants: _, ...rest }: Pack) {
  const { fit, interpolation: _i, leadingTokens: _l, ...tower } = vision;
  const { tokenizer, encoder, width, contextLength } = text;
  const { decoder, dialect, masks, qualities } = segmenter;
  if (segmenter.encoder.kind !== 'vision' || head.kind !== 'umci') throw new TypeError('another tiny pack');
  const { kind: _k, ...umci } = head;
  return {
    ...rest,
    schemaVersion: 1,
    vision: { ...tower, resize: fit, samEmbedding: segmenter.encoder.tensor },
    text: { tokenizer, encoder, width, contextLength },
    umci,
    sam: { decoder, dialect, masks, qualities },
  };
}

it('a pack of format 1 means what it meant, and results still find it by its hash', async () => {
  const folder = await tempFolder();
  const today = await writeTinyPack(folder);
  const before = asVersion1(today);
  await writeFile(join(folder, 'pack.json'), JSON.stringify(before));
  const { pack, packHash } = await loadPack(folder);
  expect(pack).toEqual(today);
  expect(packHash).toBe(hashOfJson(before));
});

it('a pack of format 1 with another kind of input is refused by name', async () => {
  const folder = await tempFolder();
  const before = asVersion1(await writeTinyPack(folder));
  const other = { ...before, vision: { ...before.vision, resize: 'squash' } };
  await writeFile(join(folder, 'pack.json'), JSON.stringify(other));
  await expect(loadPack(folder)).rejects.toMatchObject({
    code: 'pack-invalid',
    message: expect.stringContaining('vision.resize'),
  });
  expect(await readFile(join(folder, 'pack.json'), 'utf8')).toContain('squash');
});
