// transformers.js on folders that bigs export wrote: vectors, and the outputs that it finds.
//   bigs export --model MODEL --out FOLDER; node transformers.js FOLDER [DTYPE]
import assert from "node:assert/strict";
import path from "node:path";
import { AutoModel, AutoTokenizer, env, pipeline } from "@huggingface/transformers";

const [folder, dtype = "fp32"] = process.argv.slice(2);
env.allowRemoteModels = false;
env.localModelPath = path.dirname(path.resolve(folder));
const name = path.basename(folder);
const texts = ["The river flows into the sea.", "A stream runs to the coast."];

const extract = await pipeline("feature-extraction", name, { dtype });
const vectors = (await extract(texts, { pooling: "mean", normalize: true })).tolist();
const cosine = vectors[0].reduce((sum, x, i) => sum + x * vectors[1][i], 0);
assert.ok(cosine > 0 && cosine < 1);
console.log(`${name}, ${dtype}: ${vectors[0].slice(0, 4).map(x => x.toFixed(5)).join(" ")} …, cosine ${cosine.toFixed(4)}`);

const tokenizer = await AutoTokenizer.from_pretrained(name);
const model = await AutoModel.from_pretrained(name, { dtype });
const outputs = await model(await tokenizer(texts, { padding: true, truncation: true }));
console.log(Object.entries(outputs).map(([output, tensor]) => `${output} (${tensor.dims.join(", ")})`).join("; "));
