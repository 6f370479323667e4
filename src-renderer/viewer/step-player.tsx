import { CloseButton } from '@mantine/core';
import { useReducedMotion } from '@mantine/hooks';
import {
  IconChevronLeft,
  IconChevronRight,
  IconPlayerPauseFilled,
  IconPlayerPlayFilled,
} from '@tabler/icons-react';
import { useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { InspectionResult } from '../../src-shared/result.ts';
import { IconButton } from '../keys/action-button.tsx';
import { useFormat } from '../ui/use-format.ts';
import classes from './step-player.module.css';
import { levelOfRank, type Step } from './steps.ts';

/** Milliseconds that a scene stays. */
const STAY = 1900;

interface StepPlayerProps {
  readonly steps: readonly Step[];
  readonly at: number;
  readonly result: InspectionResult;
  readonly theta: number;
  onStep(at: number): void;
  onClose(): void;
}

/** Plays how the result came about: back, forth, by itself, with a caption to every scene. */
export function StepPlayer({ steps, at, result, theta, onStep, onClose }: StepPlayerProps) {
  const { t } = useTranslation('viewer');
  const last = steps.length - 1;
  const { playing, go, play } = usePlaying(at, last, onStep);
  const step = steps[at]!;
  return (
    <section className={classes.player} aria-label={t('steps.title')}>
      <IconButton
        label={t('steps.back')}
        side="top"
        icon={<IconChevronLeft size={18} />}
        disabled={at === 0}
        onClick={() => go(at - 1)}
      />
      <IconButton
        label={t(playing ? 'steps.pause' : 'steps.play')}
        side="top"
        icon={playing ? <IconPlayerPauseFilled size={16} /> : <IconPlayerPlayFilled size={16} />}
        onClick={play}
      />
      <IconButton
        label={t('steps.forth')}
        side="top"
        icon={<IconChevronRight size={18} />}
        disabled={at === last}
        onClick={() => go(at + 1)}
      />
      <div className={classes.caption} aria-live="polite">
        <strong>
          {at + 1} / {steps.length} · {t(`steps.${step.id}.title`)}
        </strong>
        <Caption step={step} result={result} theta={theta} />
      </div>
      <CloseButton size="sm" aria-label={t('steps.close')} onClick={onClose} />
    </section>
  );
}

/** Goes on by itself from scene to scene, and by the arrow keys; whoever goes by hand stops it. */
function usePlaying(at: number, last: number, onStep: (at: number) => void) {
  const isCalm = useReducedMotion(false, { getInitialValueInEffect: false });
  const [playing, setPlaying] = useState(!isCalm);
  useEffect(() => {
    if (!playing) return;
    const timer = setTimeout(() => (at < last ? onStep(at + 1) : setPlaying(false)), STAY);
    return () => clearTimeout(timer);
  }, [playing, at, last, onStep]);
  useEffect(() => {
    const listen = (event: KeyboardEvent) => {
      const by = event.key === 'ArrowLeft' ? -1 : event.key === 'ArrowRight' ? 1 : 0;
      if (by === 0 || event.altKey || event.ctrlKey || event.metaKey || isSlider(event.target)) return;
      // Before the keys that go to the next image.
      event.preventDefault();
      event.stopPropagation();
      setPlaying(false);
      onStep(Math.min(Math.max(at + by, 0), last));
    };
    window.addEventListener('keydown', listen, true);
    return () => window.removeEventListener('keydown', listen, true);
  }, [at, last, onStep]);
  return {
    playing,
    go: (to: number) => {
      setPlaying(false);
      onStep(to);
    },
    play: () => {
      if (!playing && at === last) onStep(0);
      setPlaying(!playing);
    },
  };
}

/** What the scene shows: of an opinion its score and share, for SAM's masks how good it thinks each of them is. */
function Caption({
  step: { id, rank },
  result: { regions, opinions = [], comparison },
  theta,
}: {
  readonly step: Step;
  readonly result: InspectionResult;
  readonly theta: number;
}) {
  const { t } = useTranslation(['viewer', 'app']);
  const format = useFormat();
  const said = opinions.find(({ opinion }) => opinion === id);
  if (said) {
    const { opinion, score, weight } = said;
    const seen = { score: score.toFixed(2), weight: format.share(weight, 1) };
    const count = opinion === 'references' ? comparison?.references : comparison?.crowd;
    return <span>{t(`steps.${opinion}.text`, { ...seen, count: count ?? 0 })}</span>;
  }
  if (id === 'opinions') {
    const shares = opinions.map(
      ({ opinion, weight }) => `${t(`app:opinion.name.${opinion}`)} ${format.share(weight, 1)}`,
    );
    return <span>{t('steps.opinions.text', { shares: shares.join(' + '), theta: theta.toFixed(2) })}</span>;
  }
  if (id !== 'masks' || rank === null)
    return <span>{t(`steps.${id}.text`, { theta: theta.toFixed(2), count: regions.length })}</span>;
  const qualities = regions
    .map((region) => ({ region: region.index, mask: levelOfRank(region, rank) }))
    .filter(({ mask }) => mask)
    .map(({ region, mask }) =>
      t('steps.masks.level', { region, level: mask!.level, quality: mask!.quality.toFixed(2) }),
    );
  return <span>{qualities.slice(0, 4).join(' · ') + (qualities.length > 4 ? ' …' : '')}</span>;
}

function isSlider(target: EventTarget | null): boolean {
  return (
    target instanceof Element && target.closest('[role=slider], input, textarea, [role=listbox]') !== null
  );
}
