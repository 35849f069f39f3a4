/**
 * Asks a server whether it takes connections, with the first message of the protocol and no client library.
 * PostgreSQL refuses a connection it cannot take before it asks who we are, so that no password is needed.
 */
import { connect } from 'node:net';

export type ServerAnswer = 'ready' | 'busy' | 'silent';

export interface ServerEndpoint {
  /** A socket file, or undefined for TCP on 127.0.0.1. */
  readonly socket: string | undefined;
  readonly port: number;
}

const protocolVersion = 3 << 16;
const cannotConnectNow = '57P03';

/** `ready`: connections are taken. `busy`: it is starting, recovering or stopping. `silent`: nobody answers. */
export function probeServer(endpoint: ServerEndpoint, timeoutMilliseconds = 2000): Promise<ServerAnswer> {
  return new Promise((resolve) => {
    const socket = connect(
      endpoint.socket === undefined ? { host: '127.0.0.1', port: endpoint.port } : { path: endpoint.socket },
    );
    const settle = (answer: ServerAnswer) => {
      socket.destroy();
      resolve(answer);
    };
    socket.setTimeout(timeoutMilliseconds, () => settle('silent'));
    socket.on('error', () => settle('silent'));
    socket.on('close', () => settle('silent'));
    socket.on('connect', () => socket.write(startupMessage({ user: 'trellis', database: 'trellis' })));
    socket.once('data', (data) => {
      const refused = String.fromCharCode(data[0] ?? 0) === 'E';
      if (refused) return settle(data.includes(`C${cannotConnectNow}\0`) ? 'busy' : 'ready');
      socket.end(Buffer.from([0x58, 0, 0, 0, 4])); // Terminate: leaves no complaint in the log
      settle('ready');
    });
  });
}

function startupMessage(parameters: Record<string, string>): Buffer {
  const text = Object.entries(parameters).flat();
  const body = Buffer.from(`${text.join('\0')}\0\0`);
  const head = Buffer.alloc(8);
  head.writeInt32BE(head.length + body.length, 0);
  head.writeInt32BE(protocolVersion, 4);
  return Buffer.concat([head, body]);
}
