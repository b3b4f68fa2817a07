import { z } from 'zod';
import type { Time } from '../../runtime/index.js';
import { askJson } from './client.js';
import { type DeclarationOf, keyOf } from './declaration.js';
import { ModelRefused, type OpenModel, rowsOf } from './model.js';

const tensor = z.object({ name: z.string(), datatype: z.string(), shape: z.array(z.number()) });
const metadata = z.object({
  name: z.string(),
  versions: z.array(z.string()).nullish(),
  inputs: z.array(tensor).nullish(),
  outputs: z.array(tensor).nullish(),
});
const inference = z.object({
  model_version: z.string().nullish(),
  outputs: z.array(z.object({ name: z.string(), shape: z.array(z.int()), data: z.array(z.unknown()) })),
});

/**
 * Opens a model behind a server that speaks the Open Inference Protocol (KServe v2) over REST: texts in one BYTES tensor, scores in one of FP32.
 * @throws ModelRefused where what the server says of the model is not what is declared; whatever kept it from answering
 */
export async function openInference(
  declared: DeclarationOf<'open-inference'>,
  time: Time,
  timeout: number,
): Promise<OpenModel> {
  const { input, output, activation, version } = declared;
  const labels = Object.keys(declared.labels).length;
  const key = keyOf(declared);
  const base = `${declared.url.replace(/\/$/, '')}/v2/models/${encodeURIComponent(declared.model)}${version === undefined ? '' : `/versions/${encodeURIComponent(version)}`}`;
  const told = await askJson({ url: base, key, time, timeout }, metadata);
  const rank = check(told, declared, labels);
  let served = version ?? told.versions?.at(-1);
  return {
    served: () => served,
    async score(posts) {
      const body = {
        inputs: [
          {
            name: input,
            shape: rank === 2 ? [posts.length, 1] : [posts.length],
            datatype: 'BYTES',
            parameters: { content_type: 'str' },
            data: posts.map(({ text }) => text),
          },
        ],
        outputs: [{ name: output }],
      };
      const answer = await askJson({ url: `${base}/infer`, body, key, time, timeout }, inference);
      const found = answer.outputs.find(({ name }) => name === output);
      if (!found) throw new ModelRefused(`it answered without output ${output}`);
      served = answer.model_version ?? served;
      return rowsOf(numbersOf(found.data), found.shape, posts.length, labels, activation);
    },
    stop: async () => undefined,
  };
}

/** @returns how many dimensions the input has. A server may tell nothing of inputs and outputs; the golden posts are put to it in any case. */
function check(
  { inputs, outputs }: z.output<typeof metadata>,
  declared: DeclarationOf<'open-inference'>,
  labels: number,
): number {
  const input = inputs?.find(({ name }) => name === declared.input);
  const output = outputs?.find(({ name }) => name === declared.output);
  const known = (list: { name: string }[]): string => list.map(({ name }) => name).join(', ');
  if (inputs?.length && !input)
    throw new ModelRefused(`it has no input ${declared.input} (there are: ${known(inputs)})`);
  if (outputs?.length && !output)
    throw new ModelRefused(`it has no output ${declared.output} (there are: ${known(outputs)})`);
  if (input && input.datatype !== 'BYTES')
    throw new ModelRefused(`its input takes ${input.datatype}, not texts (BYTES)`);
  const columns = output && output.shape.length > 1 ? output.shape.at(-1) : undefined;
  if (columns !== undefined && columns >= 0 && columns !== labels)
    throw new ModelRefused(`its output has the shape [${output?.shape}]; there are ${labels} labels`);
  return input?.shape.length ?? 1;
}

/** The numbers of a tensor, which the protocol has flat or nested. */
function numbersOf(data: readonly unknown[]): number[] {
  const flat = data.flat(10);
  if (!flat.every(value => typeof value === 'number')) throw new ModelRefused('its output holds what is no number');
  return flat;
}
