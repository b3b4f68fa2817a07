import { writeFileSync } from 'node:fs';
import { phases } from '../../services/orders/machine/index.js';
import { made, root } from '../docs/pages.js';
import { drawings } from './drawing.js';

const page = 'docs/answer-an-order.md';

test('the drawing is what the machine does', () => {
  const place = made(page, 'order-states');
  if (process.env.UPDATE_DOCS === '1') writeFileSync(`${root}${page}`, place.replace(drawings()));
  else expect(place.content).toBe(drawings());
});

test('every phase can be reached', () => {
  const text = drawings();
  for (const phase of phases) expect(text).toContain(`--> ${phase.replaceAll('-', '_')} `);
});
