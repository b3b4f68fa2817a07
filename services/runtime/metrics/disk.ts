import { statfs } from 'node:fs/promises';
import { Gauge, type Registry } from 'prom-client';

/** How full the disk is that this process keeps its files on. */
export function diskMetrics(registry: Registry, folder: string): void {
  const gauge = (name: string, help: string, of: (disk: { bsize: number; bavail: number; blocks: number }) => number) =>
    new Gauge({
      name,
      help,
      registers: [registry],
      async collect() {
        try {
          this.set(of(await statfs(folder)));
        } catch {
          // A gap says so.
          this.remove();
        }
      },
    });
  gauge(
    'data_disk_free_bytes',
    'What is free on the disk of the data directory.',
    ({ bsize, bavail }) => bsize * bavail,
  );
  gauge('data_disk_size_bytes', 'Size of the disk of the data directory.', ({ bsize, blocks }) => bsize * blocks);
}
