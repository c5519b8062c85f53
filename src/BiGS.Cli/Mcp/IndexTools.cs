using System.ComponentModel;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using BiGS.Search;
using ModelContextProtocol;
using ModelContextProtocol.Protocol;
using ModelContextProtocol.Server;

namespace BiGS.Cli.Mcp;

/// <summary>What an agent may do with a folder that is indexed: find passages, and read the files that they stand in. Neither changes anything.</summary>
/// <param name="index">Of the folder; open.</param>
/// <param name="files">Of the folder.</param>
/// <param name="hasModel">Whether the index was opened with a model, so that vectors can be asked for.</param>
internal sealed class IndexTools(SearchIndex index, IndexedFiles files, bool hasModel)
{
    private const int MostPassages = 50;
    private const int MostLines = 1_000;
    private const int UsualPassages = 5;
    private const int UsualLines = 100;

    private static readonly JsonSerializerOptions Json = new(McpJsonUtilities.DefaultOptions)
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    /// <summary>Both, as the protocol describes them to agents.</summary>
    public McpServerPrimitiveCollection<McpServerTool> All() =>
    [
        McpServerTool.Create(SearchAsync, Options("search", "Search the documents")),
        McpServerTool.Create(Read, Options("read", "Read a document")),
    ];

    /// <summary>What goes wrong is told to the agent, which can ask otherwise; the protocol's own errors pass.</summary>
    public static McpRequestHandler<CallToolRequestParams, CallToolResult> TellErrors(McpRequestHandler<CallToolRequestParams, CallToolResult> next) => async (request, cancellationToken) =>
    {
        try
        {
            return await next(request, cancellationToken);
        }
        catch (Exception failure) when (failure is ArgumentException or JsonException or IOException or UnauthorizedAccessException or InvalidDataException)
        {
            string message = failure is JsonException ? $"an argument is of another kind than {request.Params?.Name} takes: {failure.Message}" : failure.Message;
            return new CallToolResult { IsError = true, Content = [new TextContentBlock { Text = message }] };
        }
    };

    [Description("Finds the passages of the indexed documents that answer a question best, the best first, each with its file and line.")]
    private async Task<SearchAnswer> SearchAsync(
        [Description("A question in natural language, or some words. Nothing in it is an operator.")] string question,
        [Description("How many passages, 1 to 50.")] int top = UsualPassages,
        [Description("What ranks passages: \"hybrid\" (words and meaning), \"keyword\" (words alone) or \"vector\" (meaning alone).")] string mode = "hybrid",
        CancellationToken cancellationToken = default)
    {
        Require(!string.IsNullOrWhiteSpace(question), "question is empty; expected a sentence or some words");
        Require(top is >= 1 and <= MostPassages, $"top is {top}; expected 1 to {MostPassages}");
        Require(Enum.TryParse(mode, ignoreCase: true, out SearchMode ranking) && Enum.IsDefined(ranking), $"mode is \"{mode}\"; expected \"hybrid\", \"keyword\" or \"vector\"");
        Require(hasModel || ranking != SearchMode.Vector, "mode is \"vector\", and this server was started for keywords alone; leave mode out");
        IReadOnlyList<SearchHit> found = await index.SearchAsync(
            question, new SearchOptions { Top = top, Mode = hasModel ? ranking : SearchMode.Keyword }, cancellationToken);
        return new SearchAnswer([.. found.Select(FoundPassage.Of)]);
    }

    [Description("Reads lines of a document that is in the index. Of PDF, Word and HTML it reads the text, each page of a PDF under a line [page N].")]
    private string Read(
        [Description("The file as search names it.")] string file,
        [Description("The first line, from 1.")] int line = 1,
        [Description("How many lines, 1 to 1000.")] int lines = UsualLines)
    {
        Require(line >= 1, $"line is {line}; expected 1 or more");
        Require(lines is >= 1 and <= MostLines, $"lines is {lines}; expected 1 to {MostLines}");
        IReadOnlyList<string> all = files.ReadLines(file);
        Require(line <= all.Count, $"line is {line}, and {file} has {all.Count}; expected 1 to {all.Count}");
        int last = Math.Min(line - 1 + lines, all.Count);
        return $"{file}, lines {line} to {last} of {all.Count}\n{string.Join('\n', all.Skip(line - 1).Take(lines))}";
    }

    private static McpServerToolCreateOptions Options(string name, string title) =>
        new() { Name = name, Title = title, ReadOnly = true, Destructive = false, Idempotent = true, OpenWorld = false, SerializerOptions = Json };

    private static void Require(bool isSo, string otherwise)
    {
        if (!isSo)
        {
            throw new ArgumentException(otherwise);
        }
    }

    private sealed record SearchAnswer(FoundPassage[] Passages);

    /// <param name="File">As <see cref="Read"/> takes it.</param>
    /// <param name="Line">Null where the file has none.</param>
    /// <param name="Page">Null where the file has none.</param>
    /// <param name="Title">Of the document; null where it has none.</param>
    /// <param name="Score">The larger, the better, among the passages of one question.</param>
    /// <param name="KeywordRank">Among those with the question's words; null where it is not.</param>
    /// <param name="VectorRank">Among those that are near the question in meaning; null where it is not.</param>
    /// <param name="Text">Of the passage.</param>
    private sealed record FoundPassage(string File, long? Line, int? Page, string? Title, double Score, int? KeywordRank, int? VectorRank, string Text)
    {
        public static FoundPassage Of(SearchHit hit) => new(
            hit.Passage.File, hit.Passage.Line > 0 ? hit.Passage.Line : null, hit.Passage.Page, hit.Passage.Title, hit.Score, hit.KeywordRank, hit.VectorRank, hit.Passage.Text);
    }
}
