import { readdirSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { convertLinearHead } from '../../src-main/checkpoint/linear-head.ts';
import { readSafetensors } from '../../src-main/graph/safetensors.ts';
import { readNpz } from '../twins/npy.ts';
import { twinFile } from '../twins/twins.ts';

const SHAPE = { stageWidths: [32, 32, 32, 32], textWidth: 24 };
const checkpoints = (folder: string) =>
  readdirSync(twinFile(`april-gan/${folder}`)).filter((name) => name.endsWith('.pth'));

/** What rounding to half precision or bfloat16 leaves of a value. */
const ROUNDED: Readonly<Record<string, (value: number) => number>> = {
  'half.pth': (value) => new Float16Array([value])[0]!,
  'bfloat16.pth': (value) => {
    const bits = new Uint32Array(Float32Array.of(value).buffer)[0]!;
    // To the nearest, ties to even.
    const upper = (bits + 0x7fff + ((bits >>> 16) & 1)) >>> 16;
    return new Float32Array(Uint32Array.of(upper << 16).buffer)[0]!;
  },
};

describe('convertLinearHead', () => {
  it('has all checkpoints that PyTorch wrote to go through', () => {
    expect(checkpoints('take')).toHaveLength(7);
    expect(checkpoints('refuse')).toHaveLength(30);
  });

  it.each(['head.pth', ...checkpoints('take').map((name) => `take/${name}`)])(
    'takes %s, value by value',
    async (file) => {
      const numbers = await readNpz(
        twinFile(`april-gan/${file === 'take/views.pth' ? 'take/views' : 'head'}.npz`),
      );
      const round = ROUNDED[file.replace('take/', '')] ?? ((value: number) => value);
      const head = readSafetensors(await convertLinearHead(twinFile(`april-gan/${file}`), SHAPE));
      expect([...head.keys()]).toEqual(
        [0, 1, 2, 3].flatMap((stage) => [`stage${stage}.weight`, `stage${stage}.bias`]),
      );
      for (const [name, { dtype, shape, data }] of head) {
        const expected = numbers.get(name.replace('stage', 'fc.'))!;
        expect({ dtype, shape, data }).toEqual({
          dtype: 'F32',
          shape: expected.dims,
          data: expected.data.map(round),
        });
      }
    },
  );

  it.each<[string, string, string]>([
    ['big-endian', 'checkpoint-damaged', 'byte order "big"'],
    ['calls-eval', 'checkpoint-unsafe', 'it asks for __builtin__.eval'],
    ['calls-getattr', 'checkpoint-unsafe', 'it asks for __builtin__.getattr'],
    ['calls-popen', 'checkpoint-unsafe', 'it asks for subprocess.check_output'],
    ['calls-system', 'checkpoint-unsafe', 'it asks for posix.system'],
    ['calls-torch-load', 'checkpoint-unsafe', 'it asks for torch.serialization.load'],
    ['cycle', 'checkpoint-damaged', 'holds itself'],
    ['deflate-bomb', 'checkpoint-damaged', 'needs 3072 bytes, has 600000000 bytes'],
    ['empty', 'checkpoint-damaged', 'it is empty'],
    ['empty-pickle', 'checkpoint-damaged', 'where 0 are left'],
    ['integers', 'head-not-weights', 'fc.0.weight holds whole numbers (int8)'],
    ['lfs-pointer', 'checkpoint-damaged', 'pointer of Git LFS'],
    ['long-number-claimed', 'checkpoint-damaged', 'a whole number has 2147483647 bytes'],
    ['long-string-claimed', 'checkpoint-damaged', 'where 4 are left'],
    ['memo-missing', 'checkpoint-damaged', 'recalls value 7'],
    ['nested-deep', 'checkpoint-damaged', 'nested more than 32 deep'],
    ['no-stop', 'checkpoint-damaged', 'where 0 are left'],
    ['no-such-entry', 'head-not-weights', 'trainable_linearlayer is not there (there is: state_dict)'],
    ['not-a-checkpoint', 'checkpoint-damaged', 'it is a web page'],
    ['not-a-number', 'head-not-weights', 'fc.0.weight holds values that are no numbers'],
    ['one-stage-of-another-tower', 'head-of-other-tower', 'fc.0.weight has the shape [768,1024]'],
    ['parent-path', 'checkpoint-unsafe', 'it holds the file ../../escaped/data.pkl'],
    ['protocol-9', 'checkpoint-damaged', 'protocol 9'],
    ['shape-larger-than-storage', 'checkpoint-damaged', 'leaves its storage of 768 values'],
    ['storage-missing', 'checkpoint-damaged', 'needs 3072 bytes, is not in the file'],
    ['storage-short', 'checkpoint-damaged', 'needs 3072 bytes, has 100 bytes'],
    ['stride-beyond-storage', 'checkpoint-damaged', 'leaves its storage of 768 values'],
    ['three-stages', 'head-of-other-tower', 'fc.3.weight is missing'],
    ['truncated', 'checkpoint-damaged', 'cut off or damaged'],
    ['whole-module', 'checkpoint-unsafe', 'it asks for torch.nn.modules.linear.Linear'],
  ])('refuses %s.pth', async (name, reason, message) => {
    const before = process.resourceUsage().maxRSS;
    await expect(convertLinearHead(twinFile(`april-gan/refuse/${name}.pth`), SHAPE)).rejects.toMatchObject({
      name: 'ClipSamError',
      details: { case: reason },
      message: expect.stringContaining(message),
    });
    // Kilobytes; the largest file claims 600 MB.
    expect(process.resourceUsage().maxRSS - before).toBeLessThan(200_000);
  });

  it('refuses a head for a tower with fewer stages, of other widths or another language', async () => {
    const convert = (stageWidths: readonly number[], textWidth: number) =>
      convertLinearHead(twinFile('april-gan/head.pth'), { stageWidths, textWidth });
    const other = (message: string) => ({
      code: 'pack-invalid',
      details: { case: 'head-of-other-tower' },
      message: expect.stringContaining(message),
    });
    await expect(convert([32, 32, 32], 24)).rejects.toMatchObject(other('fc.3.weight is more than'));
    await expect(convert([32, 32, 64, 32], 24)).rejects.toMatchObject(
      other('fc.2.weight has the shape [24,32], this tower needs [24,64]'),
    );
    await expect(convert([32, 32, 32, 32], 16)).rejects.toMatchObject(other('this tower needs [16,32]'));
  });

  it('says what is wrong with a file that is not there', async () => {
    await expect(convertLinearHead('/nowhere/head.pth', SHAPE)).rejects.toMatchObject({
      details: { case: 'file-missing', file: '/nowhere/head.pth' },
    });
  });
});
