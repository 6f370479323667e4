import { sql } from 'kysely';
import { countedAnew, TOTAL_TABLES } from './total-tables.ts';
import type { Workspace } from './workspace.ts';

/** A table of running totals that is not what a full count gives. */
export interface WrongTotals {
  readonly table: string;
  /** Rows that the full count has and the table lacks, and the reverse; a wrong number is one of each. */
  readonly missing: number;
  readonly extra: number;
}

/** Compares the running totals with a full count of results and verdicts: reads all of them. @returns none: all is right */
export async function checkTotals({ db }: Workspace): Promise<WrongTotals[]> {
  const compared = [
    { table: 'inspected_images', counted: 'select * from image_standings' },
    ...TOTAL_TABLES.map((total) => ({ table: total.table, counted: countedAnew(total) })),
  ];
  const wrong: WrongTotals[] = [];
  for (const { table, counted } of compared) {
    const kept = `select * from ${table}`;
    const less = (all: string, others: string) =>
      sql.raw(`(select count(*) from (select * from (${all}) except select * from (${others})))`);
    const { rows } = await sql<{ missing: number; extra: number }>`
      select ${less(counted, kept)} as missing, ${less(kept, counted)} as extra`.execute(db);
    const { missing, extra } = rows[0]!;
    if (missing > 0 || extra > 0) wrong.push({ table, missing, extra });
  }
  return wrong;
}

/** Counts all results and verdicts again, in one transaction: some 20 µs for each. */
export async function rebuildTotals({ db }: Workspace): Promise<void> {
  await db.transaction().execute(async (transaction) => {
    for (const { table } of TOTAL_TABLES) await sql`delete from ${sql.table(table)}`.execute(transaction);
    await sql`delete from inspected_images`.execute(transaction);
    await sql`insert into inspected_images select * from image_standings`.execute(transaction);
  });
}
