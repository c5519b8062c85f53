using System.ComponentModel;
using System.Text.Json.Serialization;
using BiGS.Search;
using BiGS.Tokenizers;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace BiGS.Server;

/// <summary>Passages of the documents that are indexed: those of <c>bigs search --json</c>.</summary>
internal static class SearchRoutes
{
    private const int MostPassages = 100;
    private const int UsualPassages = 10;

    public static void Map(IEndpointRouteBuilder routes) =>
        routes.MapPost("/search", SearchAsync).Describe("search", "The passages of the indexed documents that answer a question best");

    private static async Task<SearchResponse> SearchAsync(JsonBody<SearchRequest> body, ServedIndex index, [AsParameters] RequestServices services)
    {
        SearchRequest request = body.Value;
        if (string.IsNullOrWhiteSpace(request.Question))
        {
            throw ApiException.Invalid("`question` cannot be empty", "question");
        }

        int top = request.Top ?? UsualPassages;
        RequestLimits.CheckTop(top, MostPassages);
        IReadOnlyList<SearchHit> found = await index.SearchAsync(
            request.Question, new SearchOptions { Top = top, Mode = request.Mode ?? SearchMode.Hybrid }, request.PromptName, services);
        return new SearchResponse([.. found.Select(FoundPassage.Of)]);
    }

    private sealed record SearchRequest(
        [property: Description("A sentence or some words, in any language; nothing in it is an operator.")] string Question,
        [property: Description("How many passages; 10 by default.")] int? Top = null,
        [property: Description("What ranks passages: words and vectors together (hybrid, the default), or one of them.")] SearchMode? Mode = null,
        [property: Description("Which of the model's prompts stands before the question; its default one, if it has one.")] string? PromptName = null);

    private sealed record SearchResponse(FoundPassage[] Passages);

    private sealed record FoundPassage(
        string File,
        [property: Description("The line that it begins in, from 1; null where the file has none.")] long? Line,
        [property: Description("The page that it stands on, from 1; null where the file has none.")] int? Page,
        [property: Description("What its document is called; null where it does not say.")] string? Title,
        [property: Description("Characters before it in its file, or in the text of its line or page.")] int Start,
        int End,
        [property: Description("The larger, the better, among the passages of one question.")] double Score,
        [property: Description("Its place by words, from 1; null where it has none.")] int? KeywordRank,
        [property: JsonPropertyName("bm25")] double? KeywordScore,
        [property: Description("Its place by vectors, from 1; null where it has none.")] int? VectorRank,
        double? Cosine,
        string Text,
        [property: Description("The part of the text that has most of the question's words.")] PassageSnippet Snippet)
    {
        public static FoundPassage Of(SearchHit hit)
        {
            IndexedPassage passage = hit.Passage;
            return new FoundPassage(
                passage.File, passage.Line > 0 ? passage.Line : null, passage.Page, passage.Title, passage.Start, passage.End, hit.Score,
                hit.KeywordRank, hit.KeywordScore, hit.VectorRank, hit.Cosine, passage.Text, PassageSnippet.Of(hit));
        }
    }

    /// <param name="Text">Part of the passage's text.</param>
    /// <param name="Highlights">The question's words in it.</param>
    private sealed record PassageSnippet(string Text, HighlightedWord[] Highlights)
    {
        public static PassageSnippet Of(SearchHit hit)
        {
            (int start, int length) = hit.Snippet.GetOffsetAndLength(hit.Passage.Text.Length);
            string text = hit.Passage.Text.Substring(start, length);
            var characters = new CharacterOffsets(text);
            return new PassageSnippet(text, [.. hit.Highlights.Where(word => word.Start.Value >= start && word.End.Value <= start + length)
                .Select(word => new HighlightedWord(characters.At(word.Start.Value - start), characters.At(word.End.Value - start)))]);
        }
    }

    /// <summary>Characters of Unicode before a word in its snippet, and before what follows it.</summary>
    private sealed record HighlightedWord(int Start, int End);
}
