// A utility process for tests: does what the message says.
process.parentPort.on('message', ({ data }) => {
  if (data === 'environment') process.parentPort.postMessage({ ...process.env });
  else if (data === 'die') process.stderr.write('Error: the driver is broken\n', () => process.exit(7));
  else if (data === 'hang') {
    process.on('SIGTERM', () => {});
    process.parentPort.postMessage('hanging');
    process.stderr.write('for ever\n', () => {
      for (;;);
    });
  } else process.parentPort.postMessage(data);
});
