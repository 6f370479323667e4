import { fakeInference } from './fake-inference.ts';

// The fake in a process of its own.
process.on('disconnect', () => process.exit());
process.on(
  'message',
  fakeInference({
    pid: process.pid,
    say: (message) => void process.send?.(message),
    kill: () => void process.kill(process.pid, 'SIGKILL'),
    exit: (code, stderrTail) => void process.stderr.write(stderrTail, () => process.exit(code)),
    freeze: () => {
      for (;;);
    },
  }),
);
