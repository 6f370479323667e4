import { fakeInference } from './fake-inference.ts';

// The fake in a process of its own.
process.on('disconnect', () => process.exit());
process.on(
  'message',
  fakeInference({
    pid: process.pid,
    say: (message) => void process.send?.(message),
    kill: () => void process.kill(process.pid, 'SIGKILL'),
    exit: (code, lastWords) => void process.stderr.write(lastWords, () => process.exit(code)),
    freeze: () => {
      for (;;);
    },
  }),
);
