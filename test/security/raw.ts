import { connect, type Socket } from 'node:net';

/** A connection that sends any bytes, and keeps what it receives. */
export class RawConnection {
  readonly socket: Socket;
  readonly closed: Promise<void>;
  received = '';
  isClosed = false;

  constructor(url: string) {
    this.socket = connect(Number(new URL(url).port), '127.0.0.1');
    this.socket.on('data', (data) => (this.received += data.toString('latin1')));
    // The server may cut it at any time, which is what is tested.
    this.socket.on('error', () => {});
    this.closed = new Promise((resolve) => {
      this.socket.once('close', () => {
        this.isClosed = true;
        resolve();
      });
    });
  }

  send(text: string | Buffer): void {
    if (this.socket.writable) this.socket.write(text);
  }

  /** Sends, and waits until the bytes are out of the buffer or the connection is closed. */
  async sendDrained(data: Buffer): Promise<void> {
    if (!this.socket.writable || this.socket.write(data)) return;
    await Promise.race([new Promise((resolve) => this.socket.once('drain', resolve)), this.closed]);
  }

  /** Status codes of all responses so far. */
  get statuses(): number[] {
    return [...this.received.matchAll(/HTTP\/1\.1 (\d{3}) /g)].map(([, status]) => Number(status));
  }

  end(): void {
    this.socket.destroy();
  }
}

/** Sends these bytes, and waits until the server closes the connection or the time is over. */
export async function exchange(url: string, text: string | Buffer, withinMs = 10_000): Promise<RawConnection> {
  const connection = new RawConnection(url);
  connection.send(text);
  const timer = setTimeout(() => connection.end(), withinMs);
  await connection.closed;
  clearTimeout(timer);
  return connection;
}
