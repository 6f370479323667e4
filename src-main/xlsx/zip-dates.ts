const [LOCAL, CENTRAL, END] = [0x04034b50, 0x02014b50, 0x06054b50];
const END_BYTES = 22;

/**
 * Gives every file of a ZIP archive one date, in place: the library takes the clock's.
 * @param bytes a whole archive without a comment, not ZIP64
 * @param date stored as UTC, in steps of two seconds; 1980 to 2107
 */
export function setZipDates(bytes: Uint8Array, date: Date): void {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const end = bytes.byteLength - END_BYTES;
  expectAt(view, end, END);
  const stamp = dosTime(date);
  let at = view.getUint32(end + 16, true);
  for (let left = view.getUint16(end + 10, true); left > 0; left--) {
    expectAt(view, at, CENTRAL);
    const local = view.getUint32(at + 42, true);
    expectAt(view, local, LOCAL);
    view.setUint32(at + 12, stamp, true);
    view.setUint32(local + 10, stamp, true);
    const lengths = [28, 30, 32].map((offset) => view.getUint16(at + offset, true));
    at += 46 + lengths.reduce((sum, length) => sum + length, 0);
  }
}

function expectAt(view: DataView, at: number, signature: number): void {
  if (view.getUint32(at, true) !== signature)
    throw new Error('The archive is built in another way than expected.');
}

/** MS-DOS time in the lower 16 bits, date in the upper. */
function dosTime(date: Date): number {
  const year = Math.min(Math.max(date.getUTCFullYear(), 1980), 2107) - 1980;
  const day = (year << 9) | ((date.getUTCMonth() + 1) << 5) | date.getUTCDate();
  const time = (date.getUTCHours() << 11) | (date.getUTCMinutes() << 5) | (date.getUTCSeconds() >> 1);
  return day * 2 ** 16 + time;
}
