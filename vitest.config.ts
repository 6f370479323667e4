import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';
import { PATIENCE } from './test/patience.ts';

const E2E = 'test/e2e/**/*.test.ts';
const APP = 'test/app/**/*.test.ts';

export default defineConfig({
  test: {
    pool: 'forks',
    // Tests in a browser wait a good deal.
    maxWorkers: 3,
    // Guards against hanging, far beyond what the slowest machine needs.
    testTimeout: 5 * PATIENCE,
    hookTimeout: 5 * PATIENCE,
    // Programs that tests start again and again are compiled once.
    env: { NODE_COMPILE_CACHE: fileURLToPath(new URL('out/compile-cache', import.meta.url)) },
    expect: { poll: { timeout: PATIENCE } },
    projects: [
      { extends: true, test: { name: 'unit', include: ['test/**/*.test.{ts,tsx}'], exclude: [E2E, APP] } },
      { extends: true, test: { name: 'app', include: [APP], globalSetup: 'test/app/build-program.ts' } },
      { extends: true, test: { name: 'e2e', include: [E2E], globalSetup: 'test/e2e/build-window.ts' } },
    ],
  },
});
