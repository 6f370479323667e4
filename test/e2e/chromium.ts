import { existsSync } from 'node:fs';
import { type Browser, chromium } from 'playwright';
import { describe } from 'vitest';

const PATH = process.env.CHROMIUM ?? '/usr/bin/chromium';
const isThere = existsSync(PATH);

/** A suite that drives a real Chromium; where there is none it is skipped, and says so. */
export function describeInChromium(name: string, suite: () => void): void {
  if (!isThere) {
    console.warn(`!!! No Chromium at ${PATH} (CHROMIUM names another): "${name}" is SKIPPED.`);
  }
  describe.skipIf(!isThere)(name, suite);
}

export function launchChromium(): Promise<Browser> {
  const args = [
    '--no-sandbox',
    '--force-color-profile=srgb',
    // A context's ignoreHTTPSErrors leaves out downloads: they fail wherever they need a connection of their own.
    '--ignore-certificate-errors',
  ];
  return chromium.launch({ executablePath: PATH, args });
}
