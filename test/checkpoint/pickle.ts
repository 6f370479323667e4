/** A pickle that a test writes by hand, also one that PyTorch would not: bytes, as numbers or letters. */
export function pickle(...parts: readonly (string | number | Uint8Array)[]): Buffer {
  return Buffer.concat([
    Buffer.from([0x80, 2]),
    ...parts.map((part) => {
      if (typeof part === 'number') return Buffer.from([part]);
      return typeof part === 'string' ? Buffer.from(part, 'latin1') : Buffer.from(part);
    }),
    Buffer.from('.'),
  ]);
}

/** The instruction for a text. */
export function text(value: string): Buffer {
  const bytes = Buffer.from(value);
  const head = Buffer.alloc(5);
  head.write('X');
  head.writeUInt32LE(bytes.length, 1);
  return Buffer.concat([head, bytes]);
}

/** The instructions for a tensor of a storage of float32. */
export function tensor(
  storage: string,
  elements: number,
  shape: readonly number[],
  strides: readonly number[],
) {
  const tuple = (sizes: readonly number[]) =>
    Buffer.concat([Buffer.from('('), ...sizes.map(int), Buffer.from('t')]);
  return Buffer.concat([
    Buffer.from('ctorch._utils\n_rebuild_tensor_v2\n(('),
    text('storage'),
    Buffer.from('ctorch\nFloatStorage\n'),
    text(storage),
    text('cpu'),
    int(elements),
    Buffer.from('tQ'),
    int(0),
    tuple(shape),
    tuple(strides),
    Buffer.from([0x89]),
    Buffer.from('}tR'),
  ]);
}

function int(value: number): Buffer {
  const bytes = Buffer.alloc(5);
  bytes.write('J');
  bytes.writeInt32LE(value, 1);
  return bytes;
}
