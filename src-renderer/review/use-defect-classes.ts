import { useQuery } from '@tanstack/react-query';
import { useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import { useWorkstation } from '../state/workstation.ts';
import { classOrder, useReviewSettings } from './review-settings.ts';

/** What the digits mean in a workspace where no class was given yet. */
const PROPOSED_CLASSES = [
  'scratch',
  'dent',
  'crack',
  'contamination',
  'discolouration',
  'hole',
  'missing-part',
  'deformation',
  'other',
] as const;

/** The defect classes in the order of the digits. `remember` keeps that order once a class was given. */
export function useDefectClasses() {
  const { t } = useTranslation('review');
  const { api } = useWorkstation();
  const { classes: known, set } = useReviewSettings();
  const { data: used = [] } = useQuery(api.review.defectClasses.queryOptions());
  const classes = useMemo(
    () =>
      classOrder(
        known,
        used,
        PROPOSED_CLASSES.map((name) => t(`class.${name}`)),
      ),
    [known, used, t],
  );
  const remember = (name: string | undefined) => {
    if (name && !known.includes(name)) set({ classes: [...new Set([...classes, name])] });
  };
  return { classes, remember };
}
