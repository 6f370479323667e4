import {
  IconBrush,
  IconCircleMinus,
  IconCirclePlus,
  IconEraser,
  IconHandStop,
  IconPolygon,
  IconRectangle,
  IconRuler2,
  IconSquareDashed,
} from '@tabler/icons-react';
import type { ComponentType } from 'react';
import { useTranslation } from 'react-i18next';
import { ActionButton, IconButton } from '../keys/action-button.tsx';
import { TAKE_TOOL, type ToolContext } from './tool-actions.ts';
import classes from './tool-bar.module.css';
import type { Tool } from './viewer-props.ts';

const ICON = { size: 18, stroke: 1.7 };

const GROUPS: readonly (readonly [
  Exclude<Tool, 'pan'>,
  ComponentType<{ size: number; stroke: number }>,
])[][] = [
  [
    ['point-positive', IconCirclePlus],
    ['point-negative', IconCircleMinus],
    ['box', IconSquareDashed],
  ],
  [
    ['polygon', IconPolygon],
    ['rectangle', IconRectangle],
    ['brush', IconBrush],
    ['eraser', IconEraser],
  ],
  [['ruler', IconRuler2]],
];

/** What the pointer does. The first group looks, the second asks SAM, the third draws, the last measures. */
export function ToolBar({
  context,
  disabled,
}: {
  readonly context: ToolContext;
  readonly disabled: boolean;
}) {
  const { t } = useTranslation('viewer');
  const { tool, onTool } = context;
  // A click on the chosen tool keeps it; its key puts it away.
  const onClick: ToolContext = { ...context, tool: 'pan' };
  return (
    <div className={classes.toolbar} role="toolbar" aria-label={t('tools.title')} aria-orientation="vertical">
      <div className={classes.group}>
        <IconButton
          label={t('tools.pan')}
          icon={<IconHandStop {...ICON} />}
          active={tool === 'pan'}
          side="right"
          onClick={() => onTool('pan')}
        />
      </div>
      {GROUPS.map((group) => (
        <div key={group[0]![0]} className={classes.group}>
          {group.map(([id, Icon]) => (
            <ActionButton
              key={id}
              action={TAKE_TOOL[id]}
              context={onClick}
              icon={<Icon {...ICON} />}
              active={tool === id}
              disabled={disabled}
              side="right"
            />
          ))}
        </div>
      ))}
    </div>
  );
}
