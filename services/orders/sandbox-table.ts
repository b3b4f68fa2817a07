import type { Table } from '../runtime/index.js';

const day = 24 * 3600_000;

/**
 * The register of the hidden sandbox: keys of the probe, which orders what it wrote there itself. It is read for orders that name such a key and for nothing
 * else, and the real register can hold no key and no authority of such a name. A key that no probe has used for a day is forgotten.
 */
export const sandboxKeysTable: Table = {
  name: 'sandbox_order_keys',
  columns: { kid: 'text', key: 'text', used_at: 'bigint' },
  primaryKey: ['kid'],
  retention: { column: 'used_at', keep: day },
};

export interface SandboxKeyRow {
  kid: string;
  /** JSON of the public JWK. */
  key: string;
  used_at: number;
}
