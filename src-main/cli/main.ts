import { EXIT } from './exit-code.ts';
import { clipsam } from './program.ts';

// `npm run clipsam` works from every folder of the project, but changes to its root: paths are meant from where the user is.
const { npm_lifecycle_event: script, INIT_CWD: typedIn } = process.env;
if (script === 'clipsam' && typedIn) process.chdir(typedIn);

// `clipsam inspect --json | head -1` closes the pipe: that is no error.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(EXIT.error);
  throw error;
});

process.exitCode = await clipsam(process.argv.slice(2));
