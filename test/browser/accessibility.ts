import type { Page } from 'playwright-core';

/** The least that a page owes its readers: what is wrong with this one, in words. */
export const faultsOf = (page: Page): Promise<string[]> =>
  page.evaluate(() => {
    const faults: string[] = [];
    const visible = (element: Element): boolean =>
      element.checkVisibility({ opacityProperty: true, visibilityProperty: true }) &&
      !element.closest('[aria-hidden="true"]');
    const count = (selector: string): number => [...document.querySelectorAll(selector)].filter(visible).length;

    if (!document.documentElement.lang) faults.push('no language');
    if (!document.title) faults.push('no title');
    // A dialog's own header is no landmark.
    for (const landmark of ['header:not([role="dialog"] *)', 'main', 'nav']) {
      if (count(landmark) !== 1) faults.push(`${count(landmark)} ${landmark}`);
    }
    if (count('h1') !== 1) faults.push(`${count('h1')} h1`);
    let level = 1;
    for (const heading of document.querySelectorAll('h1, h2, h3, h4')) {
      const next = Number(heading.tagName[1]);
      if (next > level + 1) faults.push(`${heading.tagName} after H${level}: ${heading.textContent}`);
      level = next;
    }

    const nameOf = (element: Element): string =>
      element.getAttribute('aria-label') ??
      (element
        .getAttribute('aria-labelledby')
        ?.split(' ')
        .map(id => document.getElementById(id)?.textContent)
        .join(' ') ||
        element.textContent ||
        '');
    for (const element of document.querySelectorAll(
      'a, button, input, select, textarea, section, nav, [role="img"], [role="radiogroup"]',
    )) {
      const labelled =
        'labels' in element && [...((element as HTMLInputElement).labels ?? [])].some(label => label.textContent);
      if (visible(element) && !labelled && nameOf(element).trim() === '')
        faults.push(`no name: ${element.outerHTML.slice(0, 120)}`);
    }
    for (const image of document.querySelectorAll('img'))
      if (!image.hasAttribute('alt')) faults.push(`no alt: ${image.src}`);
    const ids = [...document.querySelectorAll('[id]')].map(element => element.id);
    for (const id of new Set(ids)) if (ids.filter(one => one === id).length > 1) faults.push(`id twice: ${id}`);
    for (const table of document.querySelectorAll('table')) {
      if (visible(table) && !table.querySelector('th[scope]')) faults.push('a table without headings');
    }

    // Contrast, WCAG 2: 4.5 for text, 3 for what is large.
    type Colour = [number, number, number, number];
    const canvas = document.createElement('canvas').getContext('2d', { willReadFrequently: true })!;
    const parse = (colour: string): Colour => {
      canvas.clearRect(0, 0, 1, 1);
      canvas.fillStyle = colour;
      canvas.fillRect(0, 0, 1, 1);
      const [r = 0, g = 0, b = 0, a = 0] = canvas.getImageData(0, 0, 1, 1).data;
      return [r, g, b, a / 255];
    };
    const over = ([r, g, b, a]: Colour, [x, y, z]: Colour): Colour => [
      r * a + x * (1 - a),
      g * a + y * (1 - a),
      b * a + z * (1 - a),
      1,
    ];
    const ground = (element: Element | null): Colour => {
      if (!element) return [255, 255, 255, 1];
      const own = parse(getComputedStyle(element).backgroundColor);
      return own[3] === 1 ? own : over(own, ground(element.parentElement));
    };
    const light = ([r, g, b]: Colour): number => {
      const [x = 0, y = 0, z = 0] = [r, g, b].map(part =>
        part / 255 <= 0.04045 ? part / 255 / 12.92 : ((part / 255 + 0.055) / 1.055) ** 2.4,
      );
      return 0.2126 * x + 0.7152 * y + 0.0722 * z;
    };
    const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    while (texts.nextNode()) {
      const element = texts.currentNode.parentElement;
      const text = texts.currentNode.textContent?.trim();
      if (
        !text ||
        !element?.checkVisibility() ||
        element.closest('noscript, [disabled]') ||
        element.getClientRects()[0]?.width === 1
      )
        continue;
      const style = getComputedStyle(element);
      const back = ground(element);
      const [a, b] = [light(over(parse(style.color), back)), light(back)].sort((x, y) => y - x) as [number, number];
      const ratio = (a + 0.05) / (b + 0.05);
      const size = Number.parseFloat(style.fontSize);
      const large = size >= 24 || (size >= 18.66 && Number(style.fontWeight) >= 700);
      if (ratio < (large ? 3 : 4.5)) faults.push(`contrast ${ratio.toFixed(2)}: "${text.slice(0, 40)}"`);
    }

    if (document.documentElement.scrollWidth > window.innerWidth) faults.push('it scrolls sideways');
    return [...new Set(faults)];
  });
