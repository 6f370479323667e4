import type { UserAction } from '../keys/action.ts';

/** What the keys of the gallery work on. */
export interface GalleryContext {
  leave(): void;
}

export const leaveGallery: UserAction<GalleryContext> = {
  id: 'dashboard.leave-gallery',
  scope: 'dashboard',
  keys: ['Escape'],
  run: ({ leave }) => leave(),
};

export const DASHBOARD_ACTIONS: readonly UserAction<GalleryContext>[] = [leaveGallery];
