import { Button, colorsTuple, createTheme } from '@mantine/core';

export const theme = createTheme({
  fontFamily: 'system-ui, -apple-system, "Segoe UI", sans-serif',
  fontFamilyMonospace: 'ui-monospace, "SF Mono", Menlo, Consolas, monospace',
  defaultRadius: 'md',
  colors: {
    act: colorsTuple('#1450b8'),
    // Mantine's dark greys, in the hue of style.css.
    dark: [
      '#e7ecf1',
      '#c9d2da',
      '#9dabb8',
      '#6d7c8a',
      '#3a4652',
      '#2b3540',
      '#232c35',
      '#171d24',
      '#12181e',
      '#0f1419',
    ],
  },
  primaryColor: 'act',
  components: { Button: Button.extend({ defaultProps: { fw: 550 } }) },
  respectReducedMotion: true,
});
