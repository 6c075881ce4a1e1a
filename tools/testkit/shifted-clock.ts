/**
 * Loaded before a program, as `node --import`, by a host whose clock is wrong: what reads the clock of the host is CLOCK_SHIFT_MS ahead,
 * BullMQ and the SDK of AWS included. The monotonic clock stays as it is. Without the variable nothing changes.
 */
const shiftMs = Number(process.env['CLOCK_SHIFT_MS'] ?? 0);
const HostDate = Date;
const hostNow = HostDate.now;

if (shiftMs !== 0) {
  globalThis.Date = new Proxy(HostDate, {
    construct: (target, args: unknown[], newTarget) =>
      Reflect.construct(target, args.length === 0 ? [hostNow() + shiftMs] : args, newTarget) as object,
    apply: () => new HostDate(hostNow() + shiftMs).toString(),
    get: (target, name) => (name === 'now' ? () => hostNow() + shiftMs : (Reflect.get(target, name) as unknown)),
  });
}
