import { useMemo, useState } from 'react';
import type { InspectionResult } from '../../src-shared/result.ts';
import { type Step, stepsOf } from './steps.ts';
import { LAYERS, type LayerSettings, useSettings, withoutLacking } from './view-settings.ts';

interface StepThrough {
  readonly steps: readonly Step[];
  /** The step that was asked for; null: the step-through is closed. It waits where the next image has no result yet. */
  readonly asked: number | null;
  /** The step on show. */
  readonly at: number | null;
  readonly step: Step | null;
  /** The layers that the inspector chose, as far as the result has them. */
  readonly chosen: LayerSettings;
  /** The layers on show: while stepping through, the step says what is seen. */
  readonly layers: LayerSettings;
  showStep(at: number | null): void;
}

const NOTHING = { regions: [], opinions: [] };

/** Stepping through how a result came about. */
export function useSteps(result: InspectionResult | null): StepThrough {
  const { layers: settings } = useSettings('layers');
  const [asked, showStep] = useState<number | null>(null);
  const steps = useMemo(() => stepsOf(result ?? NOTHING), [result]);
  const at = asked !== null && result !== null ? Math.min(asked, steps.length - 1) : null;
  const step = at === null ? null : steps[at]!;
  const chosen = useMemo(() => {
    const opinions = result?.opinions ?? [];
    return withoutLacking(
      settings,
      opinions.map(({ opinion }) => opinion),
    );
  }, [settings, result]);
  const layers = useMemo(() => (step ? layersOf(step, chosen) : chosen), [step, chosen]);
  return { steps, asked, at, step, chosen, layers, showStep };
}

function layersOf(step: Step, settings: LayerSettings): LayerSettings {
  return Object.fromEntries(
    LAYERS.map((id) => [id, { ...settings[id], visible: step.layers.includes(id) }]),
  ) as LayerSettings;
}
