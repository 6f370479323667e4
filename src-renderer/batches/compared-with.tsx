import { Text } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import type { RunComparison } from '../../src-shared/run-comparison.ts';
import { useFormat } from '../ui/use-format.ts';

const KINDS = ['crowd', 'references', 'harmless', 'counterExamples'] as const;

/** What the images of a run are compared with, and what could not be had. */
export function ComparedWith({ comparison }: { readonly comparison: RunComparison }) {
  const { t } = useTranslation('batches');
  const format = useFormat();
  const { with: counts, unavailable, skipped, alignment, poses } = comparison;
  const kinds = KINDS.filter((kind) => counts[kind] > 0).map((kind) =>
    t(`run.compared.${kind}`, { count: counts[kind], number: format.count(counts[kind]) }),
  );
  const problems = [
    ...unavailable.map((opinion) => t(`run.compared.no-${opinion}`)),
    ...(skipped > 0 ? [t('run.compared.skipped', { count: skipped, number: format.count(skipped) })] : []),
    ...(alignment === 'differ' ? [t('run.compared.turned')] : []),
    ...(poses?.differs && alignment === 'unsure' ? [t('run.compared.unsure')] : []),
    ...(poses?.differs && (alignment ?? 'off') === 'off' ? [t('run.compared.poses')] : []),
  ];
  return (
    <div data-testid="compared-with">
      {kinds.length > 0 && (
        <Text size="sm">
          {t('run.compared.with')}: {kinds.join(' · ')}
        </Text>
      )}
      {problems.map((problem) => (
        <Text key={problem} size="sm" c="dimmed">
          {problem}
        </Text>
      ))}
    </div>
  );
}
