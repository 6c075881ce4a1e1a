/** One event of an event stream, as https://html.spec.whatwg.org/multipage/server-sent-events.html has it. */
export interface StreamEvent {
  /** `message` where the stream names none. */
  name: string;
  data: string;
  /** The id that a reconnect sends as Last-Event-ID; null while the stream has sent none. */
  lastId: string | null;
}

/** Returns a function that takes the stream's text, in pieces of any size, and returns the events that are complete with it. */
export function createEventParser(): (piece: string) => StreamEvent[] {
  let rest = '';
  let isFirst = true;
  let name = '';
  let data: string[] = [];
  let lastId: string | null = null;

  const takeLine = (line: string): StreamEvent | null => {
    if (line === '') {
      const event = data.length === 0 ? null : { name: name || 'message', data: data.join('\n'), lastId };
      name = '';
      data = [];
      return event;
    }
    const [, field = '', value = ''] = /^([^:]*)(?:: ?(.*))?$/s.exec(line) ?? [];
    if (field === 'event') name = value;
    else if (field === 'data') data.push(value);
    else if (field === 'id' && !value.includes('\u0000')) lastId = value;
    return null;
  };

  return (piece) => {
    rest += piece;
    if (isFirst && rest !== '') {
      isFirst = false;
      rest = rest.replace(/^\ufeff/, '');
    }
    // A line feed that follows may belong to a last carriage return.
    const lines = rest.split(/\r\n|\n|\r(?!$)/);
    rest = lines.pop() ?? '';
    return lines.flatMap((line) => takeLine(line) ?? []);
  };
}
