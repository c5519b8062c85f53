#:property RestorePackagesWithLockFile=false

// The texts that models/english-embed learned from besides the corpora, and those that it must not learn from, each as a .jsonl of {"text": …}:
//
//   dotnet run runs/embedding-texts.cs -- DATA OUT
//
// DATA is the folder of the data sets (docs/results/embeddings.md names them). Written into OUT: sentences.jsonl (captions of SNLI, premises and
// hypotheses of MNLI's development set), questions.jsonl and passages.jsonl (one half of the SQuAD subset, parted by passage; CommonsenseQA, ARC,
// PolicyQA's development set), squad-evaluation.json (the other half, in SQuAD's form), evaluation.jsonl (every text of the sets that are evaluated on).

using System.IO.Compression;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

(string data, string output) = (args[0], args[1]);
Directory.CreateDirectory(output);

JsonArray squad = Squad("squad_like/squad_v1.1_subset_train.json.gz");
JsonObject[] learned = [.. squad.Select(article => article!.AsObject()).Where(IsLearned)];
JsonObject[] kept = [.. squad.Select(article => article!.AsObject()).Where(article => !IsLearned(article))];

Write("sentences.jsonl", [.. Cells("glue/snli/validation.tsv.gz", 0, 1), .. Cells("glue/snli/test.tsv.gz", 0, 1), .. Values("glue/mnli/dev.jsonl.gz", "premise", "hypothesis")]);
Write("questions.jsonl",
[
    .. learned.SelectMany(Questions),
    .. Squad("squad_like/policyqa_dev.json.gz").SelectMany(article => Questions(article!.AsObject())),
    .. Lines("multiple_choice/commonsenseqa_v1.0_train_rand_split.jsonl.gz").Select(line => JsonNode.Parse(line)!["question"]!["stem"]!.GetValue<string>()),
    .. Lines("multiple_choice/arc_challenge_train.csv.gz").Select(line => Csv(line, ',')[0]),
]);
Write("passages.jsonl", [.. learned.SelectMany(Contexts), .. Squad("squad_like/policyqa_dev.json.gz").SelectMany(article => Contexts(article!.AsObject()))]);
Write("evaluation.jsonl",
[
    .. Lines("glue/stsb/stsb-en-dev.csv.gz").Concat(Lines("glue/stsb/stsb-en-test.csv.gz")).SelectMany(line => Csv(line, ',').Take(2)),
    .. Cells("glue/boolq/validation.tsv.gz", 1, 2),
    .. new[] { "squad_like/xquad.en.json.gz", "squad_like/policyqa_test.json.gz", "squad_like/covidqa_200423.json.gz" }
        .SelectMany(file => Squad(file)).Select(article => article!.AsObject()).Concat(kept).SelectMany(article => (string[])[.. Questions(article), .. Contexts(article)]),
]);
File.WriteAllText(Path.Combine(output, "squad-evaluation.json"), new JsonObject { ["version"] = "1.1", ["data"] = new JsonArray([.. kept.Select(article => article.DeepClone())]) }.ToJsonString());

// A passage and its questions go to one side, whatever else the file holds.
static bool IsLearned(JsonObject article) => SHA256.HashData(Encoding.UTF8.GetBytes(Contexts(article).First()))[0] % 2 == 0;

static IEnumerable<string> Contexts(JsonObject article) => article["paragraphs"]!.AsArray().Select(paragraph => paragraph!["context"]!.GetValue<string>());

static IEnumerable<string> Questions(JsonObject article) => article["paragraphs"]!.AsArray()
    .SelectMany(paragraph => paragraph!["qas"]!.AsArray().Select(question => question!["question"]!.GetValue<string>()));

JsonArray Squad(string file) => JsonNode.Parse(string.Concat(Lines(file)))!["data"]!.AsArray();

IEnumerable<string> Lines(string file)
{
    using var reader = new StreamReader(new GZipStream(File.OpenRead(Path.Combine(data, file)), CompressionMode.Decompress));
    while (reader.ReadLine() is { } line)
    {
        yield return line;
    }
}

IEnumerable<string> Cells(string file, params int[] columns) =>
    Lines(file).Skip(1).Select(line => Csv(line, '\t')).SelectMany(cells => columns.Where(column => column < cells.Count).Select(column => cells[column]));

IEnumerable<string> Values(string file, params string[] names) =>
    Lines(file).Select(line => JsonNode.Parse(line)!).SelectMany(row => names.Select(name => row[name]!.GetValue<string>()));

static List<string> Csv(string line, char delimiter)
{
    var cells = new List<string>();
    var cell = new StringBuilder();
    bool quoted = false;
    for (int i = 0; i < line.Length; i++)
    {
        if (line[i] == '"' && (quoted || cell.Length == 0))
        {
            if (quoted && i + 1 < line.Length && line[i + 1] == '"')
            {
                cell.Append('"');
                i++;
            }
            else
            {
                quoted = !quoted;
            }
        }
        else if (line[i] == delimiter && !quoted)
        {
            cells.Add(cell.ToString());
            cell.Clear();
        }
        else
        {
            cell.Append(line[i]);
        }
    }

    cells.Add(cell.ToString());
    return cells;
}

void Write(string name, IReadOnlyList<string> texts)
{
    string[] different = [.. texts.Select(text => text.Trim()).Where(text => text.Length > 0).Distinct()];
    var relaxed = new JsonSerializerOptions { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping };
    File.WriteAllLines(Path.Combine(output, name), different.Select(text => new JsonObject { ["text"] = text }.ToJsonString(relaxed)));
    Console.WriteLine($"{name}: {different.Length:N0} texts");
}
