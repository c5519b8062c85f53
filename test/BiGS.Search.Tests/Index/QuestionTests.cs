namespace BiGS.Search.Tests.Index;

/// <summary>Whatever a question is, it is words and nothing else; and the words that it found are shown.</summary>
public class QuestionTests
{
    [Theory]
    [InlineData("")]
    [InlineData("   \n\t ")]
    [InlineData("?!… \"\" '' -- ()")]
    [InlineData("\0\0")]
    [InlineData("\ud800 \udfff")]
    [InlineData("😀 🎉")]
    public void WithoutAWordNothingIsFoundByWords(string question)
    {
        using TemporaryIndex temporary = Sample();
        Assert.Empty(temporary.ByWords(question));
        Assert.Equal(3, temporary.Index.Search(question, temporary.Draw(), new SearchOptions { Mode = SearchMode.Hybrid, Top = 3 }).Count);
    }

    [Theory]
    [InlineData("\"river")]
    [InlineData("river\"\"\"")]
    [InlineData("NOT river")]
    [InlineData("river AND absent OR")]
    [InlineData("NEAR(river absent, 99)")]
    [InlineData("text:river")]
    [InlineData("{title text} : river")]
    [InlineData("river*")]
    [InlineData("^river -absent +x")]
    [InlineData("river'; DROP TABLE passages; --")]
    [InlineData("(((river")]
    [InlineData("RIVER\0absent")]
    [InlineData("rivér")]
    [InlineData("ri\u0301ver")]
    [InlineData("absent\ud800river")]
    public void NothingInAQuestionIsAnOperator(string question)
    {
        using TemporaryIndex temporary = Sample();
        Assert.Equal("river", temporary.ByWords(question)[0].Passage.File);
    }

    [Theory]
    [InlineData("도서관", "korean")]
    [InlineData("ΟΔΎΣΣΕΙΑ", "greek")]
    [InlineData("ЗИМА", "russian")]
    [InlineData("مكتبة", "arabic")]
    [InlineData("पुस्तकालय", "hindi")]
    [InlineData("STRASSE Größe", "german")]
    [InlineData("2024", "number")]
    public void WordsOfEveryScriptAreFound(string question, string file)
    {
        using TemporaryIndex temporary = Sample();
        SearchHit first = temporary.ByWords(question)[0];
        Assert.Equal(file, first.Passage.File);
        Assert.NotEmpty(first.Highlights);
    }

    [Fact]
    public void ALongQuestionIsBounded()
    {
        using TemporaryIndex temporary = Sample();
        string question = "river " + string.Join(' ', Enumerable.Range(0, 200_000).Select(i => $"x{i}"));
        Assert.Equal("river", temporary.ByWords(question)[0].Passage.File);
        Assert.Empty(temporary.ByWords(new string('x', 1_000_000)));
    }

    [Fact]
    public void RandomQuestionsAreAnswered()
    {
        using TemporaryIndex temporary = Sample();
        var random = new Random(7);
        for (int i = 0; i < 300; i++)
        {
            string question = new([.. Enumerable.Range(0, random.Next(20)).Select(_ => random.Next(3) == 0 ? (char)random.Next(0x10000) : "\"'()*:^-+ ANDORNOT{}"[random.Next(20)])]);
            Assert.InRange(temporary.ByWords(question).Count, 0, 10);
        }
    }

    [Fact]
    public void WordsAreShownWhereTheyStand()
    {
        using var temporary = new TemporaryIndex();
        temporary.Replace("a", "A Rivér, and the river\u0301s of \u0002rivers\u0003: river.");
        SearchHit hit = temporary.ByWords("river")[0];
        Assert.Equal(["Rivér", "river"], hit.Highlights.Select(word => hit.Passage.Text[word]));
        Assert.Equal(..hit.Passage.Text.Length, hit.Snippet);
    }

    [Fact]
    public void ASnippetShowsMostOfTheWords()
    {
        using var temporary = new TemporaryIndex();
        string filler = string.Join(' ', Enumerable.Repeat("filler", 100));
        temporary.Replace("a", $"The delta. {filler} where the river meets the delta and the sea {filler}");
        SearchHit hit = temporary.ByWords("river delta sea")[0];
        string snippet = hit.Passage.Text[hit.Snippet];
        Assert.Contains("river meets the delta and the sea", snippet, StringComparison.Ordinal);
        Assert.InRange(snippet.Length, 100, 240);
        Assert.StartsWith("filler", snippet, StringComparison.Ordinal);
        Assert.EndsWith("filler", snippet, StringComparison.Ordinal);
    }

    [Fact]
    public void StemsAreFoundWhereTheIndexHasThem()
    {
        using var stems = new TemporaryIndex(stemming: true);
        stems.Replace("a", "Tomatoes are planted in May.");
        Assert.Equal("Tomatoes planted", string.Join(' ', stems.ByWords("planting a tomato")[0].Highlights.Select(word => stems.Expected["a"][0].Text[word])));
        using var words = new TemporaryIndex();
        words.Replace("a", "Tomatoes are planted in May.");
        Assert.Empty(words.ByWords("planting tomato"));
    }

    private static TemporaryIndex Sample()
    {
        var temporary = new TemporaryIndex();
        temporary.Replace("river", "The river runs to the sea.");
        temporary.Replace("korean", "서울의 도서관 에 갔다");
        temporary.Replace("greek", "ἡ Ὀδύσσεια Οδύσσεια");
        temporary.Replace("russian", "Зима была холодной");
        temporary.Replace("arabic", "ذهبت إلى مكتبة المدينة");
        temporary.Replace("hindi", "मैं पुस्तकालय गया");
        temporary.Replace("german", "Strasse von großer Große");
        temporary.Replace("number", "in 2024 it rained");
        for (int i = 0; i < 20; i++)
        {
            temporary.Replace($"other{i}", $"nothing of interest {i}");
        }

        return temporary;
    }
}
