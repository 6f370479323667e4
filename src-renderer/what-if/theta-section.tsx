import { Alert, Progress, Text } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { FailureDetails } from '../ui/failure-details.tsx';
import { useFormat } from '../ui/use-format.ts';
import { RegionOutcome, TitledSection } from './outcome.tsx';
import type { ProfileState } from './use-theta-profile.ts';

/** What θ does to the regions, once they are counted. */
export function ThetaSection({
  profile,
  before,
  after,
  hasLimit,
}: {
  readonly profile: ProfileState | undefined;
  /** θ of the run, and the one tried out. */
  readonly before: number;
  readonly after: number;
  /** Whether the recipe says which regions are too small to count. */
  readonly hasLimit: boolean;
}) {
  const { t } = useTranslation('what-if');
  const counting = useCountingText(profile);
  const share = profile?.state === 'counting' ? (100 * profile.done) / Math.max(1, profile.total) : 0;
  return (
    <TitledSection title={t('theta.title')}>
      {profile?.state === 'ready' ? (
        <RegionOutcome profile={profile.profile} before={before} after={after} />
      ) : profile?.state === 'failed' ? (
        <Alert color="red" p="xs">
          <FailureDetails failure={profile.error} />
        </Alert>
      ) : (
        <div>
          <Progress value={share} animated mb={4} aria-label={t('theta.title')} />
          <Text size="xs" c="dimmed">
            {counting}
          </Text>
        </div>
      )}
      <Text size="xs" c="dimmed">
        {t('theta.note')}
      </Text>
      {hasLimit && (
        <Text size="xs" c="dimmed">
          {t('theta.below-limit')}
        </Text>
      )}
    </TitledSection>
  );
}

/** How far the counting of the regions is; empty when it is not at work. */
export function useCountingText(profile: ProfileState | undefined): string {
  const { t } = useTranslation('what-if');
  const format = useFormat();
  if (profile?.state !== 'counting') return '';
  return t('theta.counting', { done: format.count(profile.done), total: format.count(profile.total) });
}
