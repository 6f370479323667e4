import {
  RECORD_PARTS,
  RECORD_TABLES,
  type RecordPartsName,
  type RecordTableName,
} from '../../src-shared/plant-record.ts';
import { shapeOfParts, shapeOfTable, type TableShape } from './record-tables.ts';

/** The statements that compare and write rows of a table. `$1`: the workspace. */
export interface BlockStatements {
  /** Keys and hashes of a block's rows (`$2`: the block, where keys are numbers); without a hash they are gone. */
  readonly hashes: string;
  /** Rows as JSON (`$2`), each with `row_hash`. */
  readonly write: string;
  /** Rows with the keys in `$2` are gone. */
  readonly remove: string;
  /** Parts as JSON (`$2`), each with the key of the row that it belongs to. */
  readonly writeParts: string | undefined;
  /** All parts of the rows with the keys in `$2` are gone. */
  readonly removeParts: string | undefined;
}

const cache = new Map<RecordTableName, BlockStatements>();

export function blockStatements(name: RecordTableName): BlockStatements {
  const known = cache.get(name) ?? makeStatements(name);
  cache.set(name, known);
  return known;
}

function makeStatements(name: RecordTableName): BlockStatements {
  const table = RECORD_TABLES[name];
  const { key } = table;
  const isNumber = (table.columns as Record<string, readonly string[]>)[key]![0] === 'bigint';
  const parts: RecordPartsName | undefined = 'parts' in table ? table.parts : undefined;
  const keys = isNumber ? 'bigint[]' : 'text[]';
  const within = isNumber ? `and ${key} >= $2::bigint * 1000 and ${key} < ($2::bigint + 1) * 1000` : '';
  return {
    hashes: `select ${key} as key, replace(row_hash::text, '-', '') as hash from clipsam.${name}
      where workspace_id = $1 ${within}`,
    write: writing(shapeOfTable(name), Object.keys(table.columns).includes('deleted_at')),
    remove: `update clipsam.${name} set row_hash = null, deleted_at = coalesce(deleted_at, now())
      where workspace_id = $1 and ${key} = any($2::${keys}) and row_hash is not null`,
    writeParts: parts && writing(shapeOfParts(parts), false),
    removeParts:
      parts &&
      `update clipsam.${parts} set deleted_at = now()
      where workspace_id = $1 and ${RECORD_TABLES[RECORD_PARTS[parts].of].key} = any($2::${keys}) and deleted_at is null`,
  };
}

/** Adds rows and replaces those that are there. @param tellsDeletion the row itself says whether it was deleted */
function writing({ name, columns, key }: TableShape, tellsDeletion: boolean): string {
  const given = Object.entries(columns).filter(
    ([column]) => column !== 'workspace_id' && (tellsDeletion || column !== 'deleted_at'),
  );
  const names = given.map(([column]) => column);
  // JSON within JSON comes as text.
  const types = given.map(([column, [type]]) => `${column} ${type === 'jsonb' ? 'text' : type}`);
  const values = given.map(([column, [type]]) => `x.${column}${type === 'jsonb' ? '::jsonb' : ''}`);
  const changed = names
    .filter((column) => !key.includes(column))
    .map((column) => `${column} = excluded.${column}`);
  if (!tellsDeletion) changed.push('deleted_at = null');
  return `insert into clipsam.${name} (workspace_id, ${names.join(', ')})
    select $1, ${values.join(', ')} from json_to_recordset($2::json) as x (${types.join(', ')})
    on conflict (${key.join(', ')}) do update set ${changed.join(', ')}`;
}
