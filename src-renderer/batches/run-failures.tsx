import { Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { pageName } from '../../src-shared/image-page.ts';
import { useSession } from '../state/session.ts';
import { useWorkstation } from '../state/workstation.ts';
import { LongList } from '../ui/long-list.tsx';
import { useFormat } from '../ui/use-format.ts';
import { FileError } from './import-panel.tsx';

/** Images that could not be inspected, and why. */
export function RunFailures({
  runId,
  failed,
  settled,
}: {
  readonly runId: number;
  readonly failed: number;
  readonly settled: boolean;
}) {
  const { t } = useTranslation(['batches', 'app']);
  const format = useFormat();
  const { api } = useWorkstation();
  const language = useSession((session) => session.language);
  // While the run goes on, the list grows in steps of about a tenth: not with every failure.
  const step = settled ? failed : Math.ceil(Math.log(failed) / Math.log(1.1));
  const { data } = useQuery({
    ...api.runs.failures.queryOptions({ input: { id: runId, limit: 10_000 } }),
    queryKey: [...api.runs.failures.queryKey({ input: { id: runId, limit: 10_000 } }), settled, step],
    placeholderData: (previous) => previous,
  });
  return (
    <section data-testid="failures">
      <Text size="sm" fw={600} mb={4}>
        {t('run.failed', { count: failed, number: format.count(failed) })}
      </Text>
      {data && (
        <LongList
          items={data}
          render={({ path, page, error }) => (
            <FileError path={pageName(path, page, language)} error={error} />
          )}
        />
      )}
    </section>
  );
}
