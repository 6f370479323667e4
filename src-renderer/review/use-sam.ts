import { useCallback, useEffect, useRef, useState } from 'react';
import type { BoxUse } from '../../src-shared/box-use.ts';
import type { SamPrompts } from '../../src-shared/contract/review.ts';
import { unpackLevels } from '../../src-shared/packed-levels.ts';
import type { MaskLevel } from '../../src-shared/result.ts';
import { failureOf } from '../api/connection.ts';
import type { Failure } from '../i18n/failure-text.ts';
import { useWorkstation } from '../state/workstation.ts';
import type { SamCandidate } from '../viewer/viewer-props.ts';
import { bestLevel } from './best-level.ts';

/** A candidate with what the inspector's panel shows of it. */
export interface AskedSam extends SamCandidate {
  /** The model's region whose prompts these were, or null. */
  readonly region: number | null;
  /** Milliseconds of the last answer. */
  readonly milliseconds: number | null;
  /** What became of the box where the pack's SAM takes none. */
  readonly boxUse: BoxUse | null;
  readonly error: Failure | null;
}

export interface Sam {
  readonly asked: AskedSam | null;
  /** Asks SAM for the prompts; null puts the candidate away. `region`: whose prompts they are. */
  ask(prompts: SamPrompts | null, region?: number): void;
  choose(level: MaskLevel['level']): void;
}

/** Milliseconds of rest before SAM is asked: a dragged point asks when it stops. */
const REST = 60;

/** Prompts by hand for one image: the newest question wins, older ones are aborted, another image forgets them all. */
export function useSam(runId: number | null, imageId: number | null): Sam {
  const { client } = useWorkstation();
  const [asked, setAsked] = useState<AskedSam | null>(null);
  const abort = useRef<AbortController>(undefined);
  // biome-ignore lint/correctness/useExhaustiveDependencies: another image or run forgets the prompts
  useEffect(() => {
    return () => {
      abort.current?.abort();
      setAsked(null);
    };
  }, [runId, imageId]);
  const ask = useCallback(
    (prompts: SamPrompts | null, region?: number) => {
      abort.current?.abort();
      abort.current = new AbortController();
      const { signal } = abort.current;
      if (!prompts || runId === null || imageId === null) return setAsked(null);
      const can = prompts.box !== null || prompts.points.some(({ label }) => label === 1);
      setAsked((old) => ({
        prompts,
        region: region ?? old?.region ?? null,
        levels: can ? (old?.levels ?? []) : [],
        chosen: can ? (old?.chosen ?? null) : null,
        milliseconds: can ? (old?.milliseconds ?? null) : null,
        boxUse: null,
        pending: can,
        error: null,
      }));
      if (!can) return;
      setTimeout(async () => {
        if (signal.aborted) return;
        try {
          const {
            levels: packed,
            milliseconds,
            boxUse,
          } = await client.review.askSam({ runId, imageId, prompts: plain(prompts) }, { signal });
          if (signal.aborted) return;
          const levels = unpackLevels(packed);
          setAsked(
            (old) =>
              old && {
                ...old,
                levels,
                milliseconds,
                boxUse: boxUse ?? null,
                chosen: old.chosen ?? bestLevel(levels),
                pending: false,
              },
          );
        } catch (error) {
          if (signal.aborted) return;
          setAsked((old) => old && { ...old, pending: false, error: failureOf(error) });
        }
      }, REST);
    },
    [client, runId, imageId],
  );
  const choose = useCallback(
    (level: MaskLevel['level']) => setAsked((old) => old && { ...old, chosen: level }),
    [],
  );
  return { asked, ask, choose };
}

function plain({ box, points }: SamPrompts): SamPrompts {
  return { box: box && { ...box }, points: points.map(({ x, y, label }) => ({ x, y, label })) };
}
