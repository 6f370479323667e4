import { useQuery } from '@tanstack/react-query';
import type { SignatureStatus } from '../../src-shared/signature.ts';
import type { Client } from '../api/connection.ts';
import { useWorkstation } from '../state/workstation.ts';

/** Signed records in one answer. */
const PAGE = 200;

/** All reports that are filed, and how they are signed. */
export function useReports() {
  const { api, client } = useWorkstation();
  const { data: reports, error } = useQuery(
    api.reports.list.queryOptions({ input: {}, refetchOnMount: 'always' }),
  );
  const { data: states = NONE } = useQuery({
    queryKey: [...api.signatures.key(), 'of-reports'],
    queryFn: ({ signal }) => signatureStates(client, signal),
    refetchOnMount: 'always',
  });
  return { reports, states, error };
}

const NONE: ReadonlyMap<string, SignatureStatus> = new Map();

async function signatureStates(client: Client, signal: AbortSignal): Promise<Map<string, SignatureStatus>> {
  const states = new Map<string, SignatureStatus>();
  for (let offset = 0; ; offset += PAGE) {
    const { subjects, total } = await client.signatures.list({ offset, limit: PAGE }, { signal });
    for (const { subject, subjectId, status } of subjects) {
      if (subject === 'report') states.set(subjectId, status);
    }
    if (offset + PAGE >= total) return states;
  }
}
