import { type Config, ConfigError } from '../../runtime/index.js';

/** Somebody on call: by mail, or a service that takes signed webhooks. */
export type Contact = { kind: 'mail'; address: string; name: string } | { kind: 'webhook'; url: string; name: string };

function toContact(text: string): Contact | undefined {
  if (!URL.canParse(text)) return undefined;
  const url = new URL(text);
  if (url.protocol === 'mailto:') {
    const address = decodeURIComponent(url.pathname);
    return /^[^\s@<>,;]+@[^\s@<>,;]+$/.test(address) ? { kind: 'mail', address, name: address } : undefined;
  }
  if (url.protocol !== 'https:' && url.protocol !== 'http:') return undefined;
  // The path may be a secret of its own (many chat services): only the host is shown and logged.
  return { kind: 'webhook', url: text, name: url.host };
}

/**
 * Who is on call, in order.
 * @throws ConfigError naming the variable, where a contact can't be used or the way to reach it is not set.
 */
export function readContacts(config: Config): Contact[] {
  const contacts = config.PAGER_CONTACTS.map((text, i) => {
    const contact = toContact(text);
    if (!contact) {
      throw new ConfigError(`PAGER_CONTACTS: number ${i + 1} takes mailto:name@example.org or https://… (a webhook)`);
    }
    return contact;
  });
  if (contacts.some(contact => contact.kind === 'mail') && !config.PAGER_SMTP_URL) {
    throw new ConfigError(
      'PAGER_SMTP_URL: is needed for the mailto: in PAGER_CONTACTS (smtp://user:password@host:port)',
    );
  }
  if (contacts.some(contact => contact.kind === 'webhook') && !config.PAGER_WEBHOOK_SECRET) {
    throw new ConfigError('PAGER_WEBHOOK_SECRET: is needed to sign the webhooks in PAGER_CONTACTS (whsec_…)');
  }
  return contacts;
}
