import { spawnSync } from 'node:child_process';
import { copyFile, mkdir, readdir, writeFile } from 'node:fs/promises';
import { dirname, join, posix } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { tempFolder } from './temp-folder.ts';

const root = fileURLToPath(new URL('..', import.meta.url));

type Directions = Readonly<Record<string, readonly string[]>>;

/** The directions as the table of src-main/README.md has them: layer → layers that it may import, besides src-shared. */
const DIRECTIONS: Directions = {
  pipeline: [],
  graph: [],
  methods: ['pipeline', 'graph'],
  'training/synthetic': [],
  files: [],
  checkpoint: ['graph', 'files'],
  codec: ['files'],
  inference: ['pipeline', 'graph', 'methods', 'codec', 'files'],
  training: ['pipeline', 'graph', 'methods', 'training/synthetic', 'inference', 'charts', 'codec', 'files'],
  store: ['files'],
  pdf: ['files'],
  charts: ['files'],
  xlsx: [],
  mqtt: [],
  parquet: [],
  postgres: [],
  reports: ['pipeline', 'codec', 'pdf', 'charts', 'xlsx', 'parquet', 'files'],
  services: [
    ...[
      'pipeline',
      'graph',
      'methods',
      'training/synthetic',
      'checkpoint',
      'inference',
      'store',
      'reports',
      'mqtt',
      'codec',
      'charts',
      'postgres',
      'files',
    ],
  ],
  api: ['services', 'store'],
  serve: ['api', 'files'],
  app: ['api', 'inference', 'files'],
  cli: ['services', 'training', 'serve'],
};

const ON_DISK =
  'files checkpoint codec inference training store pdf charts postgres reports services serve app cli'.split(
    ' ',
  );

/** Foreign things and the only layers that may touch them. */
const OWNERS: Directions = {
  'onnxruntime-node': ['inference'],
  '@huggingface/tokenizers': ['inference'],
  '@bufbuild/protobuf': ['graph', 'inference'],
  '@grpc/grpc-js': ['inference'],
  sharp: ['codec'],
  '@cwasm/nsbmp': ['codec'],
  'better-sqlite3': ['store'],
  kysely: ['store'],
  commander: ['cli'],
  'cli-progress': ['cli'],
  'string-width': ['cli'],
  open: ['cli'],
  electron: ['app'],
  hono: ['serve'],
  ws: ['serve'],
  'simplify-js': ['pipeline'],
  'csv-stringify': ['reports'],
  yauzl: ['files'],
  chokidar: ['files'],
  mqtt: ['mqtt'],
  pdfkit: ['pdf'],
  echarts: ['charts'],
  '@resvg/resvg-wasm': ['charts'],
  'write-excel-file': ['xlsx'],
  'hyparquet-writer': ['parquet'],
  pg: ['postgres'],
  'node:fs': ON_DISK,
  'node:fs/promises': ON_DISK,
};

/** What every part of the window may use. */
const SHARED_BY_SCREENS = ['i18n', 'api', 'state', 'keys', 'ui', 'viewer'];

/** The window's directions, as the table in src-renderer/README.md has them. */
const WINDOW_DIRECTIONS: Directions = {
  i18n: [],
  api: ['i18n'],
  state: ['i18n', 'api'],
  keys: ['i18n', 'api', 'state'],
  ui: ['i18n', 'api', 'state', 'keys'],
  viewer: ['i18n', 'api', 'state', 'keys', 'ui'],
  charts: ['i18n', 'api', 'state', 'keys', 'ui'],
  review: SHARED_BY_SCREENS,
  references: SHARED_BY_SCREENS,
  studies: SHARED_BY_SCREENS,
  'pdf-view': ['i18n', 'api', 'state', 'keys', 'ui'],
  reports: [...SHARED_BY_SCREENS, 'signatures', 'pdf-view'],
  audit: SHARED_BY_SCREENS,
  signatures: SHARED_BY_SCREENS,
  recipes: [...SHARED_BY_SCREENS, 'signatures'],
  lots: [...SHARED_BY_SCREENS, 'signatures'],
  device: SHARED_BY_SCREENS,
  packs: SHARED_BY_SCREENS,
  people: SHARED_BY_SCREENS,
  storage: SHARED_BY_SCREENS,
  batches: [...SHARED_BY_SCREENS, 'recipes', 'studies'],
  dashboard: [...SHARED_BY_SCREENS, 'charts'],
  'what-if': [...SHARED_BY_SCREENS, 'recipes'],
  models: [...SHARED_BY_SCREENS, 'device', 'packs', 'people', 'storage'],
  app: [
    ...SHARED_BY_SCREENS.filter((layer) => layer !== 'viewer'),
    ...[
      'review',
      'references',
      'reports',
      'signatures',
      'lots',
      'studies',
      'audit',
      'dashboard',
      'batches',
      'what-if',
      'models',
      'device',
      'people',
    ],
  ],
};

const WINDOW_OWNERS: Directions = {
  konva: ['viewer'],
  'react-konva': ['viewer'],
  echarts: ['charts'],
  '@orpc/client': ['api'],
  'react-markdown': ['packs'],
  'pdfjs-dist': ['pdf-view'],
  'pdfjs-dist/legacy/build/pdf.mjs': ['pdf-view'],
  electron: [],
  'node:path': [],
};

it('lets every layer import what it may, and nothing else', async () => {
  const folder = await tempFolder();
  await copyFile(join(root, 'biome.json'), join(folder, 'biome.json'));
  const forbidden: string[] = [];
  const add = async (path: string, text: string, allowed: boolean) => {
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await writeFile(join(folder, path), text);
    if (!allowed) forbidden.push(path);
  };
  const addLayers = async (top: string, directions: Directions, foreign: Directions) => {
    for (const layer of Object.keys(directions)) {
      await add(`${top}/${layer}/own.ts`, "export { x } from './x.ts';\n", true);
      const to = (path: string) => {
        const specifier = posix.relative(`${top}/${layer}`, path);
        return `export { x } from '${specifier.startsWith('.') ? '' : './'}${specifier}';\n`;
      };
      await add(`${top}/${layer}/shared.ts`, to('src-shared/x.ts'), true);
      for (const other of Object.keys(directions).filter((name) => name !== layer)) {
        const allowed = directions[layer]!.includes(other);
        await add(`${top}/${layer}/to-${other.replace('/', '-')}.ts`, to(`${top}/${other}/x.ts`), allowed);
      }
      for (const [index, [module, owners]] of Object.entries(foreign).entries()) {
        const path = `${top}/${layer}/foreign-${index}.ts`;
        await add(path, `export { x } from '${module}';\n`, owners.includes(layer));
      }
    }
  };
  await addLayers('src-main', DIRECTIONS, OWNERS);
  await addLayers('src-renderer', WINDOW_DIRECTIONS, WINDOW_OWNERS);
  await add('src-renderer/app/main-side.ts', "export { x } from '../../src-main/api/x.ts';\n", false);
  await add('src-renderer/main.tsx', "export { x } from './app/x.ts';\n", true);
  await add('src-main/pipeline/lazy.ts', "export const x = await import('../store/x.ts');\n", false);
  await add(
    'src-main/pipeline/type.ts',
    "import type { X } from '../store/x.ts';\nexport type Y = X;\n",
    false,
  );
  await add('src-main/training/synthetic/objects/own.ts', "export { x } from '../defects/x.ts';\n", true);
  await add('src-main/training/synthetic/objects/out.ts', "export { x } from '../../x.ts';\n", false);
  await add('src-shared/own.ts', "export { x } from './x.ts';\n", true);
  await add('src-shared/contract/own.ts', "export { x } from '../x.ts';\n", true);
  await add('src-shared/contract/node.ts', "export { x } from 'node:path';\n", false);
  await add('src-shared/node.ts', "export { x } from 'node:path';\n", false);
  await add('src-shared/main.ts', "export { x } from '../src-main/pipeline/x.ts';\n", false);

  const diagnostics = lint(folder);
  expect(diagnostics.filter(({ category }) => category !== 'lint/style/noRestrictedImports')).toEqual([]);
  const complained = diagnostics.map(({ location }) => location.path.replaceAll('\\', '/'));
  expect(complained.sort()).toEqual(forbidden.sort());
});

it('has rules for every layer that there is', async () => {
  const layers = Object.keys(DIRECTIONS).filter((layer) => !layer.includes('/'));
  expect((await readdir(join(root, 'src-main'))).filter((name) => !name.endsWith('.md')).sort()).toEqual(
    layers.sort(),
  );
  const entries = await readdir(join(root, 'src-renderer'), { withFileTypes: true });
  const folders = entries.filter((entry) => entry.isDirectory() && entry.name !== 'public');
  expect(folders.map(({ name }) => name).sort()).toEqual(Object.keys(WINDOW_DIRECTIONS).sort());
});

it('lets no module import itself by way of others, types included', async () => {
  const folder = await tempFolder();
  await copyFile(join(root, 'biome.json'), join(folder, 'biome.json'));
  await mkdir(join(folder, 'src-shared'));
  await writeFile(
    join(folder, 'src-shared/a.ts'),
    "import type { B } from './b.ts';\nexport type A = B[];\n",
  );
  await writeFile(join(folder, 'src-shared/b.ts'), "export type { A as B } from './a.ts';\n");
  const complained = lint(folder).map(({ category, location }) => [category, location.path]);
  expect(complained.sort()).toEqual([
    ['lint/suspicious/noImportCycles', 'src-shared/a.ts'],
    ['lint/suspicious/noImportCycles', 'src-shared/b.ts'],
  ]);
});

/** What the project's rules say of the files in a folder. */
function lint(folder: string) {
  const biome = join(root, 'node_modules', '@biomejs', 'biome', 'bin', 'biome');
  const options = ['lint', '--vcs-enabled=false', '--max-diagnostics=none', '--reporter=json', '.'];
  const { stdout } = spawnSync(process.execPath, [biome, ...options], { cwd: folder, encoding: 'utf8' });
  const { diagnostics } = JSON.parse(stdout) as {
    diagnostics: { category: string; location: { path: string } }[];
  };
  return diagnostics;
}
