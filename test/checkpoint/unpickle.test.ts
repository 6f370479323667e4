import { describe, expect, it } from 'vitest';
import { PickleBytes } from '../../src-main/checkpoint/pickle-bytes.ts';
import { checkTorchValue, torchMeaning } from '../../src-main/checkpoint/torch-tensor.ts';
import { unpickle } from '../../src-main/checkpoint/unpickle.ts';
import { pickle, tensor, text } from './pickle.ts';

const read = (bytes: Uint8Array) =>
  checkTorchValue(
    unpickle(
      new PickleBytes(bytes),
      torchMeaning(() => {}),
    ),
  );

describe('unpickle', () => {
  it('reads plain values of every kind that a checkpoint has', () => {
    const bytes = pickle(
      ...['(', 'N', 0x88, 0x89, 'K', 200, 'M\x39\x05', 'J\xfe\xff\xff\xff', '\x8a\x05\x00\x00\x00\x00\x80'],
      ...['G\xbf\xf8\x00\x00\x00\x00\x00\x00', text('Größe'), ')', ']K\x07a', '}', text('k'), 'K\x01s', 't'],
    );
    expect(read(bytes)).toEqual([
      ...[null, true, false, 200, 1337, -2, -549755813888, -1.5, 'Größe', [], [7], new Map([['k', 1]])],
    ]);
  });

  it('keeps integers that a number would not hold', () => {
    const bytes = pickle('\x8a\x08\x01\x00\x00\x00\x00\x00\x20\x00');
    expect(read(bytes)).toBe(2n ** 53n + 1n);
  });

  it('gives the same value where it is recalled, and no attributes of dictionaries', () => {
    const ordered = 'ccollections\nOrderedDict\n)R';
    const shared = read(pickle(ordered, 'q', 0, '}', text('_metadata'), ')sb', 'h', 0, 0x86)) as unknown[];
    expect(shared).toEqual([new Map(), new Map()]);
    expect(shared[0]).toBe(shared[1]);
  });

  it.each<[string, Buffer, string]>([
    ['a function', pickle('cos\nsystem\n', '(', text('true'), 'tR'), 'it asks for os.system'],
    ['a class by protocol 4', pickle(text('os'), text('system'), 0x93), 'it asks for os.system'],
    ['a class of PyTorch', pickle('ctorch.nn\nModule\n)', 0x81), 'it asks for torch.nn.Module'],
    [
      'an object of a class that is known',
      pickle('ctorch\nFloatStorage\n)', 0x81),
      'it asks for an object of the class',
    ],
    ['a call of a class that is none', pickle('ctorch\nFloatStorage\n)R'), 'it calls torch.FloatStorage'],
    ['a call of a text', pickle(text('os.system'), ')R'), 'it calls something that is no function'],
    [
      'a class as value',
      pickle('ctorch\nFloatStorage\n'),
      'it has a class or a storage where a value belongs',
    ],
    ['attributes of a list', pickle(']}b'), 'it sets attributes of something that is no dictionary'],
    ['the instruction of protocol 0 for a class', pickle('ios\nsystem\n'), 'has the instruction 0x69'],
    ['a list as key', pickle('}]Ns'), 'a key of a dictionary is no text or number'],
    ['a key alone', pickle('}(Nu'), 'a key of a dictionary has no value'],
    ['two values', pickle('NN'), 'its pickle ends in the middle of a value'],
    ['an open mark', pickle('(N'), 'its pickle ends in the middle of a value'],
    ['a mark that is not there', pickle('Nt'), 'its pickle uses a mark that is not there'],
    ['a value that is not there', pickle('a'), 'its pickle uses a value that is not there'],
    ['a storage of another kind', pickle(']Q'), 'a storage is described in a way that PyTorch does not'],
    [
      'an ordered dictionary of pairs',
      pickle('ccollections\nOrderedDict\n(](NNtatR'),
      'an ordered dictionary is',
    ],
    ['a tensor of sizes below zero', pickle(tensor('0', 9, [-1], [1])), 'no valid offset, shape and strides'],
    ['a tensor beyond its storage', pickle(tensor('0', 9, [2, 5], [5, 1])), 'leaves its storage of 9 values'],
    ['a tensor that repeats itself endlessly', pickle(tensor('0', 1, [2 ** 30], [0])), 'more than any layer'],
    ['more instructions than any model', pickle(Buffer.alloc(500_000, 'N')), 'more than 400000 instructions'],
  ])('refuses %s', (_name, bytes, reason) => {
    expect(() => read(bytes)).toThrow(reason);
  });

  it('takes a tensor that repeats values, or has none', () => {
    const value = read(pickle(tensor('0', 1, [3, 2], [0, 0]), tensor('1', 0, [0, 9], [1, 1]), 0x86));
    expect(value).toMatchObject([
      { elements: 6, end: 1 },
      { elements: 0, end: 0 },
    ]);
  });
});
