import { randomUUID } from 'node:crypto';
import type { LotPlan, NewLot } from '../../../src-shared/contract/lots.ts';
import { failure } from '../../../src-shared/errors.ts';
import { drawSample } from '../../../src-shared/sampling/draw-sample.ts';
import type { LotState } from '../../../src-shared/sampling/lot.ts';
import { type Severity, severitySchema } from '../../../src-shared/verdict.ts';
import { getBatch } from '../../store/batches.ts';
import { createLot, getLot, lotsOfBatch, resubmissionsOf, sampleFrame } from '../../store/lots.ts';
import type { Workspace } from '../../store/workspace.ts';
import { lotState } from './lot-state.ts';
import { standingDecision } from './lot-switching.ts';
import { planForLot, startOf } from './plan-lot.ts';

/**
 * Plans a lot, draws its sample at random from the batch's images, and stores both.
 * @param options.allowOverride throws where whoever asks may not take another severity than the proposed one
 * @param options.seed default: a new one
 * @throws ClipSamError `not-found` for a batch or lot that is not there; `conflict` when the batch has too few or too many images, or
 *   a lot already, or when inspection was discontinued; `input-invalid` without the reason for another severity
 */
export async function beginLot(
  workspace: Workspace,
  request: NewLot,
  options: { readonly allowOverride?: () => void; readonly seed?: string } = {},
): Promise<LotState> {
  const { allowOverride = () => {}, seed = randomUUID() } = options;
  const id = await createLot(workspace, async (within) => {
    const batch = await getBatch(within, request.batchId);
    const plan = await planForLot(within, { ...request, partNumber: '' });
    await checkOtherLots(within, request, batch.partNumber);
    const overridden = overriddenClasses(plan, request.severities);
    if (overridden.length > 0) {
      allowOverride();
      if (request.overrideReason === '') {
        throw failure(
          'lot-no-override-reason',
          'Give the reason for a severity that is not the proposed one.',
        );
      }
    }
    const { frame, readable } = await sampleFrame(within, batch.id);
    checkImages(frame.images, readable.length, request.size, plan.sampleSize);
    return {
      lot: {
        batchId: batch.id,
        partNumber: batch.partNumber,
        supplier: request.supplier,
        lot: request.lot || batch.lot,
        size: request.size,
        standard: request.standard,
        level: request.level,
        plans: plan.plans,
        proposed: Object.fromEntries(
          severitySchema.options
            .filter((severity) => plan.plans[severity])
            .map((severity) => [severity, plan.switching[severity]?.proposed ?? 'normal']),
        ),
        overrideReason: overridden.length > 0 ? request.overrideReason : '',
        resubmits: request.resubmits,
        seed,
        frame,
        inspector: request.inspector,
      },
      imageIds: drawSample(readable, plan.sampleSize, seed),
    };
  });
  return lotState(workspace, await getLot(workspace, id));
}

/** Classes that are inspected otherwise than proposed; to begin again after discontinuing is one of these. */
function overriddenClasses(plan: LotPlan, asked: NewLot['severities']): Severity[] {
  return severitySchema.options.filter((severity) => {
    const proposed = plan.switching[severity]?.proposed;
    if (!plan.plans[severity] || proposed === undefined) return false;
    const taken = asked[severity];
    if (proposed !== 'discontinued') return taken !== undefined && taken !== proposed;
    if (taken === startOf(proposed)) return true;
    throw failure(
      'lot-discontinued',
      'Inspection was discontinued: five lots were not accepted under tightened inspection. Once the supplier has acted, an engineer begins again with tightened inspection, and says why.',
    );
  });
}

function checkImages(images: number, readable: number, size: number, sample: number): void {
  if (images > size) {
    throw failure(
      'lot-smaller-than-batch',
      { images, size },
      `The batch has ${images} images, the lot only ${size} items: an image stands for an item. Give the lot's real size.`,
    );
  }
  if (readable < sample) {
    throw failure(
      'lot-too-few-images',
      { images: readable, sample },
      `The sample takes ${sample} images, and the batch has ${readable} that can be read. Import more.`,
    );
  }
}

/** A second sample until one is liked is refused: a batch is drawn from again only for a lot that was not accepted. */
async function checkOtherLots(workspace: Workspace, request: NewLot, partNumber: string): Promise<void> {
  const { resubmits } = request;
  if (resubmits !== null) {
    const { lot, decisions } = await getLot(workspace, resubmits);
    if (standingDecision(decisions)?.disposition !== 'rejected') {
      throw failure(
        'lot-not-rejected',
        { lot: resubmits },
        `Lot ${resubmits} is not rejected: only a rejected lot is inspected again.`,
      );
    }
    if (lot.partNumber !== partNumber || lot.supplier !== request.supplier) {
      throw failure(
        'lot-other-part',
        { lot: resubmits },
        `Lot ${resubmits} is of another part number or supplier.`,
      );
    }
  }
  const others = [
    ...(await lotsOfBatch(workspace, request.batchId)),
    ...(resubmits === null ? [] : await resubmissionsOf(workspace, resubmits)),
  ];
  const inUse = others.find(({ lot, decisions }) => {
    const disposition = standingDecision(decisions)?.disposition;
    if (disposition === 'cancelled') return false;
    return resubmits === null || disposition !== 'rejected' || lot.resubmits === resubmits;
  });
  if (!inUse) return;
  throw failure(
    'lot-exists',
    { lot: inUse.lot.id },
    `Lot ${inUse.lot.id} was drawn already. Cancel it, or reject it and inspect it again.`,
  );
}
