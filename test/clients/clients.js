// The clients of OpenAI, Hugging Face and LangChain against a server with the model that ships.
import assert from "node:assert/strict";
import { InferenceClient } from "@huggingface/inference";
import { OpenAIEmbeddings } from "@langchain/openai";
import OpenAI, { BadRequestError, NotFoundError } from "openai";

const server = process.env.BIGS_URL ?? "http://127.0.0.1:8080";
const texts = ["The river flows into the sea.", "He paid the bill."];

const openai = new OpenAI({ baseURL: `${server}/v1`, apiKey: "none", maxRetries: 0 });
const [model] = (await openai.models.list()).data;
assert.equal((await openai.models.retrieve(model.id)).id, model.id);
const { data, usage } = await openai.embeddings.create({ model: model.id, input: texts });
assert.equal(data.length, texts.length);
assert.ok(usage.total_tokens > 0);
const numbers = await openai.embeddings.create({ model: model.id, input: texts, encoding_format: "float" });
assert.deepEqual(data[0].embedding.map(Math.fround), numbers.data[0].embedding.map(Math.fround));
await assert.rejects(openai.embeddings.create({ model: "nobody", input: "a" }), error =>
    error instanceof NotFoundError && error.code === "model_not_found" && error.param === "model");
await assert.rejects(openai.embeddings.create({ model: model.id, input: "" }), error => error instanceof BadRequestError && error.param === "input");
await assert.rejects(openai.chat.completions.create({ model: model.id, messages: [] }), error => error instanceof NotFoundError && error.code === null);
console.log(`openai: ${data.length} vectors of ${data[0].embedding.length} numbers from ${model.id}`);

const langChain = new OpenAIEmbeddings({ model: model.id, apiKey: "none", configuration: { baseURL: `${server}/v1` } });
const [query] = await langChain.embedDocuments(texts);
assert.deepEqual(query.map(Math.fround), data[0].embedding.map(Math.fround));
assert.equal((await langChain.embedQuery(texts[0])).length, query.length);
console.log(`@langchain/openai: the same vectors`);

const huggingFace = route => new InferenceClient("", { endpointUrl: server + route });
const features = await huggingFace("").featureExtraction({ inputs: texts[0] });
assert.deepEqual(features[0].map(Math.fround), query.map(Math.fround));
const [same, other] = await huggingFace("/similarity").sentenceSimilarity({ inputs: { source_sentence: texts[0], sentences: texts } });
assert.ok(same > other);
const fills = await huggingFace("/pipeline/fill-mask").fillMask({ inputs: "The river flows into the [MASK].", parameters: { top_k: 3 } });
assert.equal(fills.length, 3);
console.log(`@huggingface/inference: ${fills.map(fill => fill.token_str).join(", ")}; similarity ${same.toFixed(3)} and ${other.toFixed(3)}`);

// Heads that the server may not have: what it does not have is said with 424.
const others = {
    "/pipeline/token-classification": client => client.tokenClassification({ inputs: texts[0] }),
    "/pipeline/question-answering": client => client.questionAnswering({ inputs: { question: "Where does it flow?", context: texts[0] } }),
    "/pipeline/text-classification": client => client.textClassification({ inputs: texts[0] }),
};
for (const [route, ask] of Object.entries(others)) {
    try {
        console.log(`@huggingface/inference: ${route} ${JSON.stringify(await ask(huggingFace(route)))}`);
    } catch (error) {
        assert.equal(error.httpResponse?.status, 424, `${route}: ${error.message}`);
        console.log(`@huggingface/inference: ${route} needs another head`);
    }
}
