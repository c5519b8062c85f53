using System.Globalization;
using System.Text;
using BiGS.Support;
using BiGS.Tokenizers;
using CsCheck;

namespace BiGS.Tests.Tokenizers;

public class BertNormalizerTests
{
    private static readonly BertNormalizer[] All =
    [
        .. from lowerCase in (bool[])[true, false]
           from stripAccents in (bool?[])[null, true, false]
           from chinese in (bool[])[true, false]
           select new BertNormalizer { LowerCase = lowerCase, StripAccents = stripAccents, TokenizeChineseChars = chinese },
    ];

    [Theory]
    [InlineData("Héllo", "hello")]
    [InlineData("İI", "ii")]
    [InlineData("ΣΑΣ", "σασ")]
    [InlineData("a\u0000b\u200bc\ufffdd\u0007e\ue000", "abcde")]
    [InlineData("a\tb\nc\u00a0d\u2028e\u3000f", "a b c d e f")]
    [InlineData("ab中文c", "ab 中  文 c")]
    [InlineData("각", "\u1100\u1161\u11a8")]
    [InlineData("\ud800x\udc00", "x")]
    [InlineData("\uffff\ufffe", "\uffff\ufffe")]
    public void Follows_bert_base_uncased(string text, string expected) => Assert.Equal(expected, new BertNormalizer().Normalize(text).Text);

    [Fact]
    public void Options_do_what_they_say()
    {
        Assert.Equal("ÉCOLE 각", new BertNormalizer { LowerCase = false }.Normalize("ÉCOLE 각").Text);
        Assert.Equal("ECOLE", new BertNormalizer { LowerCase = false, StripAccents = true }.Normalize("ÉCOLE").Text);
        Assert.Equal("école i\u0307 각", new BertNormalizer { StripAccents = false }.Normalize("ÉCOLE İ 각").Text);
        Assert.Equal("a中b", new BertNormalizer { TokenizeChineseChars = false }.Normalize("a中b").Text);
    }

    [Fact]
    public void Remembers_where_characters_came_from()
    {
        NormalizedText normalized = new BertNormalizer().Normalize("e\u0301x각𝒜中");
        Assert.Equal("ex\u1100\u1161\u11a8𝒜 中 ", normalized.Text);
        Assert.Equal([(0, 1), (2, 3), (3, 4), (3, 4), (3, 4), (4, 6), (4, 6), (6, 7), (6, 7), (6, 7)], normalized.Offsets);
        Assert.Equal((2, 4), normalized.ToOriginal(1, 4));
    }

    [Fact]
    public void Equals_the_steps_over_the_whole_text() => Gen.Select(Texts.Any, Texts.Among(All)).Sample((text, normalizer) =>
    {
        Assert.Equal(WholeText(text, normalizer), normalizer.Normalize(text).Text);
    }, iter: 2000);

    // CharacterTable relies on it: what becomes several code points becomes letters.
    [Fact]
    public void No_character_falls_apart_into_words()
    {
        foreach (BertNormalizer normalizer in (BertNormalizer[])[new() { StripAccents = true }, new() { StripAccents = false }])
        {
            for (int codePoint = 0; codePoint <= 0x10ffff; codePoint++)
            {
                if (Rune.TryCreate(codePoint, out Rune rune) && normalizer.Map(rune).Trim(' ') is { Length: > 1 } mapped)
                {
                    Assert.Single(BertPreTokenizer.Words(mapped));
                }
            }
        }
    }

    [Fact]
    public void Tells_the_remedy_where_characters_cannot_be_decomposed()
    {
        Assert.True(BertNormalizer.CanDecompose);
        var error = Assert.Throws<PlatformNotSupportedException>(() => new BertNormalizer().ThrowIfUnable(canDecompose: false));
        Assert.Contains("install libicu, or unset DOTNET_SYSTEM_GLOBALIZATION_INVARIANT", error.Message, StringComparison.Ordinal);
        new BertNormalizer { LowerCase = false }.ThrowIfUnable(canDecompose: false);
        new BertNormalizer { StripAccents = false }.ThrowIfUnable(canDecompose: false);
    }

    // One step after the other, each over the whole text, as the paper's code has it.
    private static string WholeText(string text, BertNormalizer normalizer)
    {
        IEnumerable<Rune> runes = text.EnumerateRunes()
            .Where(rune => rune.Value is '\t' or '\n' or '\r' || (rune != Rune.ReplacementChar
                && Rune.GetUnicodeCategory(rune) is not (UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.PrivateUse)))
            .Select(rune => Rune.IsWhiteSpace(rune) ? new Rune(' ') : rune);
        string clean = string.Concat(runes);
        string spaced = !normalizer.TokenizeChineseChars ? clean : string.Concat(clean.EnumerateRunes().Select(rune => IsHan(rune) ? $" {rune} " : $"{rune}"));
        string bare = !(normalizer.StripAccents ?? normalizer.LowerCase) ? spaced
            : string.Concat(Decompose(spaced).EnumerateRunes().Where(rune => Rune.GetUnicodeCategory(rune) != UnicodeCategory.NonSpacingMark));
        return normalizer.LowerCase ? string.Concat(bare.EnumerateRunes().Select(Rune.ToLowerInvariant)).Replace("İ", "i\u0307", StringComparison.Ordinal) : bare;
    }

    // Normalize throws on noncharacters, so they stand aside while it runs.
    private static string Decompose(string text) => string.Concat(text.EnumerateRunes()
        .ChunkBy(rune => Rune.GetUnicodeCategory(rune) == UnicodeCategory.OtherNotAssigned)
        .Select(run => run.Key ? string.Concat(run.Runes) : string.Concat(run.Runes).Normalize(NormalizationForm.FormD)));

    private static bool IsHan(Rune rune) => rune.Value is (>= 0x4E00 and <= 0x9FFF) or (>= 0x3400 and <= 0x4DBF) or (>= 0x20000 and <= 0x2A6DF)
        or (>= 0x2A700 and <= 0x2B73F) or (>= 0x2B740 and <= 0x2B81F) or (>= 0x2B820 and <= 0x2CEAF) or (>= 0xF900 and <= 0xFAFF) or (>= 0x2F800 and <= 0x2FA1F);
}

file static class Chunks
{
    public static IEnumerable<(bool Key, List<Rune> Runes)> ChunkBy(this IEnumerable<Rune> runes, Func<Rune, bool> key)
    {
        (bool Key, List<Rune> Runes) run = (false, []);
        foreach (Rune rune in runes)
        {
            if (key(rune) != run.Key)
            {
                yield return run;
                run = (key(rune), []);
            }
            run.Runes.Add(rune);
        }
        yield return run;
    }
}
