using System.Text.RegularExpressions;
using BiGS.Training.Corpora;
using CsCheck;

namespace BiGS.Training.Tests.Corpora;

/// <summary>The ground truth of the built-in corpus, recomputed slowly from the words alone.</summary>
public partial class GrammarCorpusTests
{
    private static readonly int Count = Environment.GetEnvironmentVariable("BIGS_SLOW") == "1" ? 30_000 : 500;

    private static readonly GrammarSentence[] Sentences =
        [.. new GrammarCorpus(1).Documents(0, Count).SelectMany(document => document.Sentences)];

    private static readonly ILookup<string, Verb> VerbsByForm = GrammarLexicon.Verbs
        .SelectMany(verb => new[] { (verb.Singular, verb), (verb.Plural, verb) }).ToLookup(pair => pair.Item1, pair => pair.verb);

    [Fact]
    public void ADocumentIsAFunctionOfSeedAndIndex()
    {
        Gen.Select(Gen.ULong, Gen.Long[0, long.MaxValue]).Sample((seed, index) =>
        {
            GrammarDocument once = new GrammarCorpus(seed).Document(index);
            GrammarDocument again = new GrammarCorpus(seed).Document(index);
            Assert.Equal((once.Title, once.Text), (again.Title, again.Text));
            Assert.NotEqual(once.Text, new GrammarCorpus(seed + 1).Document(index).Text);
        }, iter: 200);
        Assert.Equal(new GrammarCorpus(3).Document(8).Text, new GrammarCorpus(3).Documents(7, 2).Last().Text);
        Assert.Throws<ArgumentOutOfRangeException>(() => new GrammarCorpus(3).Document(-1));
    }

    [Fact]
    public void DocumentsDiffer()
    {
        string[] texts = [.. new GrammarCorpus(1).Documents(0, Count).Select(document => document.Text)];
        Assert.Equal(texts.Length, texts.Distinct().Count());
    }

    [Fact]
    public void TextIsItsSentencesAndEverySentenceItsWords()
    {
        Document(document =>
        {
            Assert.Equal(document.Text, string.Join(' ', document.Sentences.Select(sentence => sentence.Text)));
            Assert.InRange(document.Sentences.Count, 4, 12);
            foreach (GrammarSentence sentence in document.Sentences)
            {
                Assert.Equal(sentence.Text, document.Text.Substring(sentence.Start, sentence.Text.Length));
                Assert.Matches(@"^[A-Z][A-Za-z ,]*[a-z]\.$", sentence.Text);
                MatchCollection split = Word().Matches(sentence.Text);
                Assert.Equal(split.Select(match => match.Value.ToLowerInvariant()), sentence.Words);
                Assert.Equal(split.Select(match => match.Index), Enumerable.Range(0, sentence.Words.Count).Select(sentence.WordStart));
                Assert.Equal(sentence.Words.Count, sentence.Classes.Count);
                Assert.Contains(sentence.Construction, Constructions.All);
            }
        });
    }

    [Fact]
    public void EveryWordIsInTheLexiconAndNamesAreCapitals()
    {
        HashSet<string> words = [.. GrammarLexicon.Words];
        foreach (GrammarSentence sentence in Sentences)
        {
            for (int i = 0; i < sentence.Words.Count; i++)
            {
                Assert.Contains(sentence.Words[i], words);
                bool capital = char.IsAsciiLetterUpper(sentence.Text[sentence.WordStart(i)]);
                Assert.Equal(i == 0 || GrammarLexicon.Names.ContainsKey(sentence.Words[i]), capital);
            }
        }
    }

    [Fact]
    public void ClassesAgreeWithTheLexicon()
    {
        foreach (GrammarSentence sentence in Sentences)
        {
            for (int i = 0; i < sentence.Words.Count; i++)
            {
                GrammaticalNumber? tagged = sentence.Classes[i] switch
                {
                    WordClass.SingularNoun or WordClass.Name => GrammaticalNumber.Singular,
                    WordClass.PluralNoun => GrammaticalNumber.Plural,
                    _ => null,
                };
                Assert.Equal(GrammarLexicon.NumberOf(sentence.Words[i]), tagged);
            }
        }
    }

    [Fact]
    public void EveryVerbHasTheFormOfItsNoun()
    {
        foreach ((GrammarSentence sentence, Agreement agreement) in Agreements())
        {
            Assert.Equal(sentence.Words[agreement.VerbIndex], agreement.Verb);
            Assert.Contains(VerbsByForm[agreement.Verb], verb => verb.Form(agreement.Number) == agreement.Verb
                && verb.Form(Other(agreement.Number)) == agreement.OtherForm);
            // "the boy read" beside "the boy reads": a past that looks like the plural would make both forms right.
            Assert.DoesNotContain(VerbsByForm[agreement.Verb], verb => verb.Past == verb.Plural);
            if (agreement.Coordinated)
            {
                Assert.Equal(GrammaticalNumber.Plural, agreement.Number);
                Assert.Contains("and", sentence.Words.Take(agreement.NounIndex));
            }
            else
            {
                Assert.Equal(NumberOf(sentence.Words[agreement.NounIndex]), agreement.Number);
            }
        }
    }

    [Fact]
    public void EveryAgreeingVerbHasItsAgreement()
    {
        foreach (GrammarSentence sentence in Sentences)
        {
            IEnumerable<int> verbs = Enumerable.Range(0, sentence.Words.Count).Where(i => sentence.Classes[i] == WordClass.AgreeingVerb);
            Assert.Equal(verbs, sentence.Agreements.Select(agreement => agreement.VerbIndex).Order());
        }
    }

    [Fact]
    public void AttractorsAndDistanceAreWhatTheWordsSay()
    {
        foreach ((GrammarSentence sentence, Agreement agreement) in Agreements())
        {
            int first = Math.Min(agreement.NounIndex, agreement.VerbIndex);
            int last = Math.Max(agreement.NounIndex, agreement.VerbIndex);
            string[] between = [.. sentence.Words.Skip(first + 1).Take(last - first - 1)];
            Assert.Equal(between.Length, agreement.Distance);
            int others = between.Count(word => GrammarLexicon.NumberOf(word) == Other(agreement.Number));
            Assert.Equal(first == agreement.VerbIndex ? 0 : others, agreement.Attractors);
        }
    }

    [Fact]
    public void ReflexivesFitTheirAntecedents()
    {
        var reflexives = Sentences.SelectMany(sentence => sentence.Reflexives.Select(reflexive => (sentence, reflexive))).ToArray();
        Assert.NotEmpty(reflexives);
        Assert.All(reflexives, pair =>
        {
            (GrammarSentence sentence, Reflexive reflexive) = pair;
            string antecedent = sentence.Words[reflexive.AntecedentIndex];
            string expected = (reflexive.Number, reflexive.Gender) switch
            {
                (GrammaticalNumber.Plural, null) => "themselves",
                (GrammaticalNumber.Singular, Gender.Masculine) => "himself",
                (GrammaticalNumber.Singular, Gender.Feminine) => "herself",
                _ => "nothing",
            };
            Assert.Equal(expected, sentence.Words[reflexive.ReflexiveIndex]);
            if (reflexive.Number == GrammaticalNumber.Singular)
            {
                Gender? gender = GrammarLexicon.Names.TryGetValue(antecedent, out Gender named)
                    ? named
                    : GrammarLexicon.Nouns.Single(noun => noun.Singular == antecedent).Gender;
                Assert.Equal(gender, reflexive.Gender);
            }
            int attractors = sentence.Words.Take(reflexive.ReflexiveIndex).Skip(reflexive.AntecedentIndex + 1)
                .Count(word => GrammarLexicon.NumberOf(word) == Other(reflexive.Number));
            Assert.Equal(attractors, reflexive.Attractors);
        });
    }

    [Fact]
    public void ArticlesFollowTheSound()
    {
        string[] vowelSound = ["honest"];
        string[] consonantSound = ["useful", "uniform"];
        foreach (GrammarSentence sentence in Sentences)
        {
            for (int i = 0; i + 1 < sentence.Words.Count; i++)
            {
                if (sentence.Words[i] is "a" or "an")
                {
                    string next = sentence.Words[i + 1];
                    bool vowel = vowelSound.Contains(next) || ("aeiou".Contains(next[0]) && !consonantSound.Contains(next));
                    Assert.Equal(vowel ? "an" : "a", sentence.Words[i]);
                }
            }
        }
    }

    [Fact]
    public void DeterminersFitTheirNouns()
    {
        string[] singular = ["a", "an", "this", "every", "each", "no"];
        string[] plural = ["these", "those", "some", "many", "two", "three", "four", "several", "few", "all"];
        foreach (GrammarSentence sentence in Sentences)
        {
            for (int i = 0; i < sentence.Words.Count; i++)
            {
                int noun = i + (sentence.Classes[Math.Min(i + 1, sentence.Classes.Count - 1)] == WordClass.Adjective ? 2 : 1);
                if (singular.Contains(sentence.Words[i]))
                {
                    Assert.Equal(GrammaticalNumber.Singular, GrammarLexicon.NumberOf(sentence.Words[noun]));
                }
                else if (plural.Contains(sentence.Words[i]))
                {
                    Assert.Equal(GrammaticalNumber.Plural, GrammarLexicon.NumberOf(sentence.Words[noun]));
                }
            }
        }
    }

    [Fact]
    public void AttractorsOccurFromNoneToFourAndAreAsOftenOfEitherNumber()
    {
        GrammarSentence[] sentences = [.. new GrammarCorpus(2).Documents(0, 4000).SelectMany(document => document.Sentences)];
        Agreement[] agreements = [.. sentences.SelectMany(sentence => sentence.Agreements)];
        double[] share =
        [
            .. Enumerable.Range(0, 5).Select(n => agreements.Count(agreement => agreement.Attractors == n) / (double)agreements.Length),
        ];
        Assert.InRange(share[0], 0.75, 0.88);
        Assert.InRange(share[1], 0.10, 0.18);
        Assert.InRange(share[2], 0.025, 0.06);
        Assert.InRange(share[3], 0.005, 0.02);
        Assert.InRange(share[4], 0.0005, 0.005);
        Assert.Equal(Constructions.All.Order(), sentences.Select(sentence => sentence.Construction).Distinct().Order());

        // In a chain of phrases each noun's number is a coin of its own.
        int same = 0;
        int other = 0;
        foreach (GrammarSentence sentence in sentences.Where(sentence => sentence.Construction == Constructions.Prepositional))
        {
            foreach (Agreement agreement in sentence.Agreements)
            {
                GrammaticalNumber?[] between =
                [
                    .. sentence.Words.Take(agreement.VerbIndex).Skip(agreement.NounIndex + 1)
                        .Where(word => !GrammarLexicon.Names.ContainsKey(word)).Select(GrammarLexicon.NumberOf),
                ];
                same += between.Count(number => number == agreement.Number);
                other += between.Count(number => number == Other(agreement.Number));
            }
        }
        Assert.True(same + other > 4000);
        Assert.InRange(other / (double)(same + other), 0.48, 0.52);
    }

    private static void Document(Action<GrammarDocument> holds) =>
        Gen.Select(Gen.ULong, Gen.Long[0, long.MaxValue])
            .Sample((seed, index) => holds(new GrammarCorpus(seed).Document(index)), iter: Count);

    private static IEnumerable<(GrammarSentence, Agreement)> Agreements() =>
        Sentences.SelectMany(sentence => sentence.Agreements.Select(agreement => (sentence, agreement)));

    private static GrammaticalNumber Other(GrammaticalNumber number) => (GrammaticalNumber)(1 - (int)number);

    private static GrammaticalNumber? NumberOf(string word) => word switch
    {
        "he" or "she" => GrammaticalNumber.Singular,
        "they" => GrammaticalNumber.Plural,
        _ => GrammarLexicon.NumberOf(word),
    };

    [GeneratedRegex(@"[a-zA-Z]+|[.,]")]
    private static partial Regex Word();

    /// <summary>One document in about fifty thousand has a sentence that needs more people than its scene has.</summary>
    [Fact]
    public void ASentenceThatNamesEverybodyIsStillWritten()
    {
        var corpus = new GrammarCorpus(1);
        Parallel.For(40_000, 60_000, index => Assert.NotEmpty(corpus.Document(index).Sentences));
    }
}
