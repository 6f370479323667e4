import { readFileSync } from 'node:fs';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { describe, expect, it, vi } from 'vitest';
import { describeModel, encodeModel, pruneTo, readModel } from '../../src-main/graph/model.ts';
import { readSafetensors } from '../../src-main/graph/safetensors.ts';
import { checkContents } from '../../src-main/inference/pack-contents.ts';
import { newPackContents, parsePack, verifyPack } from '../../src-main/inference/pack-loader.ts';
import { openTokenizer, sentenceIds } from '../../src-main/inference/tokenizer.ts';
import { importedPacks, PackImports } from '../../src-main/services/packs/pack-imports.ts';
import { openPackSource } from '../../src-main/services/packs/pack-source.ts';
import type { ErrorCode } from '../../src-shared/error-codes.ts';
import { ClipSamError } from '../../src-shared/errors.ts';
import type { Pack } from '../../src-shared/pack.ts';
import { zipFile } from '../files/zip-file.ts';
import { mutatedJson, mutations } from '../mutations.ts';
import { temporaryWorkspace } from '../store/fixtures.ts';
import { tempFolder } from '../temp-folder.ts';
import { replaceFile } from './hostile-pack.ts';
import { nearExaminer } from './near-examiner.ts';
import { encoderFile, writeSamplePack } from './sample-pack.ts';
import { writeTinyPack } from './tiny-pack.ts';

// Every damage is refused with an error of ours, or what comes out is whole in itself. Nothing else is thrown, and
// nothing hangs. Seeds are fixed: a failure happens again, and its name says what was damaged.

/** What damaged files of a pack are refused with. */
const REFUSALS: readonly ErrorCode[] = [
  'pack-invalid',
  'pack-not-found',
  'pack-file-missing',
  'pack-hash-mismatch',
  'path-denied',
  'model-file-invalid',
  'model-tensor-unknown',
  'model-opset-unsupported',
];

/** What came out, or the error of ours; anything else that is thrown fails the test with the damage's name. */
async function outcome<T>(name: string, act: () => T | Promise<T>): Promise<T | ClipSamError> {
  try {
    return await act();
  } catch (error) {
    if (error instanceof ClipSamError && REFUSALS.includes(error.code)) return error;
    throw new Error(`${name} ended with an error that is none of a pack's`, { cause: error });
  }
}

const isRefusal = (value: unknown) => value instanceof ClipSamError;

describe('a damaged ONNX file', () => {
  const whole = encoderFile();

  it('that is cut off anywhere is refused', async () => {
    for (let end = 0; end < whole.length; end++) {
      const result = await outcome(`cut off at ${end}`, () => readModel(whole.subarray(0, end), 'encoder'));
      expect(isRefusal(result), `cut off at ${end}`).toBe(true);
    }
  });

  it('is refused, or is a model that can be described, pruned and written', async () => {
    let refused = 0;
    for (const { name, bytes } of mutations(whole, 'onnx', 1500)) {
      const result = await outcome(name, () => {
        const model = readModel(bytes, 'encoder');
        const { outputs } = describeModel(model);
        const pruned = pruneTo(
          model,
          outputs.map((output) => output.name),
        );
        return describeModel(readModel(encodeModel(pruned), 'encoder')).outputs.length - outputs.length;
      });
      if (isRefusal(result)) refused++;
      else expect(result, name).toBe(0);
    }
    expect(refused).toBeGreaterThan(500);
  });
});

describe('a damaged safetensors file', () => {
  const values = Uint8Array.from({ length: 24 }, (_, i) => i);
  const header = {
    __metadata__: { by: 'a test' },
    a: { dtype: 'F32', shape: [2, 2], data_offsets: [0, 16] },
    b: { dtype: 'F16', shape: [4], data_offsets: [16, 24] },
  };
  const file = (json: unknown) => {
    const text = Buffer.from(JSON.stringify(json) ?? '');
    const length = Buffer.alloc(8);
    length.writeBigUInt64LE(BigInt(text.length));
    return Buffer.concat([length, text, values]);
  };
  /** The values cover the file, and each tensor has as many as its shape says. */
  const isWhole = (tensors: ReturnType<typeof readSafetensors>) => {
    let bytes = 0;
    for (const { shape, dtype, data } of tensors.values()) {
      if (data.length !== shape.reduce((product, size) => product * size, 1)) return false;
      bytes += data.length * (dtype === 'F32' ? 4 : 2);
    }
    return bytes === values.length;
  };

  it('is refused, or covers its bytes exactly', async () => {
    const damaged = [...mutations(file(header), 'safetensors', 1500)];
    for (let i = 0; i < 500; i++) {
      const { name, json } = mutatedJson(header, `safetensors header ${i}`);
      damaged.push({ name, bytes: file(json) });
    }
    let refused = 0;
    for (const { name, bytes } of damaged) {
      const result = await outcome(name, () => readSafetensors(bytes, 'head'));
      if (result instanceof ClipSamError) refused++;
      else expect(isWhole(result), name).toBe(true);
    }
    expect(refused).toBeGreaterThan(500);
    expect(isWhole(readSafetensors(file(header), 'head'))).toBe(true);
  });
});

describe('a damaged tokenizer.json', () => {
  const lite = JSON.parse(
    readFileSync(new URL('../../models/lite/tokenizer.json', import.meta.url), 'utf8'),
  ) as { model: { vocab: object; merges: unknown[] } };
  // Its head alone: most damage to the whole would hit one of two thousand words.
  const small = {
    ...lite,
    model: {
      ...lite.model,
      vocab: Object.fromEntries(Object.entries(lite.model.vocab).slice(0, 300)),
      merges: lite.model.merges.slice(0, 20),
    },
  };
  const sentences = ['a photo of a flawless bolt', 'x', '', 'Ünïcode 漢字 🔩'];

  it('is refused, or gives whole numbers', async () => {
    // What the library does not know it also says there.
    vi.spyOn(console, 'warn').mockReturnValue();
    let refused = 0;
    for (let i = 0; i < 400; i++) {
      const { name, json } = mutatedJson(small, `tokenizer ${i}`);
      const read = (sentence: string) => {
        try {
          return sentenceIds(openTokenizer(JSON.stringify(json), 'tokenizer'), [sentence], 77);
        } catch (error) {
          // A word that it does not know is no damage.
          if (error instanceof ClipSamError && ['recipe-invalid', 'text-too-long'].includes(error.code))
            return;
          throw error;
        }
      };
      for (const sentence of sentences) {
        const result = await outcome(`${name} for "${sentence}"`, () => read(sentence));
        if (isRefusal(result)) refused++;
      }
    }
    expect(refused).toBeGreaterThan(50);
  });

  it('that is no JSON any more is refused', async () => {
    for (const { name, bytes } of mutations(Buffer.from(JSON.stringify(small)), 'tokenizer text', 300)) {
      await outcome(name, () => openTokenizer(bytes.toString('utf8'), 'tokenizer'));
    }
  });
});

describe('a damaged pack.json', () => {
  it('is refused, or describes a pack', async () => {
    const folder = await writeSamplePack(await tempFolder());
    const text = await readFile(join(folder, 'pack.json'));
    for (const { name, bytes } of mutations(text, 'pack.json', 1000)) {
      const result = await outcome(name, () => parsePack(bytes.toString('utf8'), 'pack.json').pack);
      if (result instanceof ClipSamError) expect(result.message, name).toMatch(/^pack\.json /);
      else expect(parsePack(JSON.stringify(result), 'again').pack).toEqual(result);
    }
  });

  it('is refused, or its pack is one that verifying finds whole', async () => {
    const folder = await writeSamplePack(await tempFolder());
    const pack = JSON.parse(await readFile(join(folder, 'pack.json'), 'utf8')) as Pack;
    let refused = 0;
    for (let i = 0; i < 250; i++) {
      const { name, json } = mutatedJson(pack, `pack ${i}`);
      await writeFile(join(folder, 'pack.json'), JSON.stringify(json));
      const { error } = await verifyPack(folder, {}, nearExaminer);
      if (!error) continue;
      refused++;
      expect(REFUSALS, name).toContain(error.code);
      expect(error.message, name).not.toMatch(
        /\[object|is not a function|Cannot read prop|Invalid (array|typed)/,
      );
    }
    expect(refused).toBeGreaterThan(100);
  });
});

it("files of a pack that are damaged are refused, also when pack.json's hashes were made to fit", async () => {
  const folder = await writeSamplePack(await tempFolder());
  const whole = await readFile(join(folder, 'pack.json'));
  const pack = JSON.parse(whole.toString()) as Pack;
  for (const [key, { source }] of Object.entries(pack.files)) {
    const path = join(folder, source.slice('pack:'.length));
    const original = await readFile(path);
    for (const [i, { name, bytes }] of [...mutations(original, key, 24)].entries()) {
      if (bytes.length === 0 || bytes.equals(original)) continue;
      await replaceFile(folder, key, bytes);
      await outcome(`${key} ${name}`, async () => {
        const { pack: changed } = parsePack(await readFile(join(folder, 'pack.json'), 'utf8'), 'pack.json');
        await checkContents(await newPackContents(changed, folder));
      });
      await writeFile(join(folder, 'pack.json'), whole);
      if (i % 6 > 0) continue;
      const { error } = await verifyPack(folder, {}, nearExaminer);
      expect(error?.code, `${key} ${name}`).toBe('pack-hash-mismatch');
    }
    await writeFile(path, original);
  }
  expect((await verifyPack(folder, {}, nearExaminer)).error).toBeUndefined();
});

describe('a damaged ZIP file', () => {
  async function zippedPack() {
    const folder = await tempFolder();
    const stick = join(folder, 'stick');
    await writeTinyPack(stick);
    const entries = await Promise.all(
      (await readdir(stick)).map(async (name) => ({ name, content: await readFile(join(stick, name)) })),
    );
    const bytes = zipFile(entries);
    // Most bytes are weights, which deflate checks: the table of contents is damaged as often.
    const table = bytes.length - 700;
    const damaged = (count: number) => [
      ...mutations(bytes, 'zip', count),
      ...[...mutations(bytes.subarray(table), 'zip table', 2 * count)].map((mutation) => ({
        name: `table ${mutation.name}`,
        bytes: Buffer.concat([bytes.subarray(0, table), mutation.bytes]),
      })),
    ];
    return { folder, path: join(folder, 'pack.zip'), entries, bytes, damaged };
  }

  it('is refused as a whole, or a file of it is, or its files come out as they were', async () => {
    const { path, entries, damaged } = await zippedPack();
    let refused = 0;
    for (const { name, bytes } of damaged(40)) {
      await writeFile(path, bytes);
      const source = await outcome(name, () => openPackSource(path, {}));
      if (source instanceof ClipSamError) {
        refused++;
        continue;
      }
      for (const entry of entries) {
        const content = await outcome(name, async () => {
          const stream = await source.open(entry.name);
          return stream && (await buffer(stream).catch((cause: unknown) => cause));
        });
        // What is read without an error and is another content is found by its hash.
        if (Buffer.isBuffer(content) && content.equals(entry.content)) continue;
        refused++;
        break;
      }
      source.close();
    }
    expect(refused).toBeGreaterThan(40);
  });

  it('brings the very same pack, or nothing', async () => {
    const { folder, path, entries, bytes: whole, damaged } = await zippedPack();
    const workspace = await temporaryWorkspace();
    const roots = { packsRoot: join(folder, 'none'), importedRoot: importedPacks(workspace.folder) };
    const imports = new PackImports({ workspace, roots, examiner: nearExaminer });
    for (const { name, bytes } of damaged(6)) {
      await writeFile(path, bytes);
      const result = await outcome(name, () => imports.add(path, { inspector: 'ana' }));
      if (isRefusal(result)) expect(await imports.unfinished(), name).toEqual([]);
    }
    await writeFile(path, whole);
    await imports.add(path, { inspector: 'ana' });
    const added = join(roots.importedRoot, 'tiny@1');
    for (const { name, content } of entries) {
      expect((await readFile(join(added, name))).equals(content), name).toBe(true);
    }
  });
});
