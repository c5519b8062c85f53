using BiGS.Tokenizers;
using BiGS.Weights;

namespace BiGS.Search.Tests;

public class PassageSplitterTests
{
    private static readonly BertTokenizer Tokenizer = BertTokenizer.Open(ShippedModel.Folder);

    [Fact]
    public void AShortTextIsOnePassage()
    {
        Passage passage = Assert.Single(new PassageSplitter(Tokenizer, 32, 8).Split("  A river runs to the sea. \n"));
        Assert.Equal(new Passage(2, 26, "A river runs to the sea."), passage);
        Assert.Empty(new PassageSplitter(Tokenizer, 32, 8).Split(" \n\n\t"));
    }

    [Fact]
    public void PassagesEndWithParagraphsThenSentencesThenLinesThenWords()
    {
        string[] Cut(string text) => [.. new PassageSplitter(Tokenizer, 12, 0).Split(text).Select(passage => passage.Text)]; // ten tokens of text
        Assert.Equal(["One two. Three four five six.", "Seven. Eight nine ten"], Cut("One two. Three four five six.\n\nSeven. Eight nine ten"));
        Assert.Equal(["one two three four five six.", "Seven eight nine\nten eleven twelve"], Cut("one two three four five six. Seven eight nine\nten eleven twelve"));
        Assert.Equal(["one two three four five six seven", "eight nine ten eleven twelve"], Cut("one two three four five six seven\neight nine ten eleven twelve"));
        Assert.Equal(["one two three four five six seven eight nine ten", "eleven twelve"], Cut("one two three four five six seven eight nine ten eleven twelve"));
        Assert.Equal(["one two three four (five six.)", "Seven eight nine ten"], Cut("one two three four (five six.) Seven eight nine ten"));
        Assert.Equal(["one two three four 3.5 six seven", "eight nine"], Cut("one two three four 3.5 six seven\neight nine ten"[..^4])); // no sentence ends in a number
    }

    [Fact]
    public void TheOverlapBeginsAtTheBestPlaceInIt()
    {
        string text = string.Join(' ', Enumerable.Range(0, 12).Select(_ => "A river runs to the sea.")); // seven tokens each
        IReadOnlyList<Passage> passages = new PassageSplitter(Tokenizer, 23, 8).Split(text); // three sentences, one of them shared
        Assert.All(passages, passage => Assert.StartsWith("A river", passage.Text, StringComparison.Ordinal));
        Assert.Equal([.. Enumerable.Range(0, passages.Count).Select(i => i * 50)], passages.Select(passage => passage.Start));
    }

    /// <summary>Whatever the text, all of it stands in passages that the model reads whole, and each goes on beyond the last.</summary>
    [Theory]
    [InlineData(8, 0)]
    [InlineData(8, 3)]
    [InlineData(21, 9)]
    [InlineData(64, 16)]
    public void NothingIsLeftOutAndNothingIsTooLong(int tokens, int overlap)
    {
        var random = new Random(tokens);
        string[] parts = ["river", " ", "  ", ". ", "\n", "\n\n", "unhappinesslessness", "東京。", "😀", "é", "?", "\"", "Zq", "don't", "[MASK]", "\u0000"];
        var cutter = new PassageSplitter(Tokenizer, tokens, overlap);
        for (int i = 0; i < 200; i++)
        {
            string text = string.Concat(random.GetItems(parts, random.Next(0, 200)));
            IReadOnlyList<Passage> passages = cutter.Split(text);
            bool[] covered = new bool[text.Length];
            foreach (Passage passage in passages)
            {
                Assert.Equal(text[passage.Start..passage.End], passage.Text);
                bool CutsWord(int at) => at > 0 && at < text.Length && char.IsLetter(text[at - 1]) && char.IsLetter(text[at]);
                int count = Tokenizer.Encode(passage.Text).Ids.Count;
                Assert.True(count <= tokens || CutsWord(passage.Start) || CutsWord(passage.End), $"{count} tokens: {passage.Text}");
                covered.AsSpan(passage.Start, passage.End - passage.Start).Fill(true);
            }

            Assert.All(Tokenizer.Encode(text, addSpecialTokens: false).Offsets, token => Assert.True(covered[token.Start]));
            Assert.All(passages.Zip(passages.Skip(1)), pair => Assert.True(pair.First.Start < pair.Second.Start && pair.First.End < pair.Second.End));
        }
    }

    [Theory]
    [InlineData(7, 0, "at least 8")]
    [InlineData(20, 10, "0 to 9")]
    [InlineData(20, -1, "0 to 9")]
    public void WhatCannotBeIsRefused(int tokens, int overlap, string why) =>
        Assert.Contains(why, Assert.Throws<ArgumentException>(() => new PassageSplitter(Tokenizer, tokens, overlap)).Message, StringComparison.Ordinal);
}
