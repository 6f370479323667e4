import {
  IconAlertTriangle,
  IconCircleCheck,
  IconCircleX,
  IconUserCheck,
  IconUserQuestion,
  IconUserX,
} from '@tabler/icons-react';
import type { ComponentType } from 'react';
import type { HumanVerdict, ModelVerdict } from '../../src-shared/verdict.ts';
import classes from './verdict-icons.module.css';

export type Icon = ComponentType<{ size?: number; stroke?: number; className?: string | undefined }>;

/** Each verdict has its shape as well as its colour. */
export const MODEL_ICONS: Readonly<Record<ModelVerdict, Icon>> = {
  accept: IconCircleCheck,
  warn: IconAlertTriangle,
  reject: IconCircleX,
};
export const HUMAN_ICONS: Readonly<Record<HumanVerdict, Icon>> = {
  accept: IconUserCheck,
  uncertain: IconUserQuestion,
  reject: IconUserX,
};

/** Class name that gives text and icons a verdict's colour. */
export function verdictClass(verdict: ModelVerdict | HumanVerdict): string | undefined {
  return classes[verdict === 'uncertain' ? 'warn' : verdict];
}
