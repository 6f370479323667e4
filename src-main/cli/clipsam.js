#!/usr/bin/env node
// Plain JavaScript, so that an old Node can say what is wrong instead of "Unknown file extension .ts".
const NEEDED = 24;
const major = Number(process.versions.node.split('.')[0]);
if (major < NEEDED) {
  console.error(
    `clipsam needs Node.js ${NEEDED} or newer; this is ${process.version}. In a clone of the project,\n` +
      '`npm run clipsam -- <command>` brings its own Node.js and works on older ones too.',
  );
  process.exitCode = 1;
} else {
  await import('./main.ts');
}
