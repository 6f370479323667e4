import { useQuery } from '@tanstack/react-query';
import type { MethodLack, MethodName } from '../../src-shared/method.ts';
import { useWorkstation } from '../state/workstation.ts';

/** Why a pack can't run some methods, by their names; empty where nobody knows the pack. */
export function useMethodLacks(pack: string): ReadonlyMap<MethodName, MethodLack> {
  const { api } = useWorkstation();
  const { data: packs = [] } = useQuery(api.packs.list.queryOptions());
  const methods = packs.find(({ id }) => id === pack)?.methods ?? [];
  return new Map(methods.flatMap(({ name, lack }) => (lack === null ? [] : [[name, lack] as const])));
}
