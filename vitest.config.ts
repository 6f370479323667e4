import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';
import { BaseSequencer, type TestSpecification } from 'vitest/node';
import { PATIENCE } from './test/patience.ts';

const E2E = 'test/e2e/**/*.test.ts';
const APP = 'test/app/**/*.test.ts';
// Functions and nothing else: no mocks, no globals, no environment.
const PURE = [
  'test/{graph,pipeline,shared,training/synthetic}/**/*.test.ts',
  'test/renderer/{i18n,keys,viewer,what-if}/**/*.test.ts',
];
// What needs a process of its own: pages with their state, models in the process itself, mocks of modules, and command
// lines that read the environment or work with models for long.
const APART = [
  'test/renderer/**/*.test.{ts,tsx}',
  'test/inference/**/*.test.ts',
  'test/files/{image-files,file-cache}.test.ts',
  'test/cli/{devices,evaluate-*,inspect,inspect-opinions,results,train-*,twin-packs}.test.ts',
];

/** Files that take longest, longest first: begun last, they would keep one core busy and the other waiting. */
const LONG = [
  'e2e/inspection',
  'e2e/people',
  'e2e/model-packs',
  'e2e/review',
  'e2e/every-screen',
  'app/desktop-life',
  'app/package',
  'cli/inspect',
  'e2e/studies',
  'api/lite-pack',
  'cli/results',
  'cli/serve',
  'services/upkeep/housekeeping',
];

class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const place = ({ moduleId }: TestSpecification) => {
      const at = LONG.findIndex((name) => moduleId.endsWith(`test/${name}.test.ts`));
      return at < 0 ? LONG.length : at;
    };
    return (await super.sort(files)).sort((a, b) => place(a) - place(b));
  }
}

export default defineConfig({
  test: {
    pool: 'forks',
    // Tests in a browser wait a good deal.
    maxWorkers: 3,
    sequence: { sequencer: LongestFirst },
    // Guards against hanging, far beyond what the slowest machine needs.
    testTimeout: 5 * PATIENCE,
    hookTimeout: 5 * PATIENCE,
    // Programs that tests start again and again are compiled once.
    env: {
      NODE_COMPILE_CACHE: fileURLToPath(new URL('out/compile-cache', import.meta.url)),
      // What tests open is kept by those alone that are about keeping it.
      CLIPSAM_GRAPHS: 'off',
    },
    expect: { poll: { timeout: PATIENCE } },
    setupFiles: ['test/own-machine.ts'],
    projects: [
      // Most time of most files goes into importing: they share what is imported.
      {
        extends: true,
        test: {
          name: 'unit',
          include: ['test/**/*.test.{ts,tsx}'],
          exclude: [E2E, APP, ...PURE, ...APART],
          isolate: false,
        },
      },
      { extends: true, test: { name: 'pure', include: PURE, isolate: false } },
      { extends: true, test: { name: 'apart', include: APART, exclude: PURE } },
      { extends: true, test: { name: 'app', include: [APP], globalSetup: 'test/app/build-program.ts' } },
      {
        extends: true,
        test: { name: 'e2e', include: [E2E], globalSetup: 'test/e2e/build-window.ts' },
      },
    ],
  },
});
