#:property RestorePackagesWithLockFile=false

// Questions over the articles of two splits of Simple Wikipedia, in the form of BEIR, as bigs evaluate --task retrieval reads it:
//
//   dotnet run runs/simple-wikipedia.cs -- CORPUS QUESTIONS OUT
//
// CORPUS is the folder of wiki_simple.valid.txt.gz and wiki_simple.test.txt.gz, with blank lines between articles, whose first line is their title; QUESTIONS
// a .jsonl of {"question": …, "title": …}. Written into OUT: corpus.jsonl, queries.jsonl and qrels/test.tsv.

using System.IO.Compression;
using System.Text.Json.Nodes;

(string corpus, string questions, string output) = (args[0], args[1], args[2]);
Directory.CreateDirectory(Path.Combine(output, "qrels"));

string[] articles = [.. new[] { "valid", "test" }.SelectMany(Articles)];
string[] titles = [.. articles.Select(article => article.Split('\n')[0])];
JsonNode[] asked = [.. File.ReadLines(questions).Select(line => JsonNode.Parse(line)!)];

Write("corpus.jsonl", articles.Select((article, i) => new JsonObject { ["_id"] = $"{i}", ["title"] = titles[i], ["text"] = article }.ToJsonString()));
Write("queries.jsonl", asked.Select((question, i) => new JsonObject { ["_id"] = $"q{i}", ["text"] = (string)question["question"]! }.ToJsonString()));
Write("qrels/test.tsv", asked.Select((question, i) => $"q{i}\t{Number((string)question["title"]!)}\t1").Prepend("query-id\tcorpus-id\tscore"));

string[] Articles(string split)
{
    using var text = new StreamReader(new GZipStream(File.OpenRead(Path.Combine(corpus, $"wiki_simple.{split}.txt.gz")), CompressionMode.Decompress));
    return text.ReadToEnd().Split("\n\n", StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
}

int Number(string title) => Array.IndexOf(titles, title) is >= 0 and var number ? number
    : throw new InvalidDataException($"{questions}: no article of {corpus} is called \"{title}\".");

void Write(string name, IEnumerable<string> lines) => File.WriteAllLines(Path.Combine(output, name), lines);
