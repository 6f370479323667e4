import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll } from 'vitest';

// Model packs, settings and known workspaces of a machine: every test file has a machine of its own, and so have the
// programs that it starts. Nothing of the user's is read or written.
const folder = mkdtempSync(join(tmpdir(), 'clipsam-machine-'));
process.env.CLIPSAM_DATA = folder;
for (const name of ['CLIPSAM_MODELS', 'CLIPSAM_MODELS_MIRROR', 'HF_TOKEN']) delete process.env[name];
for (const name of ['HTTP_PROXY', 'HTTPS_PROXY', 'NO_PROXY']) {
  delete process.env[name];
  delete process.env[name.toLowerCase()];
}

afterAll(() => rmSync(folder, { recursive: true, force: true }));
