import type { UserAction } from '../keys/action.ts';

export const addPackAction: UserAction<{ readonly addPack: () => void }> = {
  id: 'models.add',
  scope: 'models',
  keys: ['I'],
  run: (context) => context.addPack(),
};

export const MODEL_ACTIONS = [addPackAction];
