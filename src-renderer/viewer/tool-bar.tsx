import {
  IconBrush,
  IconCircleMinus,
  IconCirclePlus,
  IconEraser,
  IconHandStop,
  IconPolygon,
  IconRectangle,
  IconSquareDashed,
} from '@tabler/icons-react';
import type { ComponentType } from 'react';
import { useTranslation } from 'react-i18next';
import type { ActionId } from '../keys/actions.ts';
import { ActionButton } from './action-button.tsx';
import classes from './viewer.module.css';
import type { Tool } from './viewer-props.ts';

const GROUPS: readonly (readonly [Tool, ComponentType<{ size: number; stroke: number }>])[][] = [
  [['pan', IconHandStop]],
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
];

/** What the pointer does. The first group looks, the second asks SAM, the third draws. */
export function ToolBar({
  tool,
  disabled,
  onTool,
}: {
  readonly tool: Tool;
  readonly disabled: boolean;
  onTool(tool: Tool): void;
}) {
  const { t } = useTranslation('viewer');
  return (
    <div className={classes.toolbar} role="toolbar" aria-label={t('tools.title')} aria-orientation="vertical">
      {GROUPS.map((group) => (
        <div key={group[0]![0]} className={classes.toolGroup}>
          {group.map(([id, Icon]) => (
            <ActionButton
              key={id}
              {...(id === 'pan' ? { label: t('tools.pan') } : { action: `tool.${id}` satisfies ActionId })}
              icon={<Icon size={18} stroke={1.7} />}
              active={tool === id}
              disabled={disabled && id !== 'pan'}
              side="right"
              onClick={() => onTool(id)}
            />
          ))}
        </div>
      ))}
    </div>
  );
}
