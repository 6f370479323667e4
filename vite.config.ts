import { fileURLToPath } from 'node:url';
import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

/** The window: `src-renderer` → `out/renderer`, served by both shells under `/`. */
export default defineConfig({
  root: fileURLToPath(new URL('src-renderer', import.meta.url)),
  plugins: [react()],
  // PDF.js reads in a worker that is a module.
  worker: { format: 'es' },
  build: {
    outDir: fileURLToPath(new URL('out/renderer', import.meta.url)),
    emptyOutDir: true,
    target: 'chrome120',
    // The first that has light-dark(); what would be put in its place needs a colour scheme per element.
    cssTarget: 'chrome123',
    // The shells' content security policy allows no inline or data: scripts and fonts.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    chunkSizeWarningLimit: 2500,
  },
});
