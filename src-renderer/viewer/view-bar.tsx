import { Button, Popover } from '@mantine/core';
import { IconColumns2, IconContrast, IconMap2, IconPlayerPlay } from '@tabler/icons-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { ActionButton, IconButton } from '../keys/action-button.tsx';
import { SLIDER_PANEL, SliderRow } from './slider-row.tsx';
import classes from './view-bar.module.css';
import { ADJUSTMENT, useSettings } from './view-settings.ts';
import { compareSides, stepThrough, type ViewerContext } from './viewer-actions.ts';

const ICON = { size: 18, stroke: 1.7 };

/** How to look at the image: compare, step through, brightness and contrast, navigator. */
export function ViewBar({ context }: { readonly context: ViewerContext }) {
  const { t } = useTranslation('viewer');
  const { compare, navigator, set } = useSettings('compare', 'navigator', 'set');
  return (
    <div className={classes.tools}>
      <ActionButton
        action={compareSides}
        context={context}
        icon={<IconColumns2 {...ICON} />}
        active={compare}
      />
      <ActionButton
        action={stepThrough}
        context={context}
        icon={<IconPlayerPlay {...ICON} />}
        active={context.step !== null}
      />
      <Adjustments />
      <IconButton
        label={t('navigator.toggle')}
        icon={<IconMap2 {...ICON} />}
        active={navigator}
        onClick={() => set({ navigator: !navigator })}
      />
    </div>
  );
}

/** Brightness and contrast. */
function Adjustments() {
  const { t } = useTranslation('viewer');
  const { brightness, contrast, set } = useSettings('brightness', 'contrast', 'set');
  const [opened, setOpened] = useState(false);
  const isAdjusted = brightness !== 1 || contrast !== 1;
  return (
    <Popover
      opened={opened}
      onChange={setOpened}
      position="bottom-end"
      shadow="md"
      trapFocus
      returnFocus
      withRoles={false}
    >
      <Popover.Target>
        <div>
          <IconButton
            label={t('adjust.title')}
            icon={<IconContrast {...ICON} />}
            active={isAdjusted}
            expanded={opened}
            onClick={() => setOpened(!opened)}
          />
        </div>
      </Popover.Target>
      <Popover.Dropdown className={SLIDER_PANEL} aria-label={t('adjust.title')}>
        <FactorRow
          name={t('adjust.brightness')}
          value={brightness}
          onChange={(value) => set({ brightness: value })}
        />
        <FactorRow
          name={t('adjust.contrast')}
          value={contrast}
          onChange={(value) => set({ contrast: value })}
        />
        <Button
          variant="default"
          size="compact-sm"
          fullWidth
          mt={6}
          disabled={!isAdjusted}
          onClick={() => set({ brightness: 1, contrast: 1 })}
        >
          {t('adjust.reset')}
        </Button>
      </Popover.Dropdown>
    </Popover>
  );
}

/** Halving and doubling lie equally far from the middle. */
function FactorRow({
  name,
  value,
  onChange,
}: {
  readonly name: string;
  readonly value: number;
  onChange(value: number): void;
}) {
  return (
    <SliderRow
      name={name}
      min={Math.log2(ADJUSTMENT.min)}
      max={Math.log2(ADJUSTMENT.max)}
      value={Math.log2(value)}
      percent={value * 100}
      thumbProps={{ 'aria-label': name, 'aria-valuetext': `${Math.round(value * 100)} %` }}
      onChange={(power) => onChange(Math.abs(power) < 0.04 ? 1 : 2 ** power)}
    />
  );
}
