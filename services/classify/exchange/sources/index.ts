import type { ExchangeSettings, SourceSettings } from '../settings.js';
import type { Source } from '../source.js';
import { csv } from './csv.js';
import { tcap } from './tcap.js';
import { threatExchange } from './threatexchange.js';

/** The source that is declared; secrets are read when they are used. */
export function sourceOf(
  settings: Exclude<SourceSettings, { kind: 'push' }>,
  secret: ExchangeSettings['secret'],
): Source {
  switch (settings.kind) {
    case 'threatexchange':
      return threatExchange(settings, secret);
    case 'tcap':
      return tcap(settings, secret);
    case 'csv':
      return csv(settings, secret);
  }
}
