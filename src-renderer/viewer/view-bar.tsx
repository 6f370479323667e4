import { Button, Popover } from '@mantine/core';
import { IconColumns2, IconContrast, IconMap2, IconPlayerPlay } from '@tabler/icons-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { ActionButton } from './action-button.tsx';
import { FactorRow } from './layer-bar.tsx';
import { ADJUSTMENT, useSettings } from './view-settings.ts';
import classes from './viewer.module.css';

const ICON = { size: 18, stroke: 1.7 };

/** How to look at the image: compare, step through, brightness and contrast, navigator. */
export function ViewBar({
  stepping,
  canStep,
  onStep,
}: {
  readonly stepping: boolean;
  readonly canStep: boolean;
  onStep(): void;
}) {
  const { t } = useTranslation('viewer');
  const { compare, navigator, brightness, contrast, set } = useSettings(
    'compare',
    'navigator',
    'brightness',
    'contrast',
    'set',
  );
  const [adjusting, setAdjusting] = useState(false);
  const isAdjusted = brightness !== 1 || contrast !== 1;
  return (
    <div className={classes.tools}>
      <ActionButton
        action="viewer.compare"
        icon={<IconColumns2 {...ICON} />}
        active={compare}
        onClick={() => set({ compare: !compare })}
      />
      <ActionButton
        action="viewer.steps"
        icon={<IconPlayerPlay {...ICON} />}
        active={stepping}
        disabled={!canStep}
        onClick={onStep}
      />
      <Popover
        opened={adjusting}
        onChange={setAdjusting}
        position="bottom-end"
        shadow="md"
        trapFocus
        returnFocus
        withRoles={false}
      >
        <Popover.Target>
          <div>
            <ActionButton
              label={t('adjust.title')}
              icon={<IconContrast {...ICON} />}
              active={isAdjusted}
              expanded={adjusting}
              onClick={() => setAdjusting(!adjusting)}
            />
          </div>
        </Popover.Target>
        <Popover.Dropdown className={classes.panel} aria-label={t('adjust.title')}>
          <FactorRow
            name={t('adjust.brightness')}
            {...ADJUSTMENT}
            value={brightness}
            onChange={(value) => set({ brightness: value })}
          />
          <FactorRow
            name={t('adjust.contrast')}
            {...ADJUSTMENT}
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
      <ActionButton
        label={t('navigator.toggle')}
        icon={<IconMap2 {...ICON} />}
        active={navigator}
        onClick={() => set({ navigator: !navigator })}
      />
    </div>
  );
}
