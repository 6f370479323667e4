import { z } from 'zod';

/** Inspection levels of ISO 2859-1: how much is inspected for a lot of a size. General ones, then special ones. */
export const inspectionLevelSchema = z.enum(['I', 'II', 'III', 'S-1', 'S-2', 'S-3', 'S-4']);
export type InspectionLevel = z.infer<typeof inspectionLevelSchema>;

/** Rows of the master tables. S is in the one for tightened inspection alone, and no lot size leads to it. */
export const CODE_LETTERS = [...'ABCDEFGHJKLMNPQRS'];

/** Table 1: the largest lot of each line; the last line has none. */
const LOT_SIZES = [8, 15, 25, 50, 90, 150, 280, 500, 1200, 3200, 10_000, 35_000, 150_000, 500_000, Infinity];

/** Table 1: the code letters of a level, from the smallest lots to the largest. */
const LETTERS_OF_LEVEL: Readonly<Record<InspectionLevel, string>> = {
  I: 'AABCCDEFGHJKLMN',
  II: 'ABCDEFGHJKLMNPQ',
  III: 'BCDEFGHJKLMNPQR',
  'S-1': 'AAAABBBBCCCCDDD',
  'S-2': 'AAABBBCCCDDDEEE',
  'S-3': 'AABBCCDDEEFFGGH',
  'S-4': 'AABCCDEEFGGHJJK',
};

/** Sample size code letter of a lot (ISO 2859-1:1999, table 1). @param lotSize items, 2 or more */
export function codeLetter(lotSize: number, level: InspectionLevel): string {
  return LETTERS_OF_LEVEL[level][LOT_SIZES.findIndex((largest) => lotSize <= largest)]!;
}
