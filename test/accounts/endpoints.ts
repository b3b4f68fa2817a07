import type { Router } from 'express';

interface Layer {
  /** Of a middleware that is mounted at the root. */
  slash?: boolean;
  route?: { path: string | string[]; methods: Record<string, boolean> };
  handle: { stack?: Layer[] };
}

/** Every `METHOD /path` that these routers answer, as they are. */
export function endpointsOf(routers: readonly Router[]): string[] {
  const found = new Set<string>();
  const walk = (layers: readonly Layer[]): void => {
    for (const { slash, route, handle } of layers) {
      if (route)
        for (const path of [route.path].flat())
          for (const method of Object.keys(route.methods)) found.add(`${method.toUpperCase()} ${path}`);
      else if (handle.stack) {
        // Below a path of its own its routes would be read wrong.
        if (!slash) throw new Error('A router is mounted below a path: endpointsOf has to learn that.');
        walk(handle.stack);
      }
    }
  };
  for (const router of routers) walk((router as unknown as { stack: Layer[] }).stack);
  return [...found].filter(one => /^\w+ \/(v1|console\/api)\b/.test(one)).sort();
}
