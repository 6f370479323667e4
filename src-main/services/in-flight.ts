import type { DeviceReport } from '../../src-shared/device.ts';
import { imagesUnderWay } from '../inference/images-under-way.ts';

/** Images handed to the inference process at a time: reading, inference and what becomes of results overlap. */
const IN_FLIGHT = 3;
/** So many images in a row that ended the inference process mean that the machine is at fault, not they. */
export const CRASHES_IN_A_ROW = 5;

/** How many images a run hands to its inference process at a time. */
export function imagesInFlight(device: DeviceReport): number {
  return imagesUnderWay(device) - 1;
}

/** Runs `work` for every item, a few at a time. After an error no more begin; it is thrown when all have ended. */
export async function forEachInFlight<T>(
  items: readonly T[],
  work: (item: T, index: number) => Promise<void>,
): Promise<void> {
  const queue = items.entries();
  let stopped = false;
  const lane = async () => {
    for (const [index, item] of queue) {
      if (stopped) return;
      try {
        await work(item, index);
      } catch (error) {
        stopped = true;
        throw error;
      }
    }
  };
  const lanes = await Promise.allSettled(Array.from({ length: IN_FLIGHT }, lane));
  const failed = lanes.find((result) => result.status === 'rejected');
  if (failed) throw failed.reason;
}
