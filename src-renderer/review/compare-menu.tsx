import { Button, Menu } from '@mantine/core';
import { IconArrowsLeftRight, IconColumns2, IconX } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import { KeyHint } from '../keys/key-hint.tsx';
import classes from './compare-menu.module.css';
import { compareRuns } from './review-actions.ts';
import type { OtherRun } from './use-other-run.ts';

interface CompareMenuProps extends Pick<OtherRun, 'id' | 'choices' | 'isChoosing' | 'on'> {
  /** Images on which the two runs disagree; null: none is compared with, or it is on its way. */
  readonly apart: number | null;
  /** Whether only those are gone through. */
  readonly isNarrowed: boolean;
}

/** Chooses the run that the one under review is compared with. Nothing where there is no other one. */
export function CompareMenu({ id, choices, isChoosing, on, apart, isNarrowed }: CompareMenuProps) {
  const { t } = useTranslation(['review', 'app']);
  if (choices.length === 0) return null;
  return (
    <>
      <Menu opened={isChoosing} onChange={on.setChoosing} position="bottom-start" shadow="md" returnFocus>
        <Menu.Target>
          <Button
            size="compact-xs"
            variant={id === null ? 'default' : 'light'}
            leftSection={<IconColumns2 size={15} />}
            className={classes.button ?? ''}
            data-testid="compare-runs"
            title={t('app:actions.review.compare')}
          >
            {id === null ? t('compare.with') : t('compare.with-run', { id })}
          </Button>
        </Menu.Target>
        <Menu.Dropdown>
          <Menu.Label>
            {t('compare.choose')} <KeyHint action={compareRuns} />
          </Menu.Label>
          {choices.map(({ run, name }) => (
            <Menu.Item key={run.id} disabled={run.id === id} onClick={() => on.choose(run.id)}>
              {name}
            </Menu.Item>
          ))}
          {id !== null && (
            <>
              <Menu.Divider />
              <Menu.Item leftSection={<IconArrowsLeftRight size={15} />} onClick={on.swap}>
                {t('compare.swap')}
              </Menu.Item>
              <Menu.Item leftSection={<IconX size={15} />} onClick={() => on.choose(null)}>
                {t('compare.end')}
              </Menu.Item>
            </>
          )}
        </Menu.Dropdown>
      </Menu>
      {apart !== null && (
        <Button
          size="compact-xs"
          variant={isNarrowed ? 'filled' : 'default'}
          aria-pressed={isNarrowed}
          className={classes.button ?? ''}
          title={t('compare.only-apart')}
          disabled={apart === 0 && !isNarrowed}
          onClick={on.narrow}
        >
          {t('compare.apart', { count: apart })}
        </Button>
      )}
    </>
  );
}
