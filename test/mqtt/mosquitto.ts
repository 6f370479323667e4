import { type ChildProcess, execFileSync, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { freePort } from '../free-port.ts';
import { tempFolder } from '../temp-folder.ts';
import { until } from '../until.ts';

/** Debian's packages `mosquitto` and `mosquitto-clients`; `.ci/run` installs them. */
export const hasMosquitto = ['mosquitto', 'mosquitto_sub'].every(
  (program) => spawnSync('which', [program]).status === 0,
);

function isOpen(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1', () => resolve(true)).on('error', () => resolve(false));
    socket.on('close', () => {}).end();
  });
}

/**
 * A real broker on a port of its own, which ends with the test. It keeps what it knows on disk, at once.
 * @param config more lines of its configuration, such as who may come in
 */
export async function mosquitto(config: readonly string[] = ['allow_anonymous true']) {
  const folder = await tempFolder();
  const port = await freePort();
  const file = join(folder, 'mosquitto.conf');
  const lines = [
    ...[`listener ${port} 127.0.0.1`, 'user root', 'persistence true', `persistence_location ${folder}/`],
    ...['autosave_on_changes true', 'autosave_interval 1', ...config],
  ];
  await writeFile(file, `${lines.join('\n')}\n`);
  let child: ChildProcess | undefined;
  const start = async () => {
    child = spawn('mosquitto', ['-c', file], { stdio: 'ignore' });
    await until(() => isOpen(port));
  };
  const kill = async () => {
    const ended = child && once(child, 'close');
    child?.kill('SIGKILL');
    await ended;
    child = undefined;
  };
  await start();
  onTestFinished(kill);
  return { port, start, kill };
}

/** What a subscriber got. */
interface Heard {
  readonly topic: string;
  readonly payload: string;
  readonly retain: number;
}

/** mosquitto_sub, an independent client that comes back by itself and keeps its session: what it hears, in its order (stdbuf: as it comes). */
export async function listening(port: number, topic: string, more: readonly string[] = []) {
  const heard: Heard[] = [];
  const options = [
    '-V',
    'mqttv5',
    '-h',
    '127.0.0.1',
    '-p',
    String(port),
    '-q',
    '1',
    '-i',
    'listener',
    '-c',
    '-d',
  ];
  const child = spawn('stdbuf', [
    ...['-oL', 'mosquitto_sub', ...options, '-x', '3600', '-F', '%j', '-t', topic, ...more],
  ]);
  onTestFinished(() => void child.kill('SIGKILL'));
  let text = '';
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
    text += chunk;
    const lines = text.split('\n');
    text = lines.pop()!;
    for (const line of lines) if (line.startsWith('{')) heard.push(JSON.parse(line) as Heard);
    isSubscribed ||= chunk.includes('SUBACK') || chunk.includes('Subscribed');
  });
  let isSubscribed = false;
  await until(() => isSubscribed);
  return {
    heard,
    /** Payloads below a topic. */
    of: <T>(name: string) =>
      heard.filter((one) => one.topic.endsWith(`/${name}`)).map((one) => JSON.parse(one.payload) as T),
  };
}

/** mosquitto_pub: a message from somebody else. */
export function say(port: number, topic: string, payload: string, more: readonly string[] = []): void {
  const options = [
    '-V',
    'mqttv5',
    '-h',
    '127.0.0.1',
    '-p',
    String(port),
    '-q',
    '1',
    '-t',
    topic,
    '-m',
    payload,
  ];
  execFileSync('mosquitto_pub', [...options, ...more]);
}
