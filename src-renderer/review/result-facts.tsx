import { useTranslation } from 'react-i18next';
import { methodTitle } from '../../src-shared/method-text.ts';
import type { Recipe } from '../../src-shared/recipe.ts';
import type { InspectionResult } from '../../src-shared/result.ts';
import { useSession } from '../state/session.ts';
import { NoticeTexts } from '../ui/notices.tsx';
import classes from './result-facts.module.css';

const STEPS = ['read', 'encode', 'umci', 'compare', 'regions', 'decode', 'fuse', 'write', 'total'] as const;

interface ResultFactsProps {
  readonly result: InspectionResult;
  readonly recipe: Recipe;
  /** Revision of the recipe; null: it was never stored as one. */
  readonly revision: number | null;
}

/** What made the result: how the picture came to the model, recipe, models, program, device, and how long every step took. */
export function ResultFacts({ result, recipe, revision }: ResultFactsProps) {
  const { t } = useTranslation('review');
  const language = useSession((session) => session.language);
  const { device, timings } = result;
  const facts: readonly (readonly [string, string])[] = [
    [
      t('facts.recipe'),
      `${recipe.name}${revision === null ? '' : ` · ${t('facts.revision', { revision })}`} · ${short(result.recipeHash)}`,
    ],
    ...(recipe.method ? [[t('facts.method'), methodTitle(recipe.method, language)] as const] : []),
    [t('facts.pack'), `${recipe.pack} · ${short(result.packHash)}`],
    [t('facts.size'), `${result.width} × ${result.height}`],
    [
      t('facts.device'),
      device.asked === device.running || device.asked === 'auto'
        ? device.running
        : t('facts.fallback', { running: device.running, asked: device.asked }),
    ],
    ...(device.fallbackReason ? [[t('facts.why'), device.fallbackReason] as const] : []),
    [t('facts.version'), result.softwareVersion],
    [t('facts.image-hash'), short(result.contentHash)],
    ...STEPS.map(
      (step) => [t(`steps.${step}`), `${timings[step].toFixed(timings[step] < 10 ? 1 : 0)} ms`] as const,
    ),
  ];
  return (
    <>
      <NoticeTexts notices={result.notices} />
      <dl className={classes.facts}>
        {facts.map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
    </>
  );
}

function short(hash: string): string {
  return hash.slice(0, 8);
}
