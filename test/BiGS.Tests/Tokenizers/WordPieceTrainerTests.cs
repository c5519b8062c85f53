using System.Text;
using BiGS.Tokenizers;
using CsCheck;

namespace BiGS.Tests.Tokenizers;

public class WordPieceTrainerTests
{
    private static readonly Gen<string[]> Corpora = Gen.OneOf(Gen.String[Gen.Char["ab "], 0, 30], Gen.String[Gen.Char["abcdé, 中𝒜A"], 0, 30]).Array[0, 12];

    [Fact]
    public void Learns_what_the_slow_trainer_learns() => Gen.Select(Corpora, Gen.Int[5, 60], Gen.Int[1, 4], Gen.Int[0, 8]).Sample(
        (documents, size, minFrequency, alphabet) =>
        {
            var trainer = new WordPieceTrainer { Size = size, MinFrequency = minFrequency, AlphabetLimit = alphabet };
            Assert.Equal(Slow(documents, size, minFrequency, alphabet), Train(trainer, documents).Vocabulary.Tokens);
        }, iter: 1000);

    // (l, ##o) and (##o, ##w) occur six times each, and "##o" comes before "l"; (##s, ##t) occurs once.
    [Fact]
    public void Merges_the_most_frequent_pair_and_the_first_in_order_on_a_tie() => Assert.Equal(
        [.. WordPieceVocabulary.SpecialTokens, "e", "l", "o", "r", "s", "t", "w", "##e", "##o", "##r", "##s", "##t", "##w", "##ow", "low", "lowe", "lower"],
        Train(new WordPieceTrainer { Size = 100 }, ["low low Low lower LOWER", "lowest"]).Vocabulary.Tokens);

    [Fact]
    public void A_small_corpus_gives_a_smaller_vocabulary()
    {
        BertTokenizer tokenizer = Train(new WordPieceTrainer { Size = 1000 }, ["ab ab"]);
        Assert.Equal([.. WordPieceVocabulary.SpecialTokens, "a", "b", "##b", "ab"], tokenizer.Vocabulary.Tokens);
        Assert.Equal(WordPieceVocabulary.SpecialTokens, Train(new WordPieceTrainer(), []).Vocabulary.Tokens);
    }

    [Fact]
    public void Rare_characters_stay_out_of_the_alphabet()
    {
        BertTokenizer tokenizer = Train(new WordPieceTrainer { Size = 100, AlphabetLimit = 2, MinFrequency = 1 }, ["aaab aab abab ac ac"]);
        Assert.Equal(["[UNK]", "aab"], tokenizer.Encode("ac aab", addSpecialTokens: false).Tokens);
    }

    [Fact]
    public void Options_reach_the_tokenizer()
    {
        BertTokenizer tokenizer = Train(new WordPieceTrainer { Size = 100, StripAccents = false, TokenizeChineseChars = false }, ["한국어 한국어 中a 中a É É"]);
        // NFC since the letters of this vocabulary can be written in two ways.
        Assert.Equal(new BertNormalizer { StripAccents = false, TokenizeChineseChars = false, Form = NormalizationForm.FormC }, tokenizer.Normalizer);
        Assert.Equal("한국어 中a é", tokenizer.Decode(tokenizer.Encode("한국어 中a É").Ids));
    }

    [Fact]
    public void Threads_do_not_change_the_result()
    {
        var random = new Random(1);
        string[] documents = [.. Enumerable.Range(0, 12).Select(_ => string.Join(' ', Enumerable.Range(0, 150_000).Select(_ => Word(random))))];
        string[] fingerprints = [.. ((int[])[1, 2, 5]).Select(threads =>
            Train(new WordPieceTrainer { Size = 300, Threads = threads, WordLimit = 5_000 }, documents).Fingerprint)];
        Assert.Single(fingerprints.Distinct());

        static string Word(Random random) => string.Concat(Enumerable.Range(0, 1 + random.Next(6)).Select(_ => (char)('a' + random.Next(8) * random.Next(3))));
    }

    [Fact]
    public void Beyond_the_limit_the_rarest_words_are_forgotten()
    {
        string[] documents = ["aa aa aa bb bb cc"];
        Assert.Contains("cc", Train(new WordPieceTrainer { Size = 100, MinFrequency = 1 }, documents).Vocabulary.Tokens);
        IReadOnlyList<string> tokens = Train(new WordPieceTrainer { Size = 100, MinFrequency = 1, WordLimit = 2 }, documents).Vocabulary.Tokens;
        Assert.Equal([.. WordPieceVocabulary.SpecialTokens, "a", "b", "##a", "##b", "aa", "bb"], tokens);
    }

    [Fact]
    public void Reports_both_phases()
    {
        var reports = new List<WordPieceProgress>();
        Train(new WordPieceTrainer { Size = 100 }, ["ab ab"], new Recorder(reports));
        Assert.Equal([new("counting words", 1.0), new("merging pieces", 0.0), new("merging pieces", 1.0)], reports);
        reports.Clear();
        Train(new WordPieceTrainer { Size = 100 }, new[] { "ab" }.Where(_ => true), new Recorder(reports));
        Assert.Null(reports[0].Fraction);
    }

    [Fact]
    public void Stops_when_told() =>
        Assert.ThrowsAny<OperationCanceledException>(() => new WordPieceTrainer().Train(["a"], cancellationToken: new CancellationToken(canceled: true)));

    [Fact]
    public void Refuses_a_size_without_room() =>
        Assert.Contains("Size", Assert.Throws<InvalidOperationException>(() => Train(new WordPieceTrainer { Size = 4 }, [])).Message, StringComparison.Ordinal);

    private static BertTokenizer Train(WordPieceTrainer trainer, IEnumerable<string> documents, IProgress<WordPieceProgress>? progress = null) =>
        trainer.Train(documents, progress, TestContext.Current.CancellationToken);

    // Count every pair anew before every merge.
    private static List<string> Slow(string[] documents, int size, int minFrequency, int alphabetLimit)
    {
        var normalizer = new BertNormalizer();
        string[] words = [.. documents.Select(document => normalizer.Normalize(document).Text)
            .SelectMany(text => BertPreTokenizer.Words(text).Select(word => text[word]))];
        Rune[] ranked = [.. words.SelectMany(word => word.EnumerateRunes()).GroupBy(rune => rune)
            .OrderByDescending(group => group.Count()).ThenBy(group => group.Key.Value).Select(group => group.Key).Take(alphabetLimit)];
        bool Continues(Rune rune) => words.Any(word => word.EnumerateRunes().Skip(1).Contains(rune));
        while (ranked.Length + ranked.Count(Continues) + 5 > size)
        {
            ranked = ranked[..^1];
        }
        Rune[] alphabet = [.. ranked.OrderBy(rune => rune.Value)];
        List<string> tokens = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", .. alphabet.Select(rune => $"{rune}"),
            .. alphabet.Where(Continues).Select(rune => $"##{rune}")];
        List<List<string>> cut = [.. words.Where(word => word.EnumerateRunes().All(alphabet.Contains))
            .Select(word => word.EnumerateRunes().Select((rune, index) => index == 0 ? $"{rune}" : $"##{rune}").ToList())];
        while (tokens.Count < size)
        {
            var best = cut.SelectMany(word => word.Zip(word.Skip(1))).GroupBy(pair => pair).Where(group => group.Count() >= minFrequency)
                .OrderByDescending(group => group.Count())
                .ThenBy(group => group.Key.First, StringComparer.Ordinal).ThenBy(group => group.Key.Second, StringComparer.Ordinal).FirstOrDefault();
            if (best is null)
            {
                break;
            }
            string merged = best.Key.First + best.Key.Second[2..];
            foreach (List<string> word in cut)
            {
                for (int i = 0; i + 1 < word.Count; i++)
                {
                    if ((word[i], word[i + 1]) == best.Key)
                    {
                        word[i] = merged;
                        word.RemoveAt(i + 1);
                    }
                }
            }
            if (!tokens.Contains(merged))
            {
                tokens.Add(merged);
            }
        }
        return tokens;
    }

    private sealed class Recorder(List<WordPieceProgress> reports) : IProgress<WordPieceProgress>
    {
        public void Report(WordPieceProgress value) => reports.Add(value);
    }
}
