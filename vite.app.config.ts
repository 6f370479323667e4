import { readFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type BuildEnvironmentOptions, defineConfig, type EnvironmentOptions, type Plugin } from 'vite';
import { EXTERNAL_PACKAGES } from './src-main/app/external-packages.ts';

const INFERENCE = 'inference-process';

/**
 * Electron's side of the program: `src-main/app` → `out/app`. Every file lies right in that folder, as deep below the
 * project as the sources' folders are, so that `../../models` means the same in both.
 */
export default defineConfig({
  publicDir: false,
  builder: {
    async buildApp(builder) {
      for (const name of ['main', 'inference', 'preload']) await builder.build(builder.environments[name]!);
    },
  },
  environments: {
    main: {
      ...node(),
      build: {
        ...common(),
        emptyOutDir: true,
        rolldownOptions: {
          input: { main: source('app/main.ts') },
          output: { format: 'es', entryFileNames: '[name].js', chunkFileNames: '[name]-[hash].js' },
        },
      },
    },
    // Apart from the rest, because it lies outside the packaged program's archive: threads can't look into that, and
    // there is no package.json that would say that .js files are modules.
    inference: {
      ...node(),
      build: {
        ...common(),
        rolldownOptions: {
          input: { [INFERENCE]: source(`inference/${INFERENCE}.ts`) },
          output: {
            format: 'es',
            entryFileNames: '[name].mjs',
            chunkFileNames: 'inference-[name]-[hash].mjs',
          },
        },
      },
    },
    preload: {
      consumer: 'server',
      resolve: { external: ['electron'], noExternal: true },
      build: {
        ...common(),
        rolldownOptions: {
          input: { preload: source('app/preload.ts') },
          // A sandboxed preload script is CommonJS and one file.
          output: { format: 'cjs', entryFileNames: '[name].cjs', codeSplitting: false },
        },
      },
    },
  },
  plugins: [filesByUrl()],
});

function node(): EnvironmentOptions {
  return {
    consumer: 'server',
    resolve: { external: [...EXTERNAL_PACKAGES, 'electron'], noExternal: true, conditions: ['node'] },
  };
}

function common(): BuildEnvironmentOptions {
  return {
    outDir: fileURLToPath(new URL(process.env.CLIPSAM_APP_OUT ?? 'out/app', import.meta.url)),
    emptyOutDir: false,
    // The Node of Electron 45 and its Chromium.
    target: 'es2024',
    emitAssets: true,
    minify: false,
    reportCompressedSize: false,
  };
}

function source(path: string): string {
  return fileURLToPath(new URL(`src-main/${path}`, import.meta.url));
}

/**
 * Follows `new URL('./x.ts', import.meta.url)`: a module that is started by its address (a worker thread) becomes an
 * entry of its own, any other file is copied.
 */
function filesByUrl(): Plugin {
  return {
    name: 'clipsam:files-by-url',
    async transform(code, id) {
      if (!id.includes('/src-main/')) return;
      let changed = code;
      for (const [text, , name] of code.matchAll(/new URL\((['"])\.\/([\w.-]+)\1, import\.meta\.url\)/g)) {
        const path = resolve(dirname(id), name!);
        const stem = name!.endsWith('.ts') ? name!.slice(0, -'.ts'.length) : undefined;
        const isInference = this.environment.name === 'inference' || stem === INFERENCE;
        const prefix = isInference && !name!.startsWith('inference-') ? 'inference-' : '';
        const fileName = prefix + (stem === undefined ? name : `${stem}.${isInference ? 'mjs' : 'js'}`);
        if (stem === undefined) this.emitFile({ type: 'asset', fileName, source: await readFile(path) });
        else if (stem !== INFERENCE) this.emitFile({ type: 'chunk', id: path, fileName });
        changed = changed.replace(text, `new URL('./${fileName}', import.meta.url)`);
      }
      return changed === code ? undefined : { code: changed, map: null };
    },
  };
}
