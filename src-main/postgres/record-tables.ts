import {
  RECORD_PARTS,
  RECORD_TABLES,
  type RecordPartsName,
  type RecordTableName,
} from '../../src-shared/plant-record.ts';

type Column = readonly [type: string, about: string];

const WORKSPACE: Column = ['text', 'Id of the workspace (workspaces.workspace_id): ids are unique in one.'];
const GONE: Column = [
  'timestamptz',
  'When the row was found to be gone from its workspace; null: it is there.',
];
const HASH: Column = [
  'uuid',
  'First 128 bits of the SHA-256 over the row and its parts in the workspace; null: it is gone from there.',
];

/** All columns of a table, as they are made and described. */
export interface TableShape {
  readonly name: string;
  readonly about: string;
  readonly columns: Readonly<Record<string, Column>>;
  readonly key: readonly string[];
}

export function shapeOfTable(name: RecordTableName): TableShape {
  const { about, columns, key } = RECORD_TABLES[name];
  return {
    ...{ name, about, key: ['workspace_id', key] },
    columns: { workspace_id: WORKSPACE, deleted_at: GONE, ...columns, row_hash: HASH },
  };
}

export function shapeOfParts(name: RecordPartsName): TableShape {
  const { about, columns, key, of } = RECORD_PARTS[name];
  const owner = RECORD_TABLES[of].key;
  return {
    ...{ name, about, key: ['workspace_id', owner, key] },
    columns: {
      workspace_id: WORKSPACE,
      [owner]: ['bigint', `The row that it is a part of (${of}.${owner} of the same workspace).`],
      ...columns,
      deleted_at: GONE,
    },
  };
}

/** Tables that the record keeps for itself. */
const OWN_TABLES: readonly TableShape[] = [
  {
    name: 'workspaces',
    about: 'Workspaces whose results are here.',
    key: ['workspace_id'],
    columns: {
      workspace_id: ['text', 'Id that the workspace got when it was made (UUID); copies of it keep it.'],
      label: ['text', 'What it is called here: the name of its folder, or as somebody said.'],
      mark: [
        'text',
        'The newest state of the workspace that was read: an older copy of it does not know it.',
      ],
      software_version: ['text', 'Version of the program that wrote last.'],
      first_synced_at: ['timestamptz', 'When it came here first.'],
      last_synced_at: [
        'timestamptz',
        'When it was last compared to its end: everything up to then is here. Null: never yet.',
      ],
    },
  },
  {
    name: 'sync_blocks',
    about: 'How far each workspace is here: digests of blocks of 1,000 ids. What is equal is not sent again.',
    key: ['workspace_id', 'table_name', 'block'],
    columns: {
      workspace_id: WORKSPACE,
      table_name: ['text', 'Table of the record.'],
      block: ['bigint', 'Ids from 1000 × block to below 1000 × (block + 1).'],
      digest: ['text', 'SHA-256 over the hashes of its rows, 64 hexadecimal digits; empty: it has none.'],
    },
  },
];

export const TABLE_SHAPES: readonly TableShape[] = [
  ...OWN_TABLES,
  ...(Object.keys(RECORD_TABLES) as RecordTableName[]).map(shapeOfTable),
  ...(Object.keys(RECORD_PARTS) as RecordPartsName[]).map(shapeOfParts),
];

/** The statements that make and describe a table. */
export function tableStatements({ name, about, columns, key }: TableShape): string[] {
  const isKey = (column: string) => key.includes(column);
  const lines = Object.entries(columns).map(
    ([column, [type]]) => `${column} ${type}${isKey(column) ? ' not null' : ''}`,
  );
  return [
    `create table clipsam.${name} (${lines.join(', ')}, primary key (${key.join(', ')}))`,
    ...describing('table', name, about, columns),
  ];
}

/** The statements that describe a table or view and its columns. */
export function describing(
  kind: 'table' | 'view',
  name: string,
  about: string,
  columns: Readonly<Record<string, readonly [unknown, string]>>,
): string[] {
  return [
    `comment on ${kind} clipsam.${name} is ${literal(about)}`,
    ...Object.entries(columns).map(
      ([column, [, said]]) => `comment on column clipsam.${name}.${column} is ${literal(said)}`,
    ),
  ];
}

function literal(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}
