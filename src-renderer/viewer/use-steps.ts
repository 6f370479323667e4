import { useMemo, useState } from 'react';
import type { Region } from '../../src-shared/result.ts';
import { type Step, stepsOf } from './steps.ts';
import { LAYERS, type LayerId, type LayerSetting, useSettings } from './view-settings.ts';

interface StepThrough {
  readonly steps: readonly Step[];
  /** The step that was asked for; null: the step-through is closed. It waits where the next image has no result yet. */
  readonly asked: number | null;
  /** The step on show. */
  readonly at: number | null;
  readonly step: Step | null;
  /** The layers on show: while stepping through, the step says what is seen. */
  readonly layers: Readonly<Record<LayerId, LayerSetting>>;
  showStep(at: number | null): void;
}

/** Stepping through how a result came about. */
export function useSteps(regions: readonly Region[], hasResult: boolean): StepThrough {
  const { layers: settings } = useSettings('layers');
  const [asked, showStep] = useState<number | null>(null);
  const steps = useMemo(() => stepsOf(regions), [regions]);
  const at = asked !== null && hasResult ? Math.min(asked, steps.length - 1) : null;
  const step = at === null ? null : steps[at]!;
  const layers = useMemo(() => (step ? layersOf(step, settings) : settings), [step, settings]);
  return { steps, asked, at, step, layers, showStep };
}

function layersOf(
  step: Step,
  settings: Readonly<Record<LayerId, LayerSetting>>,
): Record<LayerId, LayerSetting> {
  return Object.fromEntries(
    LAYERS.map((id) => [id, { ...settings[id], visible: step.layers.includes(id) }]),
  ) as Record<LayerId, LayerSetting>;
}
