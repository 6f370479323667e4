import { DEFAULT_OPINION_SETTINGS, type OpinionSettings } from '../../src-shared/opinion.ts';
import { numberOf, scaledNumber } from './draft-numbers.ts';

/** Shares in the fused map. */
export const WEIGHTS = ['language', 'consensus', 'references'] as const;
type Weight = (typeof WEIGHTS)[number];

/** How second opinions are formed, as it is typed. */
export interface OpinionDraft extends Omit<OpinionSettings, 'window' | 'weights'> {
  /** Empty: anywhere. */
  readonly window: number | string;
  /** True: the shares below; false: automatic ones. */
  readonly isFixed: boolean;
  /** Per cent. */
  readonly weights: Readonly<Record<Weight, number | string>>;
}

/** Fields in which something may be wrong. */
export type OpinionField = 'window' | `weight-${Weight}`;

/** Shares that fixed ones begin with: about the same. */
const EVEN = { language: 0.34, consensus: 0.33, references: 0.33 };

export function toOpinionDraft(settings: OpinionSettings = DEFAULT_OPINION_SETTINGS): OpinionDraft {
  const { window, weights, ...rest } = settings;
  const { language, consensus, references } = weights ?? EVEN;
  const percent = (share: number) => scaledNumber(Number(share.toFixed(4)), 100);
  return {
    ...rest,
    window: window ?? '',
    isFixed: weights !== null,
    weights: {
      language: percent(language),
      consensus: percent(consensus),
      references: percent(references),
    },
  };
}

/** What a recipe says of opinions; undefined where it is what one without settings means, so that its hash stays. */
export function fromOpinionDraft(draft: OpinionDraft): OpinionSettings | undefined {
  const { window, isFixed, weights, ...rest } = draft;
  const share = (weight: Weight) => scaledNumber(numberOf(weights[weight]), 0.01);
  const settings: OpinionSettings = {
    ...rest,
    window: window === '' ? null : numberOf(window),
    weights: isFixed
      ? { language: share('language'), consensus: share('consensus'), references: share('references') }
      : null,
  };
  const isDefault = Object.entries(DEFAULT_OPINION_SETTINGS).every(
    ([name, value]) => settings[name as keyof OpinionSettings] === value,
  );
  return isDefault ? undefined : settings;
}

/** The field that an objection to the settings is about, from its path behind `opinions`. */
export function opinionFieldOf(path: readonly PropertyKey[]): OpinionField {
  return path[0] === 'weights' ? `weight-${path[1] as Weight}` : 'window';
}
