import { BODY, heading, SMALL } from './pdf-parts.ts';
import type { Writing } from './report-input.ts';
import { filled } from './report-language.ts';

/**
 * The electronic signatures that there were when the report was made, and lines to sign on (ISO/IEC 17020, 7.4.2 i). A
 * report on one page has the lines only.
 */
export function signatureLines(writing: Writing): void {
  const { pdf, words } = writing;
  const { signatures: told } = words.texts;
  heading(writing, told.heading, 190);
  const columns = [told.name, told.date, told.signature];
  const meanings = [told.meanings.inspected, told.meanings.reviewed, told.meanings.approved];
  if (writing.isShort) {
    shortSignatureLines(writing, meanings);
    return;
  }
  earlierSignatures(writing);
  for (const meaning of meanings) {
    pdf.need(50);
    pdf.line(meaning, pdf.left, pdf.y + 16, { size: 9, weight: 'bold' });
    for (const [i, label] of columns.entries()) {
      const x = pdf.left + 90 + i * ((pdf.width - 90) / 3);
      const width = (pdf.width - 90) / 3 - 12;
      pdf.rule(x, pdf.y + 28, x + width, pdf.y + 28, '#333333');
      pdf.line(label, x, pdf.y + 30, SMALL);
    }
    pdf.y += 48;
  }
  pdf.write(told.note, SMALL);
}

/** Of the recipe and the lot: those under the report itself can only follow. */
function earlierSignatures({ pdf, input, words }: Writing): void {
  const { signatures: told } = words.texts;
  for (const { subject, name, revision, signatures } of input.signatures) {
    pdf.write(filled(told.under[subject], { name, revision: revision ?? '' }), { ...BODY, weight: 'bold' });
    for (const { meaning, printedName, role, signedAt, state } of signatures) {
      const values = {
        ...{ meaning: told.meanings[meaning], name: printedName, role: told.roles[role] },
        ...{ time: words.time(signedAt), state: told.states[state] },
      };
      pdf.write(filled(told.signed, values), BODY, { gap: 1 });
    }
    pdf.y += 4;
  }
}

function shortSignatureLines({ pdf, words }: Writing, meanings: readonly string[]): void {
  const { name, date } = words.texts.signatures;
  const width = pdf.width / meanings.length;
  for (const [i, meaning] of meanings.entries()) {
    const x = pdf.left + i * width;
    pdf.line(meaning, x, pdf.y, { size: 8, weight: 'bold' });
    pdf.rule(x, pdf.y + 32, x + width - 12, pdf.y + 32, '#333333');
    pdf.line(`${name}, ${date}`, x, pdf.y + 33, SMALL);
  }
  pdf.y += 46;
}
