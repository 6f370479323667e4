import type { BasicType, ColumnSource } from 'hyparquet-writer';

/** What a column holds: text (UTF-8), 32-bit and 64-bit integers, IEEE doubles, times in UTC to the millisecond. */
type ParquetType = 'text' | 'int32' | 'int64' | 'double' | 'time' | 'boolean';

/** A value of its column's type: times as ISO 8601 text. Null in any column. */
export type ParquetValue = string | number | boolean | null;

/** The columns of a file, in their order. */
export type ParquetColumns = Readonly<Record<string, ParquetType>>;

const TYPES = {
  text: 'STRING',
  int32: 'INT32',
  int64: 'INT64',
  double: 'DOUBLE',
  time: 'TIMESTAMP',
  boolean: 'BOOLEAN',
} as const satisfies Record<ParquetType, BasicType>;

/** Rows that are held in memory, and written as a group that readers take at a time. */
const GROUP = 10_000;

/**
 * A Parquet file in pieces, compressed with Snappy: no more than one group of rows is ever held.
 * @param metadata told by readers beside the schema, as text by name
 */
export async function* parquetPieces(
  columns: ParquetColumns,
  rows: AsyncIterable<Readonly<Record<string, ParquetValue>>>,
  metadata: Readonly<Record<string, string>>,
): AsyncGenerator<Uint8Array> {
  const { ByteWriter, ParquetWriter, schemaFromColumnData } = await import('hyparquet-writer');
  const bytes = new ByteWriter();
  let group = emptyGroup(columns);
  const writer = new ParquetWriter({
    writer: bytes,
    schema: schemaFromColumnData({ columnData: group }),
    kvMetadata: Object.entries(metadata).map(([key, value]) => ({ key, value })),
    createdBy: 'clipsam',
  });
  const taken = () => {
    const piece = new Uint8Array(bytes.buffer.slice(0, bytes.index));
    bytes.index = 0;
    return piece;
  };
  let count = 0;
  for await (const row of rows) {
    for (const { name, data } of group) data.push(toParquet(columns[name]!, row[name] ?? null));
    if (++count % GROUP !== 0) continue;
    await writer.write({ columnData: group, rowGroupSize: GROUP });
    yield taken();
    group = emptyGroup(columns);
  }
  await writer.write({ columnData: group, rowGroupSize: GROUP });
  await writer.finish();
  yield taken();
}

function emptyGroup(columns: ParquetColumns): (ColumnSource & { data: unknown[] })[] {
  return Object.entries(columns).map(([name, type]) => ({ name, type: TYPES[type], data: [] }));
}

function toParquet(type: ParquetType, value: ParquetValue) {
  if (value === null) return null;
  if (type === 'int64') return BigInt(value);
  if (type === 'time') return new Date(String(value));
  // Text that UTF-8 cannot say would come out as something else without a word.
  return typeof value === 'string' ? value.toWellFormed() : value;
}
