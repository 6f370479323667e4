import { Popover, UnstyledButton } from '@mantine/core';
import { IconAdjustmentsHorizontal, IconEye, IconEyeOff } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import { ActionTooltip } from '../keys/action-button.tsx';
import { KeyHint } from '../keys/key-hint.tsx';
import classes from './layer-bar.module.css';
import { PALETTE } from './palette.ts';
import { SLIDER_PANEL, SliderRow } from './slider-row.tsx';
import { LAYERS, type LayerId, useSettings } from './view-settings.ts';
import { LAYER_ACTIONS } from './viewer-actions.ts';

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
  const shown = LAYERS.filter((id) => id !== 'truth' || !absent.has(id));
  return (
    <fieldset className={classes.layers} aria-label={t('layers.title')}>
      {shown.map((id) => (
        <LayerToggle key={id} id={id} isAbsent={absent.has(id)} />
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
            <LayerRow key={id} id={id} />
          ))}
        </Popover.Dropdown>
      </Popover>
    </fieldset>
  );
}

function LayerToggle({ id, isAbsent }: { readonly id: LayerId; readonly isAbsent: boolean }) {
  const { t } = useTranslation('viewer');
  const { layers } = useSettings('layers');
  const action = LAYER_ACTIONS[id];
  return (
    <ActionTooltip text={t(`layers.about.${id}`)} action={action} multiline maw={280}>
      <UnstyledButton
        className={classes.layer}
        aria-pressed={layers[id].visible}
        aria-label={t(`layers.name.${id}`)}
        data-empty={isAbsent || undefined}
        onClick={() => action.run({})}
      >
        <span className={classes.swatch} style={{ background: SWATCHES[id] }} />
        <span className={classes.name}>{t(`layers.name.${id}`)}</span>
      </UnstyledButton>
    </ActionTooltip>
  );
}

function LayerRow({ id }: { readonly id: LayerId }) {
  const { t } = useTranslation('viewer');
  const { layers, setLayer } = useSettings('layers', 'setLayer');
  const { visible, opacity } = layers[id];
  const Eye = visible ? IconEye : IconEyeOff;
  const name = t(`layers.name.${id}`);
  const action = LAYER_ACTIONS[id];
  return (
    <SliderRow
      before={
        <>
          <UnstyledButton
            className={classes.eye}
            aria-pressed={visible}
            aria-label={name}
            onClick={() => action.run({})}
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
