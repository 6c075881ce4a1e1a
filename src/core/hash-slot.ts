/** In which of a cluster's slots a key lies (docs/reference/redis-behavior.md#a-cluster-needs-a-hash-tag). */

const slots = 16_384;
/** CRC-16/XMODEM. */
const polynomial = 0x1021;

/** The part in {braces} that alone decides where a key lies; null when the whole key does. */
export function hashTagOf(key: string): string | null {
  return /\{([^}]*)\}/.exec(key)?.[1] || null;
}

export function slotOf(key: string): number {
  let crc = 0;
  for (const byte of new TextEncoder().encode(hashTagOf(key) ?? key)) {
    crc ^= byte << 8;
    for (let bit = 0; bit < 8; bit += 1) crc = ((crc << 1) ^ (crc & 0x8000 ? polynomial : 0)) & 0xffff;
  }
  return crc % slots;
}
