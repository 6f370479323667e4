import { serveStatic } from '@hono/node-server/serve-static';
import type { MiddlewareHandler } from 'hono';
import { confinedFile } from '../files/confined-file.ts';

/**
 * Serves the files of a folder under `/`, `index.html` for `/` itself, and nothing that a path or a link leads to
 * outside of it. What Vite puts under `assets/` is named after its content and never changes.
 */
export function staticFiles(root: string): MiddlewareHandler {
  const serveFile = serveStatic({ root });
  return async (c, next) => {
    const { path } = c.req;
    if ((await confinedFile(root, path === '/' ? '/index.html' : path)) === undefined) return next();
    const isNamedAfterContent = path.startsWith('/assets/');
    c.header('cache-control', isNamedAfterContent ? 'private, max-age=31536000, immutable' : 'no-store');
    return serveFile(c, next);
  };
}
