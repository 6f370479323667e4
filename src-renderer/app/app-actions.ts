import type { UserAction } from '../keys/action.ts';

export const SCREENS = [
  'batches',
  'review',
  'dashboard',
  'lots',
  'reports',
  'references',
  'what-if',
  'models',
  'audit',
] as const;
export type ScreenId = (typeof SCREENS)[number];

/** What the actions of the whole window work on. */
export interface AppContext {
  /** Addresses of the screens; null: there is nothing to show there yet. */
  readonly routes: Readonly<Record<ScreenId, string | null>>;
  go(route: string): void;
  toggleHelp(): void;
}

const showHelp: UserAction<AppContext> = {
  id: 'app.help',
  scope: 'app',
  keys: ['?', 'Shift+?'],
  run: ({ toggleHelp }) => toggleHelp(),
};

/** Goes to a screen. */
export const OPEN_SCREEN: Readonly<Record<ScreenId, UserAction<AppContext>>> = {
  batches: openScreen('batches', 'Alt+1'),
  review: openScreen('review', 'Alt+2'),
  'what-if': openScreen('what-if', 'Alt+3'),
  models: openScreen('models', 'Alt+4'),
  references: openScreen('references', 'Alt+5'),
  lots: openScreen('lots', 'Alt+7'),
  dashboard: openScreen('dashboard', 'Alt+6'),
  reports: openScreen('reports', 'Alt+8'),
  audit: openScreen('audit', 'Alt+9'),
};

function openScreen(screen: ScreenId, key: string): UserAction<AppContext> {
  return {
    id: `app.${screen}`,
    scope: 'app',
    keys: [key],
    isEnabled: ({ routes }) => routes[screen] !== null,
    run: ({ routes, go }) => {
      const route = routes[screen];
      if (route !== null) go(route);
    },
  };
}

export const APP_ACTIONS: readonly UserAction<AppContext>[] = [showHelp, ...Object.values(OPEN_SCREEN)];

/** Only while somebody is signed in. */
export const signOutAction: UserAction<{ readonly leave: () => void }> = {
  id: 'app.sign-out',
  scope: 'app',
  keys: ['Alt+0'],
  run: ({ leave }) => leave(),
};
