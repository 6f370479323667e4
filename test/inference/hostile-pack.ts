import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { create } from '@bufbuild/protobuf';
import { encodeModel } from '../../src-main/graph/model.ts';
import { ModelProtoSchema } from '../../src-main/graph/onnx_pb.js';
import type { Pack } from '../../src-shared/pack.ts';
import { packFile } from './tiny-pack.ts';

/** A model of empty nodes: two bytes each in the file, hundreds in memory. */
export function emptyNodes(count: number): Uint8Array {
  const head = encodeModel({
    name: 'empty',
    proto: create(ModelProtoSchema, { irVersion: 8n, opsetImport: [{ version: 17n }] }),
  });
  const nodes = Buffer.alloc(2 * count);
  for (let at = 0; at < nodes.length; at += 2) nodes[at] = 0x0a;
  const length: number[] = [];
  for (let rest = nodes.length; ; rest >>>= 7) {
    length.push(rest > 0x7f ? (rest & 0x7f) | 0x80 : rest);
    if (rest <= 0x7f) break;
  }
  return Buffer.concat([head, Buffer.of(0x3a, ...length), nodes]);
}

/** A tokeniser whose expression takes twice as long for every further letter. */
export const endlessTokenizer = JSON.stringify({
  version: '1.0',
  added_tokens: [],
  normalizer: null,
  pre_tokenizer: {
    type: 'Split',
    pattern: { Regex: '(a+)+b' },
    behavior: 'Isolated',
    invert: false,
  },
  post_processor: null,
  decoder: null,
  model: { type: 'WordLevel', vocab: { '<unk>': 0 }, unk_token: '<unk>' },
});

/** Letters for which {@link endlessTokenizer} needs longer than any test can wait. */
export const ENDLESS_WORD = 'a'.repeat(64);

/** Puts other content in the place of a pack's file, with the hash that belongs to it. */
export async function replaceFile(folder: string, key: string, content: Uint8Array | string): Promise<void> {
  const path = join(folder, 'pack.json');
  const pack = JSON.parse(await readFile(path, 'utf8')) as Pack;
  const name = pack.files[key]!.source.slice('pack:'.length);
  await writeFile(join(folder, name), content);
  const files = { ...pack.files, [key]: packFile(name, content) };
  await writeFile(path, JSON.stringify({ ...pack, files }));
}
