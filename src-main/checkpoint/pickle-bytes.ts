import { CheckpointRefusal } from './checkpoint-refusal.ts';

/** Integers of more bytes are no sizes, offsets or counters of a checkpoint. */
const LONGEST_INTEGER = 16;
const LONGEST_NAME = 256;

/** The bytes of a pickle, read from the front. Nothing is taken that is not there. */
export class PickleBytes {
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  /** Bytes read so far. */
  position: number;

  constructor(bytes: Uint8Array, position = 0) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.position = position;
  }

  /** The position before `length` bytes, which are passed over. */
  #pass(length: number, what: string): number {
    const left = this.#bytes.length - this.position;
    if (length > left) {
      throw new CheckpointRefusal(`its pickle announces ${what} of ${length} bytes where ${left} are left`);
    }
    const at = this.position;
    this.position += length;
    return at;
  }

  byte(): number {
    return this.#view.getUint8(this.#pass(1, 'a part'));
  }

  uint16(): number {
    return this.#view.getUint16(this.#pass(2, 'a number'), true);
  }

  int32(): number {
    return this.#view.getInt32(this.#pass(4, 'a number'), true);
  }

  uint32(): number {
    return this.#view.getUint32(this.#pass(4, 'a number'), true);
  }

  /** Big-endian, as Python pickles its floats. */
  float64(): number {
    return this.#view.getFloat64(this.#pass(8, 'a number'), false);
  }

  /** A length of eight bytes. */
  length64(): number {
    return Number(this.#view.getBigUint64(this.#pass(8, 'a length'), true));
  }

  /** A whole number in two's complement, little-endian; a bigint where a number would not be exact. */
  integer(length: number): number | bigint {
    if (length > LONGEST_INTEGER) throw new CheckpointRefusal(`a whole number has ${length} bytes`);
    const at = this.#pass(length, 'a number');
    let value = 0n;
    for (let i = length - 1; i >= 0; i--) value = (value << 8n) | BigInt(this.#bytes[at + i]!);
    const signed = BigInt.asIntN(length * 8, value);
    const number = Number(signed);
    return Number.isSafeInteger(number) ? number : signed;
  }

  /** UTF-8. */
  text(length: number): string {
    const at = this.#pass(length, 'a text');
    try {
      return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(
        this.#bytes.subarray(at, at + length),
      );
    } catch (cause) {
      throw new CheckpointRefusal('a text is not UTF-8', { cause });
    }
  }

  /** A module's or class's name, up to the end of the line. */
  line(): string {
    const end = this.#bytes.subarray(this.position, this.position + LONGEST_NAME).indexOf(0x0a);
    if (end < 0) throw new CheckpointRefusal('the name of a class has no end');
    const name = this.text(end);
    this.position++;
    return name;
  }
}
