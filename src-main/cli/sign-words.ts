import type { SignatureRecord, SignedSubject } from '../../src-shared/signature.ts';
import { printable } from './terminal.ts';

/** Changes of a broken signature that are printed. */
const SHOWN = 20;

/** A report, lot or recipe in words. */
export function subjectName({ subject, subjectId, name, revision }: SignedSubject): string {
  if (subject === 'lot') return `lot ${name} (${subjectId})`;
  const which = subject === 'recipe' ? ` (${subjectId.slice(0, 8)})` : '';
  return `${subject} ${name}${revision === null ? '' : ` revision ${revision}`}${which}`;
}

/** A signature in one line. */
export function signatureLine(signature: SignatureRecord): string {
  const { id, printedName, role, meaning, signedAt, state, clockBehind, withdrawal } = signature;
  const parts = [
    `${id}  ${meaning} by ${printedName} (${role}), ${signedAt}: ${state}`,
    ...(clockBehind === null ? [] : [`the clock was behind ${clockBehind}`]),
    ...(withdrawal ? [`withdrawn by ${withdrawal.printedName}, ${withdrawal.at}: ${withdrawal.reason}`] : []),
  ];
  return printable(parts.join('; '));
}

/** What changed under a broken signature, a line each. */
export function changeLines({ changes, changeCount }: SignatureRecord): string[] {
  const lines = changes
    .slice(0, SHOWN)
    .map(({ path, before, after }) => `${path || 'record'}: ${before ?? '(none)'} → ${after ?? '(none)'}`);
  const more = changeCount - lines.length;
  return [...lines, ...(more > 0 ? [`and ${more} more`] : [])].map(printable);
}
