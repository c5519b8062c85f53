using BiGS.Support;
using BiGS.Training.FineTuning;
using Parquet;
using Parquet.Schema;

namespace BiGS.Training.Tests.Corpora;

/// <summary>Parquet files as Hugging Face's data sets write them: lists of words and tags, and choices that are objects of lists.</summary>
public sealed class ParquetListsTests : IDisposable
{
    private const string Features = """{"info": {"features": {"ner_tags": {"feature": {"names": ["O", "B-PER"], "_type": "ClassLabel"}, "_type": "Sequence"}}}}""";

    private readonly TemporaryFolder _temporary = new();

    public void Dispose() => _temporary.Dispose();

    [Fact]
    public async Task WordsAndNamedTagsAreLists()
    {
        var tokens = new DataField<string>("element");
        var tags = new DataField<long?>("element");
        var schema = new ParquetSchema(new ListField("tokens", tokens), new ListField("ner_tags", tags));
        string path = Path.Combine(_temporary.Path, "a.parquet");
        await using (FileStream file = File.Create(path))
        {
            await using ParquetWriter writer = await ParquetWriter.CreateAsync(schema, file, cancellationToken: TestContext.Current.CancellationToken);
            writer.CustomMetadata = new Dictionary<string, string> { ["huggingface"] = Features };
            using ParquetRowGroupWriter rows = writer.CreateRowGroup();
            await rows.WriteAsync(tokens, ["john", "lives", "in"], new int[] { 0, 1, 0 });
            await rows.WriteAsync<long>(tags, new long?[] { 1, 0, 0 }, new int[] { 0, 1, 0 }, null, TestContext.Current.CancellationToken);
        }

        Assert.Equal(["john/B-PER lives/O", "in/O"], TaggedExample.Read(path).Select(example => string.Join(' ', example.Words.Zip(example.Tags!, (word, tag) => $"{word}/{tag}"))));
    }

    [Fact]
    public async Task ChoicesAreObjectsOfLists()
    {
        var question = new DataField<string>("question");
        var texts = new DataField<string>("element");
        var labels = new DataField<string>("element");
        var key = new DataField<string>("answerKey");
        var schema = new ParquetSchema(question, new StructField("choices", new ListField("text", texts), new ListField("label", labels)), key);
        string path = Path.Combine(_temporary.Path, "a.parquet");
        await using (FileStream file = File.Create(path))
        {
            await using ParquetWriter writer = await ParquetWriter.CreateAsync(schema, file, cancellationToken: TestContext.Current.CancellationToken);
            using ParquetRowGroupWriter rows = writer.CreateRowGroup();
            await rows.WriteAsync(question, ["who ?", "where ?"]);
            await rows.WriteAsync(texts, ["cat", "mat", "a", "b", "c"], new int[] { 0, 1, 0, 1, 1 });
            await rows.WriteAsync(labels, ["A", "B", "1", "2", "3"], new int[] { 0, 1, 0, 1, 1 });
            await rows.WriteAsync(key, ["B", "3"]);
        }

        Assert.Equal([("who ?", "mat"), ("where ?", "c")], ChoiceExample.Read(path).Select(example => (example.Text, example.Choices[example.Right!.Value])));
    }
}
