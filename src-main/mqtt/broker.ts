import type { IClientOptions, IPublishPacket, MqttClient } from 'mqtt';

/** Milliseconds between two tries to reach a broker that is away. */
const AGAIN = 1000;
/** Milliseconds that a try may take. */
const PATIENCE = 10_000;

/** A message that comes. */
export interface IncomingMessage {
  readonly topic: string;
  readonly payload: Uint8Array;
  /** Where the sender wants an answer, and what it knows it by. */
  readonly responseTopic: string | undefined;
  readonly correlationData: Buffer | undefined;
}

/** A message that goes out. */
export interface OutgoingMessage {
  readonly topic: string;
  /** JSON. */
  readonly payload: string;
  /** The broker keeps it for those who come later. */
  readonly retain?: boolean;
  /** User properties of MQTT 5. */
  readonly properties?: Readonly<Record<string, string>>;
  readonly correlationData?: Buffer | undefined;
}

export interface BrokerOptions {
  /** `mqtt://` or `mqtts://host:port`, without a password. */
  readonly url: string;
  /** Unique at the broker. */
  readonly clientId: string;
  readonly user?: string | undefined;
  readonly password?: string | undefined;
  /** PEM: who signed the broker's certificate, instead of those whom the system trusts; the station's own certificate. */
  readonly ca?: Buffer | undefined;
  readonly cert?: Buffer | undefined;
  readonly key?: Buffer | undefined;
  /** What the broker tells others once the station is gone without a word; kept. */
  readonly will: OutgoingMessage;
  /** Topic to listen to. */
  readonly listenTo: string;
  readonly onMessage: (message: IncomingMessage) => void;
  /** It is connected (null), or why it is not. Told again when it changes. */
  readonly onReach: (problem: string | null) => void;
}

/** A broker that is reached again whenever it was away. Everything goes by QoS 1: at least once. */
export interface Broker {
  /**
   * Resolves when the broker has the message; waits as long as it is away. What was sent and not confirmed before the line
   * broke is sent again.
   * @throws Error when the broker refuses it
   */
  publish(message: OutgoingMessage): Promise<void>;
  /** Says the last word, if the broker is there, and ends the connection; the will is not told then. */
  close(last?: OutgoingMessage): Promise<void>;
}

/** Begins to connect to a broker by MQTT 5. The library is loaded by the first call. */
export async function openBroker(options: BrokerOptions): Promise<Broker> {
  const { connect } = (await import('mqtt')).default;
  const { url, listenTo, onMessage, onReach } = options;
  const client = connect(url, clientOptions(options));
  let isClosed = false;
  let told: string | null | undefined;
  const tell = (problem: string | null) => {
    if (isClosed || problem === told) return;
    told = problem;
    onReach(problem);
  };
  client.on('connect', () => {
    // 2: what was kept for others is no order for now.
    client.subscribe(listenTo, { qos: 1, rh: 2 }, (error) => tell(error ? reasonOf(error) : null));
  });
  client.on('error', (error) => tell(reasonOf(error)));
  client.on('close', () => {
    if (told === null || told === undefined) tell('the connection was lost or refused');
  });
  client.on('message', (topic, payload, { properties }) => {
    const { responseTopic, correlationData } = properties ?? {};
    onMessage({ topic, payload, responseTopic, correlationData });
  });
  return {
    publish: (message) => publish(client, message),
    async close(last) {
      isClosed = true;
      if (last && client.connected) {
        await Promise.race([publish(client, last).catch(() => {}), timeout(PATIENCE)]);
      }
      // Without waiting for what the broker has not confirmed: it is kept elsewhere.
      await client.endAsync(!client.connected);
    },
  };
}

function clientOptions({ clientId, user, password, ca, cert, key, will }: BrokerOptions): IClientOptions {
  return {
    ...{ protocolVersion: 5, clientId, clean: true, resubscribe: false, queueQoSZero: false },
    ...{ reconnectPeriod: AGAIN, connectTimeout: PATIENCE, reconnectOnConnackError: true },
    ...(user !== undefined && { username: user }),
    ...(password !== undefined && { password }),
    ...(ca && { ca }),
    ...(cert && { cert }),
    ...(key && { key }),
    will: { topic: will.topic, payload: Buffer.from(will.payload), qos: 1, retain: will.retain ?? false },
  };
}

async function publish(client: MqttClient, message: OutgoingMessage): Promise<void> {
  const { topic, payload, retain = false, properties, correlationData } = message;
  const told: IPublishPacket['properties'] = {
    ...{ payloadFormatIndicator: true, contentType: 'application/json' },
    ...(properties && { userProperties: { ...properties } }),
    ...(correlationData && { correlationData }),
  };
  await client.publishAsync(topic, payload, { qos: 1, retain, properties: told });
}

function reasonOf(error: Error): string {
  // Some of Node's have no message of their own: several addresses were tried.
  const [first] = error instanceof AggregateError ? (error.errors as Error[]) : [error];
  return first?.message || (first as NodeJS.ErrnoException | undefined)?.code || 'unknown';
}

function timeout(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds).unref());
}
