import { byName } from '../../../files/image-files.ts';
import type { MethodCase } from '../methods/method-case.ts';

/** Why a case is shown. */
export type CaseRole = 'best' | 'median' | 'worst' | 'only' | 'highest good';

/** What cases are chosen by. */
type Ranked = Pick<MethodCase, 'path' | 'defective' | 'figures'>;

/** A case that is shown. */
export interface ChosenCase<Case extends Ranked> {
  readonly role: CaseRole;
  readonly case: Case;
}

/**
 * Chooses what a gallery shows of a method in a category: of the defective images the one with the best pixel AP, the median
 * and the worst, and of the good ones that with the highest score, the likeliest false alarm. Of an even number the median is
 * the worse one of the two in the middle; of two images there is a best and a worst; equal figures go by name.
 */
export function chooseCases<Case extends Ranked>(cases: readonly Case[]): ChosenCase<Case>[] {
  const ranked = cases
    .filter(({ defective, figures }) => defective && figures.pixelAp !== null)
    .sort((a, b) => b.figures.pixelAp! - a.figures.pixelAp! || byName(a.path, b.path));
  const [highest] = cases
    .filter(({ defective }) => !defective)
    .sort((a, b) => b.figures.score - a.figures.score || byName(a.path, b.path));
  const last = ranked.length - 1;
  const roles: readonly (readonly [CaseRole, number])[] =
    last <= 0
      ? [['only', 0]]
      : last === 1
        ? [
            ['best', 0],
            ['worst', 1],
          ]
        : [
            ['best', 0],
            ['median', Math.floor(ranked.length / 2)],
            ['worst', last],
          ];
  return [
    ...roles.flatMap(([role, at]) => (ranked[at] ? [{ role, case: ranked[at] }] : [])),
    ...(highest ? [{ role: 'highest good' as const, case: highest }] : []),
  ];
}
