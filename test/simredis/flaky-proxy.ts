import { connect, createServer, type Server, type Socket } from 'node:net';

/** Commands with such an argument break the connection that they are sent on, the first time each. */
export const LOSE_REQUEST = 'request-lost';
export const LOSE_REPLY = 'reply-lost';
/** No reply that is under way arrives. */
export const RESET = 'reset';

/** A TCP proxy before a Redis that breaks connections over certain commands. Of what is sent in one go it looks at the first such. */
export class FlakyProxy {
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  readonly #spent = new Set<string>();

  private constructor(server: Server) {
    this.#server = server;
  }

  static async start(redisPort: number): Promise<FlakyProxy> {
    const server = createServer();
    const proxy = new FlakyProxy(server);
    server.on('connection', (client) => proxy.#join(client, connect(redisPort)));
    await new Promise<void>((resolve) => server.listen(0, resolve));
    return proxy;
  }

  get port(): number {
    return (this.#server.address() as { readonly port: number }).port;
  }

  stop(): void {
    this.#server.close();
    for (const socket of this.#sockets) socket.destroy();
  }

  #join(client: Socket, redis: Socket): void {
    let losing: 'nothing' | 'the reply' | 'all but the first' = 'nothing';
    const end = () => {
      client.destroy();
      redis.destroy();
    };
    for (const socket of [client, redis]) {
      this.#sockets.add(socket);
      socket.on('error', () => {});
      socket.on('close', end);
    }
    client.on('data', (data) => {
      const text = data.toString('latin1');
      if (this.#isFirst(text, LOSE_REQUEST) || this.#isFirst(text, RESET)) return end();
      if (this.#isFirst(text, LOSE_REPLY)) {
        losing = (text.match(/^\*\d+\r$/gm) ?? []).length > 1 ? 'all but the first' : 'the reply';
      }
      redis.write(data);
    });
    redis.on('data', (data) => {
      if (losing === 'nothing') client.write(data);
      else if (losing === 'the reply') end();
      // A line, as all of them are here.
      else client.end(`${data.toString('latin1').split('\r\n')[0]}\r\n`);
    });
  }

  #isFirst(text: string, mark: string): boolean {
    if (!text.includes(mark) || this.#spent.has(mark)) return false;
    this.#spent.add(mark);
    return true;
  }
}
