import type { Action } from '../keys/action.ts';

export const addPack: Action<{ readonly addPack: () => void }> = {
  id: 'models.add',
  scope: 'models',
  keys: ['I'],
  run: (context) => context.addPack(),
};

export const MODEL_ACTIONS = [addPack];
