// A client generated from the OpenAPI document (api.d.ts) calls every route; the compiler checks requests and answers.
import assert from "node:assert/strict";
import createClient from "openapi-fetch";
import type { components, paths } from "./api.js";

const { BIGS_URL: baseUrl = "http://127.0.0.1:8080", BIGS_API_KEY: key } = process.env;
const client = createClient<paths>({ baseUrl, headers: key ? { Authorization: `Bearer ${key}` } : {} });
const texts = ["The river flows into the sea.", "He paid the bill."];

type Failed = components["schemas"]["ErrorResponse"] | components["schemas"]["OpenAIErrorResponse"];

/** The answer; undefined where no loaded model has the head that it needs. */
function answerOf<T>(route: string, { data, error, response }: { data?: T; error?: unknown; response: Response }): T | undefined {
    assert.ok(response.ok || response.status === 424, `${route}: ${JSON.stringify(error)}`);
    console.log(`${route}: ${response.ok ? JSON.stringify(data)?.slice(0, 80) : "needs another head"}`);
    return data;
}

answerOf("/health", await client.GET("/health", { parseAs: "text" }));
answerOf("/ping", await client.GET("/ping", { parseAs: "text" }));
answerOf("/metrics", await client.GET("/metrics", { parseAs: "text" }));
const info = answerOf("/info", await client.GET("/info"));
assert.ok(info!.max_client_batch_size > 0);
const models = answerOf("/v1/models", await client.GET("/v1/models"));
const model: string = models!.data[0]!.id;
answerOf("/v1/models/{model}", await client.GET("/v1/models/{model}", { params: { path: { model } } }));

const one: number[][] | undefined = answerOf("/embed", await client.POST("/embed", { body: { inputs: texts[0]!, truncation_direction: "Left" } }));
const several = answerOf("/embed", await client.POST("/embed", { body: { inputs: texts, normalize: true, model } }));
assert.equal(several!.length, 2);
assert.equal(one![0]!.length, several![0]!.length);
answerOf("/embed", await client.POST("/embed", { body: { inputs: [[5, 6], [7]] } }));
answerOf("/embed_all", await client.POST("/embed_all", { body: { inputs: texts } }));
answerOf("/similarity", await client.POST("/similarity", { body: { inputs: { source_sentence: texts[0]!, sentences: texts } } }));
const tokens = answerOf("/tokenize", await client.POST("/tokenize", { body: { inputs: texts[0]! } }));
answerOf("/decode", await client.POST("/decode", { body: { ids: tokens![0]!.map(token => token.id) } }));
const embeddings = answerOf("/v1/embeddings", await client.POST("/v1/embeddings", { body: { input: texts, model, encoding_format: "base64" } }));
assert.equal(typeof embeddings!.data[0]!.embedding, "string");
answerOf("/embeddings", await client.POST("/embeddings", { body: { input: [5, 6] } }));
answerOf("/fill-mask", await client.POST("/fill-mask", { body: { inputs: "The river flows into the [MASK].", top: 2 } }));
answerOf("/pipeline/fill-mask", await client.POST("/pipeline/fill-mask", { body: { inputs: "The river flows into the [MASK]." } }));
answerOf("/predict", await client.POST("/predict", { body: { inputs: [[texts[0]!], [texts[0]!, texts[1]!]] } }));
answerOf("/pipeline/text-classification", await client.POST("/pipeline/text-classification", { body: { inputs: texts[0]! } }));
answerOf("/rerank", await client.POST("/rerank", { body: { query: "Where does the river flow?", texts } }));
answerOf("/tag", await client.POST("/tag", { body: { inputs: texts } }));
answerOf("/pipeline/token-classification", await client.POST("/pipeline/token-classification", { body: { inputs: texts[0]! } }));
const question = { question: "Where does it flow?", context: texts[0]! };
answerOf("/answer", await client.POST("/answer", { body: { inputs: [question], top: 2 } }));
answerOf("/pipeline/question-answering", await client.POST("/pipeline/question-answering", { body: { inputs: question } }));

const refused = await client.POST("/embed", { body: { inputs: texts, model: "nobody" } });
const failed: Failed | undefined = refused.error;
assert.equal(refused.response.status, 404);
assert.ok(failed && "error_type" in failed && failed.error_type === "Validation");
