import { connect, type Socket } from 'node:net';

/** A connection that says whatever it is told to, and keeps what it hears. */
export class RawConnection {
  readonly socket: Socket;
  readonly closed: Promise<void>;
  received = '';
  isClosed = false;

  constructor(url: string) {
    this.socket = connect(Number(new URL(url).port), '127.0.0.1');
    this.socket.on('data', (data) => (this.received += data.toString('latin1')));
    // The other side may cut it at any time, which is what is tested.
    this.socket.on('error', () => {});
    this.closed = new Promise((resolve) => {
      this.socket.once('close', () => {
        this.isClosed = true;
        resolve();
      });
    });
  }

  say(text: string | Buffer): void {
    if (this.socket.writable) this.socket.write(text);
  }

  /** Waits until what was said is out of our hands, as long as there is anybody to take it. */
  async sayInTurn(data: Buffer): Promise<void> {
    if (!this.socket.writable || this.socket.write(data)) return;
    await Promise.race([new Promise((resolve) => this.socket.once('drain', resolve)), this.closed]);
  }

  /** Status codes of all answers so far. */
  get statuses(): number[] {
    return [...this.received.matchAll(/HTTP\/1\.1 (\d{3}) /g)].map(([, status]) => Number(status));
  }

  end(): void {
    this.socket.destroy();
  }
}

/** What is answered to these bytes until the server closes, or the time is over. */
export async function exchange(url: string, text: string | Buffer, withinMs = 10_000): Promise<RawConnection> {
  const connection = new RawConnection(url);
  connection.say(text);
  const timer = setTimeout(() => connection.end(), withinMs);
  await connection.closed;
  clearTimeout(timer);
  return connection;
}
