import { useDebouncedValue } from '@mantine/hooks';
import { keepPreviousData, useMutation, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import type { LotRequest } from '../../src-shared/contract/lots.ts';
import type { LotRecord } from '../../src-shared/sampling/lot.ts';
import { type Severity, severitySchema } from '../../src-shared/verdict.ts';
import { routeTo, useGo } from '../state/routes.ts';
import { useSelectedBatch } from '../state/selected-batch.ts';
import { useSession } from '../state/session.ts';
import { useWorkstation } from '../state/workstation.ts';

/** A lot as it is being filled in; `size` empty: nothing is there yet. */
export interface LotDraft
  extends Pick<LotRequest, 'standard' | 'level' | 'limits' | 'severities' | 'supplier'> {
  readonly batchId: number | null;
  readonly size: number | '';
  readonly lot: string;
  readonly overrideReason: string;
  readonly resubmits: number | null;
}

/** Milliseconds of rest before the plan follows what was typed. */
const REST = 200;

/** The fields of a new lot with the plan that follows from them. @param again the rejected lot that it inspects again */
export function useLotDraft(again: LotRecord | null) {
  const { api, client } = useWorkstation();
  const go = useGo();
  const inspector = useSession((session) => session.inspector);
  const selected = useSelectedBatch((state) => state.id);
  const [draft, setDraft] = useState<LotDraft>(() => ({
    batchId: again?.batchId ?? selected,
    size: again?.size ?? '',
    standard: again?.standard ?? 'iso-2859-1',
    level: again?.level ?? 'II',
    limits: again ? limitsOf(again) : { critical: 0, major: 2.5, minor: 4 },
    severities: {},
    supplier: again?.supplier ?? '',
    lot: again?.lot ?? '',
    overrideReason: '',
    resubmits: again?.id ?? null,
  }));
  const set = (changes: Partial<LotDraft>) => setDraft((before) => ({ ...before, ...changes }));
  const [settled] = useDebouncedValue(draft, REST);
  const isWhole = settled.size !== '' && settled.size >= 2 && Object.keys(settled.limits).length > 0;
  const { batchId, size, standard, level, limits, severities, supplier } = settled;
  const request = { standard, level, limits, severities, supplier, size: Number(size) };
  const { data: plan, error: planError } = useQuery({
    ...api.lots.plan.queryOptions({ input: { ...request, batchId }, placeholderData: keepPreviousData }),
    enabled: isWhole,
  });
  const needsReason = severitySchema.options.some((severity) => {
    const taken = draft.severities[severity];
    return (
      draft.limits[severity] !== undefined &&
      taken !== undefined &&
      taken !== plan?.switching[severity]?.proposed
    );
  });
  const begin = useMutation({
    mutationFn: () =>
      client.lots.begin({
        ...{
          standard: draft.standard,
          level: draft.level,
          limits: draft.limits,
          severities: draft.severities,
        },
        ...{
          supplier: draft.supplier,
          size: Number(draft.size),
          batchId: draft.batchId ?? 0,
          lot: draft.lot,
        },
        ...{ overrideReason: draft.overrideReason, resubmits: draft.resubmits, inspector },
      }),
    onSuccess: ({ lot }) => go(routeTo.lots(lot.id)),
  });
  return {
    draft,
    set,
    plan: isWhole ? plan : undefined,
    planError: isWhole ? planError : null,
    needsReason,
    canBegin:
      draft.batchId !== null &&
      plan !== undefined &&
      isWhole &&
      !begin.isPending &&
      (!needsReason || draft.overrideReason.trim() !== ''),
    isBeginning: begin.isPending,
    begin: () => begin.mutate(),
  };
}

function limitsOf({ plans }: LotRecord): LotDraft['limits'] {
  const limits: Partial<Record<Severity, number>> = {};
  for (const severity of severitySchema.options) {
    const plan = plans[severity];
    if (plan) limits[severity] = plan.limit;
  }
  return limits;
}
