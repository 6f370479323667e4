import { openInference } from '../../src-main/inference/inference-client.ts';

// Opens the pack named on the command line, tells the inference process's id and waits for its own end.
await openInference({
  packFolder: process.argv[2]!,
  device: 'cpu',
  onEvent: (event) => {
    if (event.kind === 'ready') console.log(event.pid);
  },
});
