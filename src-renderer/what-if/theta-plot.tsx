import { memo } from 'react';
import { useTranslation } from 'react-i18next';
import type { ThetaProfile } from '../../src-shared/contract/what-if.ts';
import { Plot } from './plot.tsx';
import { ThresholdHandle } from './threshold-handle.tsx';
import classes from './what-if.module.css';

/** How many regions every θ would give, with θ as a line to drag. */
export const ThetaPlot = memo(function ThetaPlot({
  profile,
  counting,
  theta,
  onMove,
}: {
  readonly profile: ThetaProfile | undefined;
  /** How far the counting is, until there is a profile. */
  readonly counting: string;
  readonly theta: number;
  onMove(theta: number): void;
}) {
  const { t } = useTranslation('what-if');
  const top = profile ? Math.max(...profile.regions, ...profile.imagesWithRegion) : 0;
  return (
    <Plot top={top} className={classes.thetas} label={t('theta.plot')}>
      {profile ? (
        <Curves profile={profile} top={top} />
      ) : (
        <span className={classes.counting}>{counting}</span>
      )}
      <ThresholdHandle name="theta" label="θ" value={theta} onChange={onMove} />
    </Plot>
  );
});

const Curves = memo(function Curves({
  profile: { thetas, regions, imagesWithRegion },
  top,
}: {
  readonly profile: ThetaProfile;
  readonly top: number;
}) {
  const { t } = useTranslation('what-if');
  const path = (counts: readonly number[]) =>
    thetas.map((theta, i) => `${i === 0 ? 'M' : 'L'}${theta},${1 - counts[i]! / Math.max(1, top)}`).join('');
  return (
    <svg
      className={classes.bars}
      viewBox="0 0 1 1"
      preserveAspectRatio="none"
      role="img"
      aria-label={t('theta.plot')}
    >
      <path className={classes.regions} d={`${path(regions)}L1,1L0,1Z`} />
      <path className={classes.images} d={path(imagesWithRegion)} />
    </svg>
  );
});
