import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { describe, expect, onTestFinished, test } from 'vitest';
import { listBatches } from '../../../src-main/store/batches.ts';
import { countMessages } from '../../../src-main/store/outbox.ts';
import { saveRecipe } from '../../../src-main/store/recipes.ts';
import type { BrokerSettings, StationState } from '../../../src-shared/station-messages.ts';
import { certificates } from '../../certificates.ts';
import { hasMosquitto, listening, mosquitto, say } from '../../mqtt/mosquitto.ts';
import { recipe } from '../../store/fixtures.ts';
import { until } from '../../until.ts';
import { following, picture } from './follow-fixture.ts';

const BROKER = new URL('../../../src-main/mqtt/broker.ts', import.meta.url).href;

const settingsFor = (port: number, more: Partial<BrokerSettings> = {}): BrokerSettings => ({
  ...{ url: `mqtt://127.0.0.1:${port}`, topic: 'plant/line1', station: 'line1' },
  ...more,
});

interface Told {
  readonly resultId: { readonly id: string };
  readonly partId: { readonly id: string };
  readonly resultState: number;
  readonly resultContent: readonly { readonly verdict?: string }[];
}

describe.skipIf(!hasMosquitto)('a followed folder at a broker (mosquitto)', () => {
  test('tells its state and its results, and takes part, lot and recipe from messages', async () => {
    const { port } = await mosquitto();
    const listener = await listening(port, 'plant/#');
    const line = await following({ settings: { broker: settingsFor(port) } });
    await line.put('a.png', await picture(1));
    await until(() => listener.of('result').length === 1);
    const [told] = listener.of<Told>('result');
    expect(told).toMatchObject({
      ...{ resultState: 1, isPartial: false, isSimulated: false, partId: { id: 'a.png' } },
      resultId: { id: `${line.workspace.id}/1/1` },
      jobId: { id: `${line.workspace.id}/1` },
    });
    expect(told!.resultContent[0]!.verdict).toMatch(/accept|warn|reject/);
    const state = () => listener.of<StationState>('state').at(-1);
    await until(() => state()?.batch?.id === 1);
    expect(state()).toMatchObject({
      station: 'line1',
      state: 'running',
      lot: '',
      recipe: { name: recipe.name },
    });

    const other = { ...recipe, name: 'Night shift', object: 'screw' };
    await saveRecipe(line.workspace, other, { inspector: 'ana' });
    const command = { part: '4711', lot: 'L8', recipe: 'Night shift' };
    say(port, 'plant/line1/command', JSON.stringify(command));
    await until(() => listener.of('answer').length === 1);
    await until(() => state()?.lot === 'L8');
    await line.put('b.png', await picture(2));
    await until(() => listener.of('result').length === 2);
    const [batch] = await listBatches(line.workspace);
    expect(batch).toMatchObject({ partNumber: '4711', lot: 'L8', objectName: 'screw' });

    // What is wrong is answered, and changes nothing.
    const wrong = [
      'no JSON',
      '{}',
      '{"lot":7}',
      '{"recipe":"none"}',
      '{"lot":"9","recipe":"none"}',
      '{"speed":"1"}',
    ];
    for (const payload of wrong) say(port, 'plant/line1/command', payload);
    await until(() => listener.of('error').length === wrong.length);
    const codes = listener.of<{ code: string }>('error').map(({ code }) => code);
    expect(codes).toEqual([...Array(3).fill('input-invalid'), 'not-found', 'not-found', 'input-invalid']);
    expect(line.follower.settings).toMatchObject({ partNumber: '4711', lot: 'L8' });
    await line.stop();
    await until(() => state()?.state === 'stopped');
  });

  test('keeps results on disk while the broker is away, and sends each in its order', async () => {
    const broker = await mosquitto();
    const listener = await listening(broker.port, 'plant/line1/result');
    const line = await following({ settings: { broker: settingsFor(broker.port) } });
    await line.put('0.png', await picture(0));
    await until(() => listener.heard.length === 1);
    await broker.kill();
    await until(() => line.follower.state.broker?.problem);
    for (let i = 1; i <= 3; i++) await line.put(`${i}.png`, await picture(i));
    await line.until(4);
    await until(() => line.follower.state.broker?.waiting === 3);
    await line.stop();
    expect(await countMessages(line.workspace, line.claim.folder.id)).toBe(3);
    // Another program goes on, still without a broker.
    const again = await following({ ...line, settings: line.settings });
    await again.put('4.png', await picture(4));
    await again.until(1);
    await broker.start();
    await until(() => again.follower.state.broker?.waiting === 0);
    // Killed in the midst of it, once more.
    await again.put('5.png', await picture(5));
    await broker.kill();
    await again.put('6.png', await picture(6));
    await broker.start();
    await again.until(3);
    await until(() => again.follower.state.broker?.waiting === 0);
    const names = () => {
      const byId = new Map(listener.of<Told>('result').map((one) => [one.resultId.id, one.partId.id]));
      return [...byId.values()];
    };
    await until(() => names().length === 7);
    expect(names()).toEqual([0, 1, 2, 3, 4, 5, 6].map((i) => `${i}.png`));
    expect(await countMessages(line.workspace, line.claim.folder.id)).toBe(0);
  });

  test('goes in by TLS with a CA of the plant and a password from a file, and says where either is wrong', async () => {
    const { path: file } = await certificates();
    execFileSync('mosquitto_passwd', ['-c', '-b', file('passwords'), 'line1', 'secret']);
    const { port } = await mosquitto([
      ...['allow_anonymous false', `password_file ${file('passwords')}`],
      ...[`certfile ${file('server.pem')}`, `keyfile ${file('server.key')}`],
    ]);
    await writeFile(file('wrong'), 'guess\n');
    await writeFile(file('right'), 'secret\n');
    const url = `mqtts://127.0.0.1:${port}`;
    const known = { url, caFile: file('ca.pem'), user: 'line1' };
    const tries = [
      [{ url, user: 'line1', passwordFile: file('right') }, /unable to verify|self.signed/i],
      [{ ...known, passwordFile: file('wrong') }, /not auth|bad user/i],
    ] as const;
    for (const [settings, problem] of tries) {
      const line = await following({ settings: { broker: settingsFor(port, settings) } });
      // It is inspected all the same.
      await line.put('a.png', await picture(1));
      await line.until(1);
      await until(() => problem.test(line.follower.state.broker?.problem ?? ''));
      expect(line.follower.state.broker?.waiting).toBe(1);
      expect(JSON.stringify(line.events)).not.toContain('guess');
      await line.stop();
    }
    const listener = await listening(port, 'plant/#', [
      '--cafile',
      file('ca.pem'),
      '-u',
      'line1',
      '-P',
      'secret',
    ]);
    const broker = settingsFor(port, { ...known, passwordFile: file('right') });
    const line = await following({ settings: { broker } });
    await line.put('a.png', await picture(1));
    await until(() => listener.of('result').length === 1);
  });

  test('is let in by its own certificate, and says that it is not without one', async () => {
    const { path } = await certificates();
    // What the certificate calls it is who it is.
    await writeFile(path('rights'), 'user client\ntopic readwrite plant/#\n');
    const { port } = await mosquitto([
      ...[`cafile ${path('ca.pem')}`, `certfile ${path('server.pem')}`, `keyfile ${path('server.key')}`],
      ...['require_certificate true', 'use_identity_as_username true'],
      ...['allow_anonymous false', `acl_file ${path('rights')}`],
    ]);
    const settings = { url: `mqtts://127.0.0.1:${port}`, caFile: path('ca.pem') };
    const stranger = await following({ settings: { broker: settingsFor(port, settings) } });
    await stranger.put('a.png', await picture(1));
    await stranger.until(1);
    await until(
      () => stranger.follower.state.broker?.problem && stranger.follower.state.broker.waiting === 1,
    );
    await stranger.stop();

    const own = { certFile: path('client.pem'), keyFile: path('client.key') };
    const [cafile, cert, key] = [settings.caFile, own.certFile, own.keyFile];
    const listener = await listening(port, 'plant/#', ['--cafile', cafile, '--cert', cert, '--key', key]);
    const broker = settingsFor(port, { ...settings, ...own });
    const line = await following({ settings: { broker } });
    await line.put('a.png', await picture(1));
    await until(() => listener.of('result').length === 1);
    expect(line.follower.state.broker?.problem).toBeNull();
  });

  test('is said to be gone by the broker when its program is killed', async () => {
    const { port } = await mosquitto();
    const listener = await listening(port, 'plant/#');
    const options = {
      ...{ url: `mqtt://127.0.0.1:${port}`, clientId: 'x', listenTo: 'plant/line1/command' },
      will: { topic: 'plant/line1/state', payload: '{"state":"offline"}', retain: true },
    };
    const program = `import { openBroker } from ${JSON.stringify(BROKER)};
      await openBroker({ ...${JSON.stringify(options)}, onMessage() {}, onReach: (p) => p === null && console.log('there') });`;
    const child = spawn(process.execPath, ['--input-type=module', '-e', program]);
    onTestFinished(() => void child.kill('SIGKILL'));
    await once(child.stdout, 'data');
    child.kill('SIGKILL');
    await until(() => listener.of<StationState>('state').some(({ state }) => state === 'offline'));
  });
});
