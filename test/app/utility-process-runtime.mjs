// What Electron gives a utility process and Node does not: `process.parentPort`, and its version.
import { EventEmitter } from 'node:events';

if (process.send) {
  const send = process.send.bind(process);
  const port = new EventEmitter();
  port.postMessage = (message) => send(message, undefined, undefined, () => {});
  const early = [];
  const receive = (message) => {
    if (port.listenerCount('message') === 0) early.push(message);
    else port.emit('message', { data: message, ports: [] });
  };
  process.on('message', receive);
  port.on('newListener', () => setImmediate(() => early.splice(0).forEach(receive)));
  // Electron ends its utility processes with the program.
  process.on('disconnect', () => process.exit(1));
  process.send = undefined;
  process.parentPort = port;
}
Object.defineProperty(process.versions, 'electron', { value: '45.4.1' });
