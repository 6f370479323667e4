import { Button, Text } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import type { ShownSet } from '../../src-shared/contract/references.ts';
import { useDenied } from '../state/people.ts';
import { useWorkstation } from '../state/workstation.ts';
import { FailureDetails } from '../ui/failure-details.tsx';
import { ScoringProgress } from './scoring-progress.tsx';
import { useScoring } from './use-scoring.ts';

/** How alike a product's references are, as soon as it was measured. */
export function Tightness({ set }: { readonly set: ShownSet }) {
  const { t } = useTranslation('references');
  const { client, api } = useWorkstation();
  const queries = useQueryClient();
  const denied = useDenied()('references.measure');
  const { isRunning, progress, end, failure, start } = useScoring<{ readonly set: ShownSet }>();
  const { product, references, tightness } = set;
  if (tightness !== null) {
    return (
      <Text size="sm" title={t('about-distance')}>
        {t('tightness', { value: tightness.toFixed(2) })}
      </Text>
    );
  }
  if (references.length < 2) return null;
  const measure = async () => {
    const measured = await start((signal) => client.references.measure({ product }, { signal }));
    if (measured) queries.setQueryData(api.references.get.queryKey({ input: { product } }), measured.set);
  };
  if (isRunning) return <ScoringProgress progress={progress} />;
  // Asked and answered, and still not known: the product was never inspected.
  if (end) return <Text size="sm">{t('unmeasured')}</Text>;
  return (
    <div>
      {failure && <FailureDetails failure={failure} size="xs" />}
      <Button size="compact-xs" variant="default" mt={4} {...denied} onClick={() => void measure()}>
        {t('measure')}
      </Button>
    </div>
  );
}
