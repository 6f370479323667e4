import { noteVerdictsOfDay } from './retention.ts';
import type { Workspace } from './workspace.ts';

/** Milliseconds that the program has to run between two days that are counted. */
const LEAST = 4 * 60 * 60_000;

/**
 * Days on which the workspace was in use, the measure of all grace times. The calendar alone would let a clock that is
 * wrong by a month end them all at once.
 */
export async function daysOfUse(db: Workspace['db']): Promise<number> {
  const { days } = await db.selectFrom('days_of_use').select('days').executeTakeFirstOrThrow();
  return days;
}

/**
 * Adds to the time that the program ran. Another day counts once the date has changed and the program ran for
 * {@link LEAST} since the last one.
 * @param milliseconds by a clock that nobody sets
 * @param date of now, ISO 8601
 * @returns days of use
 */
export function addTimeOfUse(workspace: Workspace, milliseconds: number, date: string): Promise<number> {
  return workspace.db.transaction().execute(async (db) => {
    const row = await db.selectFrom('days_of_use').selectAll().executeTakeFirstOrThrow();
    const total = row.milliseconds + Math.max(0, milliseconds);
    const today = date.slice(0, 10);
    const isNewDay = total >= LEAST && today !== row.date;
    const columns = isNewDay
      ? { days: row.days + 1, date: today, milliseconds: 0 }
      : { days: row.days, date: row.date, milliseconds: total };
    await db.updateTable('days_of_use').set(columns).execute();
    if (isNewDay) await noteVerdictsOfDay(db, columns.days);
    return columns.days;
  });
}
