import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useEffect, useRef, useState } from 'react';
import type { StudyTurn } from '../../src-shared/study.ts';
import type { HumanVerdict } from '../../src-shared/verdict.ts';
import { useWorkstation } from '../state/workstation.ts';

/** Longest time that is written down for a judgement: a day. */
const LONGEST = 86_400_000;

/** Where an inspector is in a study, and what they say of the image that is shown. */
export function useStudyTurn(id: number, inspector: string) {
  const { api, client } = useWorkstation();
  const queries = useQueryClient();
  const next = api.studies.next.queryOptions({ input: { id, inspector }, refetchOnMount: 'always' });
  const { data: turn, error } = useQuery({ ...next, enabled: inspector !== '' });
  /** The round whose introduction was read. */
  const [begun, setBegun] = useState<number | null>(null);
  const shownAt = useRef(0);
  const imageId = turn?.image?.id ?? null;
  // biome-ignore lint/correctness/useExhaustiveDependencies: another image, another start
  useEffect(() => {
    shownAt.current = performance.now();
  }, [imageId, begun, turn?.round]);
  const { mutate, isPending } = useMutation({
    mutationFn: (act: () => Promise<StudyTurn>) => act(),
    onSuccess: (after) => queries.setQueryData(next.queryKey, after),
    onError: () => queries.invalidateQueries({ queryKey: next.queryKey }),
  });
  const isChanged = turn?.image?.file === 'changed';
  const isJudging = turn?.image != null && (turn.done > 0 || begun === turn.round);
  return {
    turn,
    error,
    /** The file is another one than the study began with. */
    isChanged,
    /** An image is shown, not the introduction or the end. */
    isJudging,
    begin: () => setBegun(turn?.round ?? null),
    judge: (verdict: HumanVerdict) => {
      if (!isJudging || imageId === null || isPending || isChanged) return;
      const milliseconds = Math.min(Math.round(performance.now() - shownAt.current), LONGEST);
      mutate(() => client.studies.judge({ id, inspector, imageId, verdict, milliseconds }));
    },
    takeBack: () => {
      if (!turn?.canTakeBack || isPending) return;
      // The first image of a round comes again without the introduction.
      setBegun(turn.round);
      mutate(() => client.studies.takeBack({ id, inspector }));
    },
  };
}
