import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startInstallation } from '../../services/cli/start.js';
import { standardTestPost } from '../../services/platforms/index.js';
import { readConfig } from '../../services/runtime/index.js';
import { withServers } from '../servers/index.js';

withServers(['prometheus'], 'the metrics', () => {
  test('of a running installation pass promtool check metrics', async () => {
    const directory = mkdtempSync(join(tmpdir(), 'sansdelai-metrics-'));
    const config = readConfig({ SANSDELAI_DATA: directory, PORT: '0', LOG_LEVEL: 'silent', LOG_PRETTY: 'off' });
    const { url, stop } = await startInstallation(config);
    try {
      const body = JSON.stringify({ text: standardTestPost });
      await fetch(`${url}/sandbox/posts`, { method: 'POST', headers: { 'Content-Type': 'application/json' }, body });
      let text = '';
      for (let i = 0; i < 100 && !text.includes('takedown_seconds_count'); i++) {
        await new Promise(resolve => setTimeout(resolve, 100));
        text = await (await fetch(`${url}/metrics`)).text();
      }
      expect(text).toContain('takedown_seconds_count{obligation="removal"');
      const { status, stdout, stderr } = spawnSync('promtool', ['check', 'metrics'], { input: text, encoding: 'utf8' });
      expect({ status, said: stdout + stderr }).toEqual({ status: 0, said: '' });
    } finally {
      await stop();
      rmSync(directory, { recursive: true });
    }
  });
});
