import { Popover, Slider, Tooltip, UnstyledButton } from '@mantine/core';
import { IconAdjustmentsHorizontal, IconEye, IconEyeOff } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import { KeyHint } from './action-button.tsx';
import { PALETTE } from './palette.ts';
import { LAYERS, type LayerId, useSettings } from './view-settings.ts';
import classes from './viewer.module.css';

const SWATCHES: Readonly<Record<LayerId, string>> = {
  coarse: 'linear-gradient(90deg, #420a68, #932667, #dd513a, #fca50a, #f3f78a)',
  final: 'linear-gradient(90deg, #420a68, #932667, #dd513a, #fca50a, #f3f78a)',
  truth: PALETTE.truth,
  mask: PALETTE.mask,
  prompts: `linear-gradient(90deg, ${PALETTE.positive} 50%, ${PALETTE.negative} 50%)`,
  annotations: `linear-gradient(90deg, ${PALETTE.falsePositive} 33%, ${PALETTE.missedDefect} 33% 66%, ${PALETTE.correctedRegion} 66%)`,
};

/** What is laid over the image: on or off with one click or key, and how strongly. */
export function LayerBar({ absent }: { readonly absent: ReadonlySet<LayerId> }) {
  const { t } = useTranslation('viewer');
  const { layers, setLayer } = useSettings('layers', 'setLayer');
  const shown = LAYERS.filter((id) => id !== 'truth' || !absent.has(id));
  return (
    <fieldset className={classes.layers} aria-label={t('layers.title')}>
      {shown.map((id) => {
        const { visible } = layers[id];
        return (
          <Tooltip
            key={id}
            label={
              <span className={classes.tip}>
                {t(`layers.about.${id}`)}
                <KeyHint action={`viewer.${id}`} />
              </span>
            }
            multiline
            maw={280}
          >
            <UnstyledButton
              className={classes.layer}
              aria-pressed={visible}
              aria-label={t(`layers.name.${id}`)}
              data-empty={absent.has(id) || undefined}
              onClick={() => setLayer(id, { visible: !visible })}
            >
              <span className={classes.swatch} style={{ background: SWATCHES[id] }} />
              <span className={classes.layerName}>{t(`layers.name.${id}`)}</span>
            </UnstyledButton>
          </Tooltip>
        );
      })}
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
        <Popover.Dropdown className={classes.panel} aria-label={t('layers.opacity')}>
          {shown.map((id) => (
            <LayerRow key={id} id={id} />
          ))}
        </Popover.Dropdown>
      </Popover>
    </fieldset>
  );
}

function LayerRow({ id }: { readonly id: LayerId }) {
  const { t } = useTranslation('viewer');
  const { layers, setLayer } = useSettings('layers', 'setLayer');
  const { visible, opacity } = layers[id];
  const Eye = visible ? IconEye : IconEyeOff;
  const name = t(`layers.name.${id}`);
  return (
    <div className={classes.row} data-off={!visible || undefined}>
      <UnstyledButton
        className={classes.eye}
        aria-pressed={visible}
        aria-label={name}
        onClick={() => setLayer(id, { visible: !visible })}
      >
        <Eye size={16} stroke={1.7} />
      </UnstyledButton>
      <span className={classes.swatch} style={{ background: SWATCHES[id] }} />
      <span className={classes.rowName}>{name}</span>
      <KeyHint action={`viewer.${id}`} />
      <Slider
        className={classes.rowSlider}
        size="xs"
        min={0.05}
        max={1}
        step={0.05}
        label={null}
        value={opacity}
        onChange={(value) => setLayer(id, { opacity: value })}
        thumbProps={{ 'aria-label': t('layers.opacity-of', { layer: name }) }}
      />
      <span className={classes.rowValue}>{Math.round(opacity * 100)} %</span>
    </div>
  );
}

/** A row of the panel of brightness and contrast. */
export function FactorRow({
  name,
  value,
  min,
  max,
  onChange,
}: {
  readonly name: string;
  readonly value: number;
  readonly min: number;
  readonly max: number;
  onChange(value: number): void;
}) {
  // Halving and doubling lie equally far from the middle.
  const [low, high] = [Math.log2(min), Math.log2(max)];
  return (
    <div className={classes.row}>
      <span className={classes.rowName}>{name}</span>
      <Slider
        className={classes.rowSlider}
        size="xs"
        min={low}
        max={high}
        step={0.05}
        label={null}
        value={Math.log2(value)}
        onChange={(power) => onChange(Math.abs(power) < 0.04 ? 1 : 2 ** power)}
        thumbProps={{ 'aria-label': name, 'aria-valuetext': `${Math.round(value * 100)} %` }}
      />
      <span className={classes.rowValue}>{Math.round(value * 100)} %</span>
    </div>
  );
}
