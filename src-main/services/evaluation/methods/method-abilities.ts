import type { MethodLack, MethodName } from '../../../../src-shared/method.ts';
import { describePack } from '../../../inference/pack-loader.ts';
import { lackOf, trainedParameters } from '../../../methods/registry.ts';

/** What a pack can do with methods. */
export interface MethodAbilities {
  /** Why it can't run a method, in a sentence; undefined: it can. */
  lackOf(name: MethodName): string | undefined;
  /** Numbers that were trained for a method, beside the frozen towers. */
  trainedParameters(name: MethodName): number;
}

const REASONS: Readonly<Record<MethodLack, string>> = {
  'no-umci-head': 'the pack has no UMCI head.',
  'no-strip-path': 'the pack’s UMCI head was trained without a Strip Path.',
  'no-scale-path': 'the pack’s UMCI head was trained without a Scale Path.',
  'no-projection': 'the pack has nothing that brings image tokens to the space of its text tower.',
  'no-linear-weights': 'the pack has no linear layers for it.',
  'no-boxes': 'the pack’s SAM takes no boxes.',
};

/** What the pack in a folder can do. @throws ClipSamError `pack-not-found`, `pack-invalid` */
export async function methodAbilities(packFolder: string): Promise<MethodAbilities> {
  const { pack } = await describePack(packFolder);
  return {
    lackOf(name) {
      const lack = lackOf(name, pack);
      return lack && REASONS[lack];
    },
    trainedParameters: (name) => trainedParameters(name, pack),
  };
}
