// Turns sentences into vectors and compares them: the larger the cosine, the closer in meaning.
using System.Numerics.Tensors;
using BiGS.Pipelines;

string[] texts = ["The river flows into the sea.", "A river flows into a sea.", "He paid the bill yesterday."];

using Embedder embedder = Embedder.Open(); // the model of BiGS.Models.English; Embedder.Open("folder") opens another
IReadOnlyList<float[]> vectors = embedder.Embed(texts);

for (int i = 1; i < texts.Length; i++)
{
    Console.WriteLine($"{TensorPrimitives.CosineSimilarity(vectors[0], vectors[i]):f2}  {texts[0]} | {texts[i]}");
}
