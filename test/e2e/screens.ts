import type { WorkstationWindow } from './workstation-window.ts';

/** What is to be seen: a batch with results, and one of its images where it matters. */
interface Subject {
  readonly batchId: number;
  readonly imageId?: number;
}

/** As much of a window as showing a screen takes. */
type ScreenWindow = Pick<WorkstationWindow, 'page' | 'keyboard' | 'quiet'>;

/** Everything that fills the window or covers most of it, and how one gets there. */
export interface Screen {
  readonly name: string;
  show(window: ScreenWindow, subject: Subject): Promise<void>;
}

async function goTo(window: ScreenWindow, place: string, sign: string): Promise<void> {
  const { page } = window;
  await page.goto(new URL(`/#${place}`, page.url()).href);
  // A dialog of the screen before does not go with the address.
  await page.reload();
  await page.locator(sign).first().waitFor();
  await window.quiet();
}

const batches: Screen = {
  name: 'batches',
  show: async (window, { batchId }) => {
    await goTo(window, '/batches', '[data-testid=batch-list]');
    await window.page.locator(`#batch-${batchId}`).click();
    await window.page.locator('[data-testid=run]').waitFor();
  },
};

const review: Screen = {
  name: 'review',
  show: async (window, { batchId, imageId }) => {
    await goTo(
      window,
      `/review/${batchId}${imageId === undefined ? '' : `/${imageId}`}`,
      '[data-testid=save-state]',
    );
    await window.page.locator('[role=application] canvas').first().waitFor();
  },
};

export const SCREENS: readonly Screen[] = [
  batches,
  {
    name: 'new-batch',
    show: async (window, subject) => {
      await batches.show(window, subject);
      await window.keyboard.press('i');
      await window.page.getByRole('dialog').waitFor();
      await settled(window);
    },
  },
  {
    name: 'follow-folder',
    show: async (window, subject) => {
      await batches.show(window, subject);
      const dialog = window.page.getByRole('dialog');
      await window.page.getByTestId('follow-folder').click();
      await dialog.waitFor();
      await dialog.locator('button[aria-expanded=false]').last().click();
      await settled(window);
    },
  },
  review,
  {
    name: 'review-two-runs',
    show: async (window, subject) => {
      await review.show(window, subject);
      const other = window.page.getByTestId('run-other');
      await window.page.getByTestId('compare-runs').waitFor();
      await window.keyboard.press('Shift+S');
      await other.waitFor();
      await settled(window);
    },
  },
  {
    name: 'review-grid',
    show: async (window, subject) => {
      await review.show(window, subject);
      await window.keyboard.press('w');
      await window.page.locator('#review-images[data-view=grid]').waitFor();
      await settled(window);
      await window.keyboard.press('w');
      await window.keyboard.press('w');
    },
  },
  {
    name: 'what-if',
    show: async (window, { batchId }) => {
      await goTo(window, `/what-if/${batchId}`, '[data-threshold=theta]');
      await settled(window);
    },
  },
  {
    name: 'new-lot',
    show: async (window) => {
      await goTo(window, '/lots/new', 'form fieldset');
      await settled(window);
    },
  },
  {
    name: 'reports',
    show: async (window) => {
      await goTo(window, '/reports', '[data-testid=reports]');
      await settled(window);
    },
  },
  {
    name: 'references',
    show: async (window, subject) => {
      await batches.show(window, subject);
      await window.keyboard.press('Alt+5');
      await window.page.locator('[data-testid=references]').waitFor();
      await settled(window);
    },
  },
  {
    name: 'dashboard',
    show: async (window) => {
      await goTo(window, '/dashboard', '[data-drawn=true] svg');
      await settled(window);
    },
  },
  {
    name: 'dashboard-gallery',
    show: async (window) => {
      await goTo(window, '/dashboard/images=none.accept', '[data-testid=gallery] a');
      await settled(window);
    },
  },
  {
    name: 'audit',
    show: async (window, subject) => {
      await batches.show(window, subject);
      await window.keyboard.press('Alt+9');
      await window.page.locator('[data-testid=audit] [role=option]').first().waitFor();
      await window.page.locator('[data-testid=audit] [role=listbox]').press('ArrowDown');
      await settled(window);
    },
  },
  {
    name: 'models',
    show: async (window) => {
      await goTo(window, '/models', 'table');
      await settled(window);
    },
  },
  {
    name: 'model-servers',
    show: async (window) => {
      await goTo(window, '/models', 'table');
      await window.page.locator('input[type=radio][value=server]').check();
      const addresses = window.page.locator('input[placeholder^="grpc://"]');
      await addresses.fill('gpu-box');
      await addresses.scrollIntoViewIfNeeded();
      await settled(window);
    },
  },
  {
    name: 'add-model-pack',
    show: async (window) => {
      await goTo(window, '/models', 'table');
      await window.keyboard.press('i');
      await window.page.getByRole('dialog').waitFor();
      await settled(window);
    },
  },
  {
    name: 'shortcuts',
    show: async (window, subject) => {
      await batches.show(window, subject);
      await window.keyboard.press('?');
      await window.page.getByRole('dialog').waitFor();
      await settled(window);
    },
  },
  {
    name: 'settings',
    show: async (window, subject) => {
      await batches.show(window, subject);
      await window.page.getByRole('navigation').getByRole('button').last().click();
      await window.page.getByRole('dialog').waitFor();
      await settled(window);
    },
  },
];

/** Transitions are over: axe-core would take half-transparent text for text without contrast. */
async function settled(window: ScreenWindow): Promise<void> {
  await window.quiet();
  await window.page.waitForFunction(() =>
    document.getAnimations().every(({ playState }) => playState !== 'running'),
  );
}
