import { useTranslation } from 'react-i18next';
import { ROLES } from '../../src-shared/roles.ts';
import { useDenied } from '../state/people.ts';

/** The list is the engineers': others see it. */
export function useCanManage(): boolean {
  return !('disabled' in useDenied()('people.add'));
}

/** The roles as choices, with their names. */
export function useRoleChoices() {
  const { t } = useTranslation('app');
  return ROLES.map((value) => ({ value, label: t(`people.roles.${value}`) }));
}
