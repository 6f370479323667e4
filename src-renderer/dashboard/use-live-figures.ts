import { useQueryClient } from '@tanstack/react-query';
import { useEffect } from 'react';
import { onWorkstationEvent, useWorkstation } from '../state/workstation.ts';

/** Milliseconds from one answer to the next question, however much happens. */
const PACE = 2000;

const CHANGING = new Set(['reviewed', 'run', 'batch']);

/** Asks for the figures again when something happened that they count; never again before the last answer is there. */
export function useLiveFigures(): void {
  const { api } = useWorkstation();
  const queries = useQueryClient();
  useEffect(() => {
    let isResting = false;
    let isWished = false;
    let timer: ReturnType<typeof setTimeout> | undefined;
    let isOver = false;
    const ask = async () => {
      isResting = true;
      isWished = false;
      await queries.invalidateQueries({ queryKey: api.stats.key() });
      if (isOver) return;
      timer = setTimeout(() => {
        isResting = false;
        if (isWished) void ask();
      }, PACE);
    };
    const stop = onWorkstationEvent(({ kind }) => {
      if (!CHANGING.has(kind)) return;
      if (isResting) isWished = true;
      else void ask();
    });
    return () => {
      isOver = true;
      stop();
      clearTimeout(timer);
    };
  }, [api, queries]);
}
