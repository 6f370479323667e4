import { defineConfig } from 'vitest/config';

const E2E = 'test/e2e/**/*.test.ts';
const APP = 'test/app/**/*.test.ts';

export default defineConfig({
  test: {
    pool: 'forks',
    maxWorkers: 2,
    testTimeout: 60_000,
    hookTimeout: 120_000,
    projects: [
      { extends: true, test: { name: 'unit', include: ['test/**/*.test.ts'], exclude: [E2E, APP] } },
      { extends: true, test: { name: 'app', include: [APP], globalSetup: 'test/app/build-program.ts' } },
      {
        extends: true,
        test: { name: 'e2e', include: [E2E], globalSetup: 'test/e2e/build-window.ts', testTimeout: 240_000 },
      },
    ],
  },
});
