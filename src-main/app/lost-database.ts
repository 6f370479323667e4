import { ClipSamError } from '../../src-shared/errors.ts';
import { acceptDatabase, restoreDatabase } from '../api/workstation.ts';
import type { NativeTexts } from './native-texts.ts';

/** A question with its buttons; the answer is a button's index. */
export interface Question {
  readonly message: string;
  readonly detail: string;
  readonly buttons: readonly string[];
}

/**
 * Where a workspace's database is missing or older than its files: offers to put a copy back, or to go on with the older
 * one.
 * @param error why the workspace did not open
 * @param ask shows the question; the last button changes nothing
 * @returns true when something was done, so that opening it is worth another try
 * @throws ClipSamError what putting the copy back says
 */
export async function recoverDatabase(
  error: unknown,
  texts: NativeTexts,
  ask: (question: Question) => Promise<number>,
): Promise<boolean> {
  const details = error instanceof ClipSamError ? error.details : undefined;
  if (details?.case !== 'database-missing' && details?.case !== 'database-older') return false;
  const { folder, files, megabytes, newest, copies } = details;
  const isOlder = details.case === 'database-older';
  const choices = [
    ...(Number(copies) > 0 ? [{ label: texts.restoreCopy, act: () => restoreDatabase(String(folder)) }] : []),
    ...(isOlder ? [{ label: texts.goOnWithOlder, act: () => acceptDatabase(String(folder)) }] : []),
  ];
  if (choices.length === 0) return false;
  const answer = await ask({
    message: isOlder ? texts.databaseOlder : texts.databaseMissing,
    detail: texts.databaseDetail
      .replace('{folder}', () => String(folder))
      .replace('{files}', String(files))
      .replace('{megabytes}', String(megabytes))
      .replace('{newest}', String(newest))
      .replace('{copies}', String(copies)),
    buttons: [...choices.map(({ label }) => label), texts.quit],
  });
  const chosen = choices[answer];
  if (!chosen) return false;
  await chosen.act();
  return true;
}
