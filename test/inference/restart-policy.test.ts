import { describe, expect, it } from 'vitest';
import { afterDeath, type ProcessHistory } from '../../src-main/inference/restart-policy.ts';

const crash = { kind: 'died', code: 1, signal: null, stderr: 'Error: the driver is broken' } as const;
const history: ProcessHistory = {
  reason: crash,
  deathsInARow: 1,
  wasEverReady: true,
  packFolder: 'pack',
};

describe('after its death, a process', () => {
  it('is started again, each time in a row after a longer pause', () => {
    const pauses = [0, 1, 2, 3, 4].map((deathsInARow) => afterDeath({ ...history, deathsInARow }));
    expect(pauses).toEqual([0, 100, 200, 400, 800].map((pauseMs) => ({ pauseMs })));
  });

  it('is not started again after five deaths in a row; the last one is told', () => {
    expect(afterDeath({ ...history, deathsInARow: 5 })).toMatchObject({
      error: {
        code: 'inference-crashed',
        message: expect.stringMatching(/5 times in a row.*the driver is broken/),
      },
    });
  });

  it('is not started again when the first one was never ready, or its pack filled the memory', () => {
    const first = { ...history, wasEverReady: false };
    expect(afterDeath({ ...first, reason: { kind: 'start-timeout', afterMs: 2000 } })).toMatchObject({
      error: { details: { case: 'never-ready', seconds: 2 } },
    });
    const killed = { ...crash, code: null, signal: 'SIGKILL', stderr: '' };
    expect(afterDeath({ ...first, reason: killed, heapMb: 64 })).toMatchObject({
      error: { details: { case: 'pack-too-heavy', pack: 'pack', megabytes: 64 } },
    });
  });

  it('is, when an earlier one had the pack loaded', () => {
    for (const reason of [
      { kind: 'start-timeout', afterMs: 2000 } as const,
      { ...crash, code: null, signal: 'SIGKILL', stderr: '' },
    ]) {
      expect(afterDeath({ ...history, reason })).toEqual({ pauseMs: 100 });
    }
  });
});
