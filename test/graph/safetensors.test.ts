import { describe, expect, test } from 'vitest';
import { readSafetensors, writeSafetensors } from '../../src-main/graph/safetensors.ts';

/** A file written by hand: header text and data. */
function file(header: unknown, data: Uint8Array = new Uint8Array(), headerLength?: number): Uint8Array {
  const json = new TextEncoder().encode(typeof header === 'string' ? header : JSON.stringify(header));
  const out = new Uint8Array(8 + json.length + data.length);
  new DataView(out.buffer).setBigUint64(0, BigInt(headerLength ?? json.length), true);
  out.set(json, 8);
  out.set(data, 8 + json.length);
  return out;
}

const f32 = (...values: number[]) => new Uint8Array(Float32Array.from(values).buffer);

describe('readSafetensors', () => {
  test('reads both widths, scalars and empty tensors, whatever the alignment and order of the header', () => {
    // IEEE 754 binary16: 1 = 0x3c00, −2 = 0xc000, 65504 = 0x7bff, 2⁻²⁴ = 0x0001.
    const data = new Uint8Array([...f32(0.5, -3), 0x00, 0x3c, 0x00, 0xc0, 0xff, 0x7b, 0x01, 0x00, ...f32(7)]);
    const header = {
      scalar: { dtype: 'F32', shape: [], data_offsets: [16, 20] },
      half: { dtype: 'F16', shape: [2, 2], data_offsets: [8, 16] },
      __metadata__: { odd: 'x' },
      empty: { dtype: 'F32', shape: [0, 3], data_offsets: [8, 8] },
      single: { dtype: 'F32', shape: [2], data_offsets: [0, 8] },
    };
    for (const spaces of ['', ' ', '   ']) {
      const tensors = readSafetensors(file(JSON.stringify(header) + spaces, data));
      expect([...tensors.keys()].sort()).toEqual(['empty', 'half', 'scalar', 'single']);
      expect(tensors.get('single')).toEqual({ dtype: 'F32', shape: [2], data: Float32Array.of(0.5, -3) });
      expect(tensors.get('half')).toEqual({
        dtype: 'F16',
        shape: [2, 2],
        data: Float32Array.of(1, -2, 65504, 2 ** -24),
      });
      expect(tensors.get('scalar')).toEqual({ dtype: 'F32', shape: [], data: Float32Array.of(7) });
      expect(tensors.get('empty')?.data.length).toBe(0);
    }
  });

  const one = { dtype: 'F32', shape: [1], data_offsets: [0, 4] };
  test.each([
    ['too short', new Uint8Array(5), /too few/],
    ['header longer than the file', file({ a: one }, f32(1), 1000), /claims 1000 bytes/],
    ['header length of 2⁶³', file({ a: one }, f32(1), 2 ** 63), /claims/],
    ['header cut off', file({ a: one }, f32(1), 10), /not JSON/],
    ['header that is not UTF-8', file({ a: one }, f32(1)).fill(0xff, 9, 10), /not JSON/],
    ['header that is a list', file([one], f32(1)), /not a JSON object/],
    ['a tensor without description', file({ a: 3 }), /"a" has no description/],
    ['an unsupported type', file({ a: { ...one, dtype: 'BF16' } }, f32(1)), /BF16.*F32 and F16/],
    ['a negative size', file({ a: { ...one, shape: [-1] } }, f32(1)), /no valid shape/],
    ['a fractional size', file({ a: { ...one, shape: [0.5] } }, f32(1)), /no valid shape/],
    ['three offsets', file({ a: { ...one, data_offsets: [0, 4, 8] } }, f32(1)), /no valid offsets/],
    ['offsets that run backwards', file({ a: { ...one, data_offsets: [4, 0] } }, f32(1)), /needs 4/],
    ['a shape that needs more', file({ a: { ...one, shape: [2] } }, f32(1)), /has 4 bytes.*needs 8/],
    ['overlapping tensors', file({ a: one, b: one }, f32(1)), /overlaps/],
    ['a gap', file({ a: one, b: { ...one, data_offsets: [8, 12] } }, f32(1, 2, 3)), /gap/],
    ['a gap at the start', file({ a: { ...one, data_offsets: [4, 8] } }, f32(1, 2)), /gap/],
    ['data cut off', file({ a: one }, new Uint8Array(3)), /take 4 bytes, the file has 3/],
    ['data left over', file({ a: one }, f32(1, 2)), /take 4 bytes, the file has 8/],
  ])('refuses %s', (_name, bytes, message) => {
    const error = { code: 'model-file-invalid', message: expect.stringMatching(message) };
    expect(() => readSafetensors(bytes, 'umci.safetensors')).toThrowError(expect.objectContaining(error));
    expect(() => readSafetensors(bytes, 'umci.safetensors')).toThrowError(/^umci\.safetensors is not/);
  });
});

describe('writeSafetensors', () => {
  const tensors = new Map([
    ['stage0.weight', { shape: [2, 3], data: Float32Array.of(1, -2.5, 0, 1e-3, 1e30, Math.PI) }],
    ['stage0.bias', { shape: [1], data: Float32Array.of(-0.25) }],
  ]);

  test('lays out header and values as the format says', () => {
    const bytes = writeSafetensors(tensors, { half: false }, { seed: '7' });
    const view = new DataView(bytes.buffer);
    const length = Number(view.getBigUint64(0, true));
    expect(length % 8).toBe(0);
    expect(JSON.parse(new TextDecoder().decode(bytes.subarray(8, 8 + length)))).toEqual({
      __metadata__: { seed: '7' },
      'stage0.weight': { dtype: 'F32', shape: [2, 3], data_offsets: [0, 24] },
      'stage0.bias': { dtype: 'F32', shape: [1], data_offsets: [24, 28] },
    });
    expect(bytes.length).toBe(8 + length + 28);
    expect(view.getFloat32(8 + length + 4, true)).toBe(-2.5);
    expect(view.getFloat32(8 + length + 24, true)).toBe(-0.25);
  });

  test('float32 comes back unchanged', () => {
    const read = readSafetensors(writeSafetensors(tensors, { half: false }));
    for (const [name, { shape, data }] of tensors)
      expect(read.get(name)).toEqual({ dtype: 'F32', shape, data });
  });

  test('float16 comes back within half of its last place', () => {
    const data = Float32Array.from({ length: 1000 }, (_, i) => Math.sin(i) * 10 ** ((i % 7) - 4));
    const stored = readSafetensors(
      writeSafetensors(new Map([['w', { shape: [1000], data }]]), { half: true }),
    );
    const { dtype, data: read } = stored.get('w')!;
    expect(dtype).toBe('F16');
    // 11 significant bits; below 2⁻¹⁴ the steps stay 2⁻²⁴.
    read.forEach((value, i) => {
      expect(Math.abs(value - data[i]!)).toBeLessThanOrEqual(
        Math.max(Math.abs(data[i]!) * 2 ** -11, 2 ** -25),
      );
    });
  });

  test('refuses values that do not fill the shape, and values beyond float16', () => {
    const short = new Map([['w', { shape: [2, 2], data: new Float32Array(3) }]]);
    expect(() => writeSafetensors(short, { half: false })).toThrowError(
      expect.objectContaining({ code: 'input-invalid', message: expect.stringContaining('needs 4') }),
    );
    expect(() => writeSafetensors(tensors, { half: true })).toThrowError(
      expect.objectContaining({ code: 'input-invalid', message: expect.stringContaining('stage0.weight') }),
    );
  });
});
