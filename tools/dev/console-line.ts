/** A program's log line as a line of the console; null for a line that only the log file needs. */
export function toConsoleLine(service: string, line: string): string | null {
  const entry = parse(line);
  if (entry === null) return null;
  const problem = problems.get(entry['level']);
  if (entry['component'] !== 'auto-deploy' && problem === undefined) return null;
  if (entry['level'] === 'debug' || entry['level'] === 'trace') return null;
  return formatLogLine(
    service,
    [text(entry['training_job_name']), problem, [text(entry['msg']), reasonOf(entry)]],
    entry['time'],
  );
}

/** One line: time, service, job, message. */
export function formatLogLine(service: string, parts: readonly Part[], at: unknown = Date.now()): string {
  const time = new Date(typeof at === 'string' || typeof at === 'number' ? at : Date.now());
  const words = parts.map((part) => (Array.isArray(part) ? part.filter(Boolean).join(': ') : part)).filter(Boolean);
  return `${time.toTimeString().slice(0, 8)}  ${service.padEnd(widest)}  ${printable(words.join('  '))}`;
}

type Part = string | undefined | readonly (string | undefined)[];

const widest = 'worker-2'.length;
const problems = new Map<unknown, string>([
  ['warn', 'warning'],
  ['error', 'ERROR'],
  ['fatal', 'ERROR'],
]);

const text = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined);

/** The error's message and its cause's, shortened: the message of a failed query alone would fill the screen. */
function reasonOf(entry: Record<string, unknown>): string | undefined {
  const error = entry['err'] ?? entry['error'];
  const messages = [messageOf(error), isObject(error) ? messageOf(Reflect.get(error, 'cause')) : undefined];
  return messages.flatMap((message) => (message === undefined ? [] : [shortened(message)])).join(': ');
}

const isObject = (value: unknown): value is object => typeof value === 'object' && value !== null;
const messageOf = (error: unknown): string | undefined => text(isObject(error) ? Reflect.get(error, 'message') : error);

const longest = 200;
const shortened = (message: string): string => (message.length > longest ? `${message.slice(0, longest)}…` : message);

function parse(line: string): Record<string, unknown> | null {
  if (!line.startsWith('{')) return null;
  try {
    return JSON.parse(line) as Record<string, unknown>;
  } catch {
    return null;
  }
}

/** Messages may contain foreign text: a terminal executes some control characters. */
// oxlint-disable-next-line no-control-regex
const printable = (words: string): string => words.replaceAll(/[\u0000-\u001f\u007f-\u009f]+/g, ' ');
