namespace BiGS.Search.Tests.Index;

/// <summary>The rankings of an index against their formulas in double precision, over documents that come, change and go.</summary>
public class RankingTests
{
    private static readonly string[] Vocabulary = [.. Enumerable.Range(0, 60).Select(i => $"{(char)('a' + (i % 26))}w{i}")];

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void EveryRankingIsItsFormula(int seed)
    {
        using var temporary = new TemporaryIndex(dimensions: 8 * seed + 3, seed: seed);
        var random = new Random(seed);
        for (int round = 0; round < 60; round++)
        {
            string path = $"{random.Next(25)}.txt";
            switch (random.Next(12))
            {
                case 0:
                    temporary.Remove(path);
                    break;
                case 1 when round % 20 == 19:
                    temporary.Overwrite();
                    break;
                default:
                    temporary.Replace(path, [.. Enumerable.Range(0, random.Next(0, 6)).Select(_ => Sentence(random, 20))]);
                    break;
            }

            if (temporary.Expected.Values.Sum(passages => passages.Length) > 0)
            {
                Check(temporary, Sentence(random, 6), random.Next(1, 30));
            }
        }
    }

    [Fact]
    public void AWordThatIsEverywhereCountsOnlyWhereThereIsNoOther()
    {
        using var temporary = new TemporaryIndex();
        temporary.Replace("a", [.. Enumerable.Range(0, 1_100).Select(i => $"the w{i} and the")]);
        Assert.Equal(["the w7 and the"], temporary.ByWords("the w7", top: 100).Select(hit => hit.Passage.Text));
        Assert.Equal(100, temporary.ByWords("the absent", top: 100).Count);
    }

    private static string Sentence(Random random, int longest) => string.Join(
        ' ', Enumerable.Range(0, random.Next(1, longest)).Select(_ => Vocabulary[(int)(Vocabulary.Length * Math.Pow(random.NextDouble(), 3))])); // few words often, many seldom

    private static void Check(TemporaryIndex temporary, string question, int top)
    {
        (string Place, string Text, Half[] Vector)[] all =
            [.. temporary.Expected.SelectMany(document => document.Value.Select((passage, i) => ($"{document.Key}:{i + 1}", passage.Text, passage.Vector)))];
        float[] vector = temporary.Draw();
        Dictionary<string, double> byWords = Bm25(question, all), byVectors = all.ToDictionary(
            passage => passage.Place, passage => passage.Vector.Zip(vector, (a, b) => (double)a * b).Sum());
        IReadOnlyList<SearchHit> Found(SearchMode mode) => temporary.Index.Search(question, vector, new SearchOptions { Mode = mode, Top = top, Candidates = 10 });
        CheckRanks(byWords, Found(SearchMode.Keyword), top);
        CheckRanks(byVectors, Found(SearchMode.Vector), top);

        int candidates = Math.Max(10, top);
        double[] words = [.. temporary.Index.Search(question, vector, new SearchOptions { Mode = SearchMode.Keyword, Top = candidates }).Select(hit => hit.Score)];
        double[] vectors = [.. temporary.Index.Search(question, vector, new SearchOptions { Mode = SearchMode.Vector, Top = candidates }).Select(hit => hit.Score)];
        foreach (SearchHit hit in Found(SearchMode.Hybrid))
        {
            Assert.Equal((0.5 * Share(words, hit.KeywordScore)) + (0.5 * Share(vectors, hit.Cosine)), hit.Score, 1e-5);
            CheckRank(byWords, Place(hit), hit.KeywordRank, hit.KeywordScore, candidates);
            CheckRank(byVectors, Place(hit), hit.VectorRank, hit.Cosine, candidates);
        }

        double[] scores = [.. Found(SearchMode.Hybrid).Select(hit => hit.Score)];
        Assert.Equal(scores.OrderDescending(), scores);
        Assert.Equal(Math.Min(top, byVectors.Count), scores.Length);
    }

    /// <summary>Where a score lies between those of the last candidate and the first.</summary>
    private static double Share(double[] ranking, double? score) =>
        score is null ? 0 : ranking[0] > ranking[^1] ? (score.Value - ranking[^1]) / (ranking[0] - ranking[^1]) : 1;

    private static string Place(SearchHit hit) => $"{hit.Passage.File}:{hit.Passage.Line}";

    private static void CheckRanks(Dictionary<string, double> expected, IReadOnlyList<SearchHit> found, int top)
    {
        Assert.Equal(expected.Values.OrderDescending().Take(top), found.Select(hit => hit.Score), (a, b) => Math.Abs(a - b) < 1e-5);
        Assert.All(found, hit => Assert.Equal(expected[Place(hit)], hit.Score, 1e-5));
        Assert.Distinct(found.Select(Place));
    }

    /// <summary>As many are better as its rank says, but for those that are equal up to rounding.</summary>
    private static void CheckRank(Dictionary<string, double> expected, string place, int? rank, double? score, int candidates)
    {
        double own = expected.GetValueOrDefault(place, double.NegativeInfinity);
        int better = expected.Values.Count(other => other > own + 1e-5);
        if (rank is { } found)
        {
            Assert.Equal(own, score!.Value, 1e-5);
            Assert.InRange(found, better + 1, expected.Values.Count(other => other > own - 1e-5));
        }
        else
        {
            Assert.True(own == double.NegativeInfinity || expected.Values.Count(other => other > own - 1e-5) > candidates);
        }
    }

    /// <summary>BM25 as FTS5 has it: a word that more than half of the passages have counts 10⁻⁶.</summary>
    private static Dictionary<string, double> Bm25(string question, (string Place, string Text, Half[] Vector)[] all)
    {
        string[][] texts = [.. all.Select(passage => passage.Text.Split(' '))];
        double mean = texts.Average(words => words.Length);
        var having = question.Split(' ').Distinct().ToDictionary(word => word, word => texts.Count(words => words.Contains(word)));
        string[] asked = [.. having.Keys];
        var scores = new Dictionary<string, double>();
        for (int i = 0; i < all.Length; i++)
        {
            if (texts[i].Intersect(asked).Any())
            {
                scores[all[i].Place] = asked.Sum(word =>
                {
                    double times = texts[i].Count(other => other == word);
                    double rarity = Math.Max(1e-6, Math.Log((all.Length - having[word] + 0.5) / (having[word] + 0.5)));
                    return rarity * times * 2.2 / (times + (1.2 * (0.25 + (0.75 * texts[i].Length / mean))));
                });
            }
        }

        return scores;
    }
}
