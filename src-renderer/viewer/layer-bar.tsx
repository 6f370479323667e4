import { Popover, UnstyledButton } from '@mantine/core';
import { IconAdjustmentsHorizontal, IconEye, IconEyeOff } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import { ActionTooltip } from '../keys/action-button.tsx';
import { KeyHint } from '../keys/key-hint.tsx';
import { useFormat } from '../ui/use-format.ts';
import classes from './layer-bar.module.css';
import { PALETTE } from './palette.ts';
import { SLIDER_PANEL, SliderRow } from './slider-row.tsx';
import { LAYERS, type LayerId, OPINION_MAPS, useSettings } from './view-settings.ts';
import { LAYER_ACTIONS, type LayerContext } from './viewer-actions.ts';

const MAP = 'linear-gradient(90deg, #420a68, #932667, #dd513a, #fca50a, #f3f78a)';
const SWATCHES: Readonly<Record<LayerId, string>> = {
  coarse: MAP,
  language: MAP,
  consensus: MAP,
  references: MAP,
  final: MAP,
  area: `linear-gradient(90deg, ${PALETTE.area} 50%, #0a0f16 50%)`,
  truth: PALETTE.truth,
  mask: PALETTE.mask,
  'below-limit': `repeating-linear-gradient(90deg, ${PALETTE.belowLimit} 0 3px, #0a0f16 3px 5px)`,
  prompts: `linear-gradient(90deg, ${PALETTE.positive} 50%, ${PALETTE.negative} 50%)`,
  annotations: `linear-gradient(90deg, ${PALETTE.falsePositive} 33%, ${PALETTE.missedDefect} 33% 66%, ${PALETTE.correctedRegion} 66%)`,
};

/** What is laid over the image: on or off with one click or key, and how strongly. */
export function LayerBar({
  absent,
  context,
}: {
  readonly absent: ReadonlySet<LayerId>;
  readonly context: LayerContext;
}) {
  const { t } = useTranslation('viewer');
  const shown = LAYERS.filter((id) => !ONLY_WHERE_THERE.has(id) || !absent.has(id));
  return (
    <fieldset className={classes.layers} aria-label={t('layers.title')}>
      {shown
        .filter((id) => !isOpinion(id))
        .map((id) => (
          <LayerToggle key={id} id={id} isAbsent={absent.has(id)} context={context} />
        ))}
      <Popover position="bottom-start" shadow="md" trapFocus returnFocus>
        <Popover.Target>
          <UnstyledButton
            className={classes.layer}
            aria-label={t('layers.opacity')}
            title={t('layers.opacity')}
          >
            <IconAdjustmentsHorizontal size={17} stroke={1.7} />
          </UnstyledButton>
        </Popover.Target>
        <Popover.Dropdown className={SLIDER_PANEL} aria-label={t('layers.opacity')}>
          {shown.map((id) => (
            <LayerRow key={id} id={id} context={context} />
          ))}
        </Popover.Dropdown>
      </Popover>
    </fieldset>
  );
}

interface LayerToggleProps {
  readonly id: LayerId;
  readonly isAbsent: boolean;
  readonly context: LayerContext;
}

function LayerToggle({ id, isAbsent, context }: LayerToggleProps) {
  const { t } = useTranslation('viewer');
  const action = LAYER_ACTIONS[id];
  const text = textOf(id, context);
  return (
    <ActionTooltip text={t(`layers.about.${text}`)} action={action} multiline maw={280}>
      <UnstyledButton
        className={classes.layer}
        aria-pressed={context.layers[id].visible}
        aria-label={t(`layers.name.${text}`)}
        data-empty={isAbsent || undefined}
        onClick={() => action.run(context)}
      >
        <span className={classes.swatch} style={{ background: SWATCHES[id] }} />
        <span className={classes.name}>{t(`layers.name.${text}`)}</span>
      </UnstyledButton>
    </ActionTooltip>
  );
}

/** Each opinion with its score; pressed, its map is the one on show. Nothing where language alone was asked. */
export function OpinionBar({ context }: { readonly context: LayerContext }) {
  const { t } = useTranslation('viewer');
  const format = useFormat();
  return (
    <fieldset className={classes.layers} aria-label={t('layers.opinions')}>
      <span className={classes.label} aria-hidden>
        {t('layers.opinions')}
      </span>
      {context.opinions.map(({ opinion, score, weight }) => (
        <ActionTooltip
          key={opinion}
          text={t(`layers.about.${opinion}`, { weight: format.share(weight, 1) })}
          action={LAYER_ACTIONS[opinion]}
          multiline
          maw={300}
        >
          <UnstyledButton
            className={classes.layer}
            aria-pressed={context.layers[opinion].visible}
            onClick={() => LAYER_ACTIONS[opinion].run(context)}
          >
            <span className={classes.swatch} style={{ background: MAP }} />
            <span className={classes.name}>{t(`layers.name.${opinion}`)}</span>{' '}
            <strong className={classes.score}>{score.toFixed(2)}</strong>
          </UnstyledButton>
        </ActionTooltip>
      ))}
    </fieldset>
  );
}

/** Layers that nobody misses where there is nothing on them. */
const ONLY_WHERE_THERE: ReadonlySet<LayerId> = new Set(['area', 'truth', 'below-limit', ...OPINION_MAPS]);

function isOpinion(id: LayerId): boolean {
  return OPINION_MAPS.some((opinion) => opinion === id);
}

/** The name of a layer's texts: with second opinions the coarse map is all of them, fused. */
function textOf(id: LayerId, { opinions }: LayerContext): LayerId | 'fused' {
  return id === 'coarse' && opinions.length > 0 ? 'fused' : id;
}

function LayerRow({ id, context }: Omit<LayerToggleProps, 'isAbsent'>) {
  const { t } = useTranslation('viewer');
  const { setLayer } = useSettings('setLayer');
  const { visible, opacity } = context.layers[id];
  const Eye = visible ? IconEye : IconEyeOff;
  const name = t(`layers.name.${textOf(id, context)}`);
  const action = LAYER_ACTIONS[id];
  return (
    <SliderRow
      before={
        <>
          <UnstyledButton
            className={classes.eye}
            aria-pressed={visible}
            aria-label={name}
            onClick={() => action.run(context)}
          >
            <Eye size={16} stroke={1.7} />
          </UnstyledButton>
          <span className={classes.swatch} style={{ background: SWATCHES[id] }} />
        </>
      }
      name={name}
      after={<KeyHint action={action} />}
      off={!visible}
      min={0.05}
      max={1}
      value={opacity}
      percent={opacity * 100}
      thumbProps={{ 'aria-label': t('layers.opacity-of', { layer: name }) }}
      onChange={(value) => setLayer(id, { opacity: value })}
    />
  );
}
